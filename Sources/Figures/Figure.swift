package import Imaging

/// Photos with the class activation maps of some classes, labelled and laid out.
///
/// ```swift
/// let figure = Figure([
///   Figure.Photo(picture, classes: [Figure.ClassMap("tabby", probability: 0.111, map: map)])
/// ])
/// try figure.write(to: "cat.pdf")
/// ```
package struct Figure: Sendable {
  /// How a figure is laid out.
  package enum Style: String, CaseIterable, Hashable, Sendable {
    /// The original's: the picture and its overlays edge to edge, with a legend inside of each overlay.
    case seed

    /// Picture, picture in grey and overlays apart from each other, with titles and a colour bar.
    case panels

    /// Many photos: each with its overlays, captioned underneath.
    case sheet
  }

  /// A class and its map.
  package struct ClassMap: Sendable {
    /// The class's name; a synset identifier in front of it is not drawn.
    package var label: String

    /// Drawn with three decimals; not at all if nil.
    package var probability: Double?

    /// The raw map, of any size.
    ///
    /// Each map is stretched from its own least value to its most.
    package var map: Plane

    package init(_ label: String, probability: Double? = nil, map: Plane) {
      self.label = label
      self.probability = probability
      self.map = map
    }
  }

  /// A picture and the classes to show in it.
  package struct Photo: Sendable {
    /// The picture at the network's input size, over which the maps are drawn.
    package var picture: Picture

    /// The photo's name in styles with titles.
    package var name: String?

    /// The classes, in the order in which they are drawn; at least one.
    package var classes: [ClassMap]

    package init(_ picture: Picture, name: String? = nil, classes: [ClassMap]) {
      self.picture = picture
      self.name = name
      self.classes = classes
    }
  }

  /// The photos, in the order in which they are drawn; at least one.
  package var photos: [Photo]

  /// How the photos are laid out.
  package var style: Style

  /// The colours of the maps.
  package var palette: Palette = .seed

  /// How much of an overlay is the map's colour, from 0 to 1.
  package var opacity = Overlay.seedOpacity

  /// The number of photos in a row; with one photo, the number of its pictures in a row.
  ///
  /// If nil, as many as give roughly a 4:3 page.
  package var columns: Int?

  /// How many pixels wide and high each pixel of a picture is drawn.
  ///
  /// Text is drawn at full resolution. If nil, the seed's style takes the least that makes a picture's shorter side 400 pixels long, so
  /// that there is room for the legend, and the other styles the least for 200.
  package var scale: Int?

  /// Whether the picture itself comes before its overlays.
  package var showsOriginal = true

  package init(_ photos: [Photo], style: Style = .seed) {
    self.photos = photos
    self.style = style
  }
}
