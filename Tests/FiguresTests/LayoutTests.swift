import Imaging
import Testing

@testable import Figures

/// Where things are; what they look like is for eyes.
@Suite struct LayoutTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var style: Figure.Style
    var width = 224
    var height = 224
    var photos = 1
    var classes = 1
    var columns: Int?
    var scale: Int?
    var showsOriginal = true

    var testDescription: String {
      "\(style), \(photos) photos of \(width)×\(height), \(classes) classes, "
        + "columns \(columns ?? 0), scale \(scale ?? 0)"
    }

    var figure: Figure {
      let photo = samplePhoto(width: width, height: height, classes: classes)
      var figure = Figure(Array(repeating: photo, count: photos), style: style)
      figure.columns = columns
      figure.scale = scale
      figure.showsOriginal = showsOriginal
      return figure
    }
  }

  static let cases = Figure.Style.allCases.flatMap { style in
    [
      Case(style: style), Case(style: style, classes: 5), Case(style: style, photos: 6),
      Case(style: style, photos: 7), Case(style: style, photos: 3, classes: 2),
      Case(style: style, width: 224, height: 320, classes: 5),
      Case(style: style, width: 384, height: 224, classes: 4, columns: 2, scale: 1),
      Case(style: style, classes: 5, columns: 1, scale: 1, showsOriginal: false),
      Case(style: style, width: 32, height: 32, classes: 5),
      Case(style: style, classes: 5, scale: 5), Case(style: style, photos: 6, columns: 6),
      Case(style: style, width: 700, height: 90, classes: 5),
    ]
  }

  @Test(arguments: cases)
  func nothingOverlaps(_ layout: Case) throws {
    let scene = try layout.figure.scene(Typesetter())
    let page = Rectangle(x: 0, y: 0, width: scene.width, height: scene.height)
    for (_, place) in scene.items {
      #expect(page.contains(place), "\(place) leaves \(page)")
      #expect(place.width > 0 && place.height > 0)
    }
    expectApart(scene.imagePlaces)
    expectApart(scene.textPlaces)
    if layout.style == .seed {
      for text in scene.textPlaces {
        #expect(scene.legends.contains { $0.contains(text) }, "\(text) leaves its legend")
      }
      for legend in scene.legends {
        #expect(scene.imagePlaces.filter { $0.contains(legend) }.count == 1)
      }
      #expect(scene.legends.count == layout.photos * layout.classes)
    } else {
      for text in scene.textPlaces {
        #expect(!scene.imagePlaces.contains { $0.overlaps(text) }, "\(text) covers a picture")
      }
    }
  }

  private func expectApart(_ places: [Rectangle]) {
    for (index, place) in places.enumerated() {
      #expect(!places[..<index].contains { $0.overlaps(place) }, "\(place) overlaps")
    }
  }

  /// Each photo has its picture and an overlay a class; panels have the grey picture too, and a bar.
  @Test(arguments: cases)
  func everythingIsThere(_ layout: Case) throws {
    let scene = try layout.figure.scene(Typesetter())
    let panels = layout.style == .panels ? 2 : 0
    let pictures = layout.classes + (layout.showsOriginal ? 1 : 0) + panels
    #expect(scene.images.count == layout.photos * pictures)
  }

  /// The original's figures: six pairs in two columns, and four squares in two.
  @Test(arguments: [(6, 1, 4, 3), (1, 3, 2, 2), (1, 1, 2, 1), (1, 2, 3, 1), (1, 5, 3, 2)])
  func seedFigures(_ photos: Int, _ classes: Int, _ across: Int, _ down: Int) throws {
    let scene = try sampleFigure(.seed, photos: photos, classes: classes).scene(Typesetter())
    #expect(scene.width == 448 * across)
    #expect(scene.height == 448 * down)
  }

  @Test(arguments: [(1, 1), (6, 2), (7, 2)])
  func contactSheets(_ photos: Int, _ columns: Int) throws {
    let scene = try sampleFigure(.sheet, photos: photos).scene(Typesetter())
    let lefts = Set(scene.imagePlaces.map(\.x))
    #expect(lefts.count == 2 * columns)
    // A picture, its overlay; the photo's name, the label and the probability below them.
    #expect(scene.textPlaces.count == 3 * photos)
  }

  @Test func columnsAreKept() throws {
    var figure = sampleFigure(.sheet, photos: 7)
    figure.columns = 3
    #expect(Set(try figure.scene(Typesetter()).imagePlaces.map(\.x)).count == 6)
    figure.columns = 100
    #expect(Set(try figure.scene(Typesetter()).imagePlaces.map(\.x)).count == 14)
  }

  @Test(arguments: [(224, 2, 1), (32, 13, 7), (400, 1, 1), (401, 1, 1), (199, 3, 2)])
  func scales(_ side: Int, _ seed: Int, _ panels: Int) {
    let picture = samplePicture(width: side + 9, height: side)
    #expect(Figure([], style: .seed).scale(of: picture) == seed)
    #expect(Figure([], style: .panels).scale(of: picture) == panels)
  }
}
