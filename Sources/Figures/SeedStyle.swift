import Imaging

extension Figure {
  /// A photo as the original draws it: the picture and its overlays edge to edge.
  func seedBlock(
    _ photo: Photo, columns: Int?, _ typesetter: Typesetter
  ) throws(FigureError) -> Scene {
    let scale = scale(of: photo.picture)
    var tiles = showsOriginal ? [tile(RGBImage(photo.picture), scale: scale)] : []
    for entry in photo.classes {
      let overlay = photo.picture.overlay(of: entry.map, palette: palette, opacity: opacity)
      var scene = tile(overlay.image, scale: scale)
      let legend = try Legend(entry, on: (scene.width, scene.height)).scene(typesetter)
      scene.draw(legend, x: scene.width - legend.width, y: scene.height - legend.height)
      tiles.append(scene)
    }
    return Grid(columns: columns).arrange(tiles)
  }
}

/// The box in the lower right corner of an overlay: the class and its probability.
struct Legend {
  /// The light grey that R calls gray90.
  static let background = RGB(red: 0xE5, green: 0xE5, blue: 0xE5)

  private let label: String
  private let remark: String
  private let tile: (width: Int, height: Int)

  init(_ entry: Figure.ClassMap, on tile: (width: Int, height: Int)) {
    label = PlainText.label(entry.label)
    let parts = [entry.probability.map(PlainText.probability), entry.note].compactMap(\.self)
    remark = parts.isEmpty ? "" : "(" + parts.joined(separator: "; ") + ")"
    self.tile = tile
  }

  /// The height of the text: about a 35th of the picture, as in the original's figures.
  private var size: Int { max(10, min(tile.width, tile.height) * 29 / 1000) }

  /// Sets the text in one line if the picture is that wide; otherwise the label gets up to three lines
  /// and the probability one more.
  ///
  /// - Throws: ``FigureError/tooSmall(width:height:text:)`` if the box does not fit into the picture.
  func scene(_ typesetter: Typesetter) throws(FigureError) -> Scene {
    let style = Typesetter.Style(size: size)
    let padding = (size + 1) / 2
    // The original leaves room for a symbol at the left.
    let indent = size * 3 / 2
    let line = try typesetter.set(remark.isEmpty ? label : "\(label) \(remark)", style)
    if line.width + indent + padding <= tile.width, line.height + 2 * padding <= tile.height {
      return box([line], indent: indent, padding: padding)
    }
    let room = tile.width - 2 * padding
    let error = FigureError.tooSmall(
      width: tile.width, height: tile.height, text: "the legend '\(label) \(remark)'")
    guard room >= 6 * size else { throw error }
    for lines in [3, 2, 1] {
      var texts = [try typesetter.set(label, style, width: room, lines: lines)]
      if !remark.isEmpty { texts.append(try typesetter.set(remark, style, width: room)) }
      let scene = box(texts, indent: padding, padding: padding)
      let isWhole = remark.isEmpty || texts.last?.isEllipsized == false
      if scene.width <= tile.width, scene.height <= tile.height, isWhole { return scene }
    }
    throw error
  }

  private func box(_ texts: [TextBlock], indent: Int, padding: Int) -> Scene {
    let width = texts.map(\.width).max() ?? 0
    var scene = Scene(
      width: width + indent + padding,
      height: texts.map(\.height).reduce(0, +) + 2 * padding)
    let edges = Rectangle(x: 0, y: 0, width: scene.width, height: scene.height)
    scene.draw(.fill(Self.background), in: edges)
    scene.draw(.frame(RGB(red: 0, green: 0, blue: 0)), in: edges)
    var y = padding
    for text in texts {
      scene.draw(text, x: indent, y: y)
      y += text.height
    }
    return scene
  }
}
