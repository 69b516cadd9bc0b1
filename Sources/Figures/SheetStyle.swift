import Imaging

extension Figure {
  /// A photo of a contact sheet: the picture and its overlays in a row, each with its text below.
  func sheetBlock(
    _ photo: Photo, columns: Int?, _ typesetter: Typesetter
  ) throws(FigureError) -> Scene {
    let scale = scale(of: photo.picture)
    let width = photo.picture.width * scale
    let height = photo.picture.height * scale
    let sizes = TextSizes(besidePicturesOf: width, by: height)
    try sizes.check(width: width, height: height)
    var name = photo.name.map(PlainText.cleaned)
    var cells: [Scene] = []

    func cell(_ image: RGBImage, _ entry: ClassMap?) throws(FigureError) {
      var caption = Caption(width: width, sizes, typesetter)
      // The name stands once, below the first picture.
      if let name, !name.isEmpty { try caption.add(name, isBold: true, lines: 1) }
      name = nil
      if let entry { try caption.add(entry) }
      let picture = tile(image, scale: scale)
      var scene = Scene(width: width, height: picture.height + 4 + caption.height)
      scene.draw(picture, x: 0, y: 0)
      scene.draw(caption.scene, x: 0, y: picture.height + 4)
      cells.append(scene)
    }

    if showsOriginal { try cell(RGBImage(photo.picture), nil) }
    for entry in photo.classes {
      let overlay = photo.picture.overlay(of: entry.map, palette: palette, opacity: opacity)
      try cell(overlay.image, entry)
    }
    return Grid(gap: 6, columns: columns).arrange(cells)
  }
}
