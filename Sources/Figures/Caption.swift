/// Lines of text centred above or below a picture.
struct Caption {
  /// The lines, from the top.
  private(set) var texts: [TextBlock] = []

  /// The width of the picture.
  let width: Int

  private let typesetter: Typesetter

  init(width: Int, _ typesetter: Typesetter) {
    self.width = width
    self.typesetter = typesetter
  }

  /// Adds a text of up to so many lines below what there is.
  mutating func add(
    _ text: String, size: Int = 13, isBold: Bool = false, lines: Int = 2
  ) throws(FigureError) {
    let style = Typesetter.Style(size: size, isBold: isBold, isCentered: true)
    texts.append(try typesetter.set(text, style, width: width, lines: lines))
  }

  /// Adds a class's name, how probable it is, and what there is to say of its map.
  mutating func add(_ entry: Figure.ClassMap) throws(FigureError) {
    try add(PlainText.label(entry.label))
    if let probability = entry.probability {
      try add(PlainText.probability(probability), size: 12)
    }
    if let note = entry.note { try add(note, size: 12) }
  }

  var height: Int { texts.map(\.height).reduce(0, +) }

  var scene: Scene {
    var scene = Scene(width: width, height: height)
    var y = 0
    for text in texts {
      scene.draw(text, x: (width - text.width) / 2, y: y)
      y += text.height
    }
    return scene
  }
}
