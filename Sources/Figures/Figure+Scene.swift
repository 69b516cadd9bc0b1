import Imaging

extension Figure {
  /// Lays the figure out.
  ///
  /// Everything that can be refused without drawing is refused before the maps are scaled up.
  func scene(_ typesetter: Typesetter) throws(FigureError) -> Scene {
    try validate()
    let isSingle = photos.count == 1
    var blocks: [Scene] = []
    for photo in photos {
      // Many photos are in a grid, and the pictures of each in a row.
      let columns = isSingle ? self.columns : .max
      let block =
        switch style {
        case .seed: try seedBlock(photo, columns: columns, typesetter)
        case .panels: try panelsBlock(photo, columns: columns, typesetter)
        case .sheet: try sheetBlock(photo, columns: columns, typesetter)
        }
      blocks.append(block)
    }
    let margin = style == .seed ? 0 : 16
    let grid = Grid(gap: margin, margin: margin, columns: isSingle ? 1 : columns)
    let scene = grid.arrange(blocks)
    guard ImageLimits.default.allow(width: scene.width, height: scene.height) else {
      throw .tooLarge(width: scene.width, height: scene.height)
    }
    return scene
  }

  private func validate() throws(FigureError) {
    guard !photos.isEmpty, photos.allSatisfy({ !$0.classes.isEmpty }) else {
      throw .nothingToDraw
    }
    guard (0...1).contains(opacity) else {
      throw .invalidOption("the opacity is \(opacity); it goes from 0 to 1")
    }
    if let columns, columns < 1 {
      throw .invalidOption("a figure of \(columns) columns has no place for a picture")
    }
    if let scale, scale < 1 {
      throw .invalidOption("the scale is \(scale); it is at least 1")
    }
    var area = 0.0
    for photo in photos {
      let scale = Double(scale(of: photo.picture))
      let (width, height) = (Double(photo.picture.width), Double(photo.picture.height))
      area += width * scale * height * scale * Double(pictureCount(photo))
      // The pictures alone are too many: say how large one column of them would be.
      guard area <= Double(ImageLimits.default.pixels) else {
        throw .tooLarge(
          width: Int(exactly: (width * scale).rounded()) ?? .max,
          height: Int(exactly: (area / (width * scale)).rounded()) ?? .max)
      }
    }
  }

  /// The number of pictures that a photo becomes.
  private func pictureCount(_ photo: Photo) -> Int {
    photo.classes.count + (showsOriginal ? 1 : 0) + (style == .panels ? 1 : 0)
  }

  /// The side, in pixels, of a picture's pixel as it is drawn.
  func scale(of picture: Picture) -> Int {
    let readable = style == .seed ? 400 : 200
    let shorter = min(picture.width, picture.height)
    return scale ?? max(1, (readable + shorter - 1) / shorter)
  }

  /// A picture at its size in the figure.
  func tile(_ image: RGBImage, scale: Int) -> Scene {
    var scene = Scene(width: image.width * scale, height: image.height * scale)
    scene.draw(
      .image(image), in: Rectangle(x: 0, y: 0, width: scene.width, height: scene.height))
    return scene
  }
}

extension Figure.ClassMap {
  /// The remark on a map that cannot be drawn; nil for all others.
  var note: String? {
    if map.normalized() != nil { return nil }
    return map.values.allSatisfy(\.isFinite) ? "flat map" : "map not finite"
  }
}
