import Imaging

/// The colours of a palette from the map's least value, 0, at the bottom to its most, 1, at the top.
struct ColorBar {
  /// How far the labels of the ends extend above and below the bar.
  var overhang: Int { (textSize * 2 + 2) / 3 }

  private let palette: Palette
  private let height: Int
  private let textSize: Int

  init(_ palette: Palette, height: Int, textSize: Int) {
    self.palette = palette
    self.height = height
    self.textSize = textSize
  }

  /// The values that are labelled.
  private static let ticks: [(value: Double, label: String)] = [
    (1, "1 most"), (0.75, "0.75"), (0.5, "0.5"), (0.25, "0.25"), (0, "0 least"),
  ]

  func scene(_ typesetter: Typesetter) throws(FigureError) -> Scene {
    let (barWidth, tickLength, labelGap) = (textSize + 3, 4, 3)
    var labels: [(text: TextBlock, middle: Int)] = []
    // Those between the ends only where there is room.
    let isTall = height >= Self.ticks.count * 2 * textSize
    for tick in Self.ticks where isTall || tick.value == 0 || tick.value == 1 {
      let text = try typesetter.set(tick.label, Typesetter.Style(size: textSize))
      labels.append((text, Int(((1 - tick.value) * Double(height - 1)).rounded())))
    }
    let labelX = barWidth + tickLength + labelGap
    let labelWidth = labels.map(\.text.width).max() ?? 0
    var scene = Scene(width: labelX + labelWidth, height: height + 2 * overhang)
    let bar = Rectangle(x: 0, y: overhang, width: barWidth, height: height)
    let colors = palette.colors.reversed().flatMap { [$0.red, $0.green, $0.blue] }
    scene.draw(.image(RGBImage(width: 1, height: 256, pixels: colors)), in: bar)
    let black = RGB(red: 0, green: 0, blue: 0)
    scene.draw(.frame(black), in: bar)
    for (text, middle) in labels {
      let y = overhang + middle
      scene.draw(
        .fill(black), in: Rectangle(x: barWidth, y: y, width: tickLength, height: 1))
      let top = min(max(y - text.height / 2, 0), scene.height - text.height)
      scene.draw(text, x: labelX, y: top)
    }
    return scene
  }
}
