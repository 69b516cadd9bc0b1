import Imaging

extension Figure {
  /// A photo as panels with titles: the picture, the picture in grey, the overlays and a colour bar.
  func panelsBlock(
    _ photo: Photo, columns: Int?, _ typesetter: Typesetter
  ) throws(FigureError) -> Scene {
    let scale = scale(of: photo.picture)
    let width = photo.picture.width * scale
    let height = photo.picture.height * scale
    let sizes = TextSizes(besidePicturesOf: width, by: height)
    try sizes.check(width: width, height: height)
    var panels: [(title: Caption, image: RGBImage)] = []
    func plain(_ title: String, _ image: RGBImage) throws(FigureError) {
      var caption = Caption(width: width, sizes, typesetter)
      try caption.add(title)
      panels.append((caption, image))
    }
    if showsOriginal { try plain("picture", RGBImage(photo.picture)) }
    try plain("grey", RGBImage(photo.picture.stretchedLuma))
    for entry in photo.classes {
      var caption = Caption(width: width, sizes, typesetter)
      try caption.add(entry)
      if let least = entry.map.values.min(), let most = entry.map.values.max(), entry.note == nil {
        try caption.add(
          "map from \(PlainText.short(least)) to \(PlainText.short(most))", size: \.note)
      }
      let overlay = photo.picture.overlay(of: entry.map, palette: palette, opacity: opacity)
      panels.append((caption, overlay.image))
    }

    // Pictures start at the same height, and titles end there.
    let titleHeight = panels.map(\.title.height).max() ?? 0
    let top = titleHeight + Self.titleGap
    let scenes = panels.map { panel in
      let picture = tile(panel.image, scale: scale)
      var scene = Scene(width: width, height: top + picture.height)
      scene.draw(panel.title.scene, x: 0, y: titleHeight - panel.title.height)
      scene.draw(picture, x: 0, y: top)
      return scene
    }
    let grid = Grid(gap: Self.panelGap, columns: columns).arrange(scenes)
    let bar = ColorBar(palette, height: height, textSize: sizes.note)
    let legend = try bar.scene(typesetter)
    var heading: TextBlock?
    if let name = photo.name.map(PlainText.cleaned), !name.isEmpty {
      heading = try typesetter.set(
        name, Typesetter.Style(size: sizes.heading, isBold: true), width: grid.width)
    }
    let gridTop = heading.map { $0.height + Self.panelGap / 2 } ?? 0
    let barTop = gridTop + top - bar.overhang
    var block = Scene(
      width: grid.width + Self.panelGap + legend.width,
      height: max(gridTop + grid.height, barTop + legend.height))
    if let heading { block.draw(heading, x: 0, y: 0) }
    block.draw(grid, x: 0, y: gridTop)
    block.draw(legend, x: grid.width + Self.panelGap, y: barTop)
    return block
  }

  private static var panelGap: Int { 14 }
  private static var titleGap: Int { 4 }
}
