/// Lines of text centred above or below a picture.
struct Caption {
  /// The lines, from the top.
  private(set) var texts: [TextBlock] = []

  /// The width of the picture.
  let width: Int

  private let sizes: TextSizes
  private let typesetter: Typesetter

  init(width: Int, _ sizes: TextSizes, _ typesetter: Typesetter) {
    self.width = width
    self.sizes = sizes
    self.typesetter = typesetter
  }

  /// Adds a text of up to a number of lines below the others.
  mutating func add(
    _ text: String, size: KeyPath<TextSizes, Int> = \.label, isBold: Bool = false, lines: Int = 2
  ) throws(FigureError) {
    let style = Typesetter.Style(size: sizes[keyPath: size], isBold: isBold, isCentered: true)
    texts.append(try typesetter.set(text, style, width: width, lines: lines))
  }

  /// Adds a class's name, its probability, and a remark on its map.
  mutating func add(_ entry: Figure.ClassMap) throws(FigureError) {
    try add(PlainText.label(entry.label))
    if let probability = entry.probability {
      try add(PlainText.probability(probability), size: \.detail)
    }
    if let note = entry.note { try add(note, size: \.detail) }
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

/// The sizes of texts next to pictures of one size, in pixels.
struct TextSizes {
  let heading: Int
  let label: Int
  let detail: Int
  let note: Int

  /// - Parameters:
  ///   - width: The pixels of a picture as it is drawn.
  ///   - height: The rows of pixels.
  init(besidePicturesOf width: Int, by height: Int) {
    label = max(13, min(width, height) / 34)
    heading = label * 15 / 13
    detail = label * 12 / 13
    note = label * 11 / 13
  }

  /// Refuses a picture next to which no text can be read: narrower than five letters, or lower than the
  /// two labels of a colour bar.
  func check(width: Int, height: Int) throws(FigureError) {
    guard width >= 5 * label, height >= 2 * label else {
      throw .tooSmall(width: width, height: height, text: "its caption")
    }
  }
}
