/// The part of a picture that a map covers, and the grid of pixels that it is scored on.
///
/// A map covers all of the picture if the picture was resized to be the network's input, and the
/// middle part if it was cropped. What was cut off counts: boxes stay whole.
package struct MapRegion: Hashable, Sendable {
  /// In pixels of the picture.
  package let bounds: BoundingBox

  /// The columns of the grid: the width of the bounds, rounded.
  package let columns: Int

  /// The rows of the grid.
  package let rows: Int

  /// All of a picture.
  ///
  /// - Precondition: The sides are positive, and at most a million.
  package init(width: Int, height: Int) {
    bounds = BoundingBox(columns: 0..<width, rows: 0..<height)
    columns = width
    rows = height
  }

  /// A part of a picture, which may begin and end within pixels.
  package init(_ bounds: BoundingBox) {
    self.bounds = bounds
    columns = max(Int(bounds.width.rounded()), 1)
    rows = max(Int(bounds.height.rounded()), 1)
  }

  /// The largest middle part of a picture that has the shape of a network's input.
  ///
  /// - Precondition: The sides are positive, and at most a million.
  package init(
    croppedFromWidth width: Int, height: Int,
    toShapeOfWidth inputWidth: Int, height inputHeight: Int
  ) {
    let whole = BoundingBox(columns: 0..<width, rows: 0..<height)
    let cutWidth = min(whole.width, whole.height * Double(inputWidth) / Double(inputHeight))
    let cutHeight = min(whole.height, whole.width * Double(inputHeight) / Double(inputWidth))
    let left = (whole.width - cutWidth) / 2
    let top = (whole.height - cutHeight) / 2
    self.init(
      BoundingBox(left: left, top: top, right: left + cutWidth, bottom: top + cutHeight) ?? whole)
  }

  private var pixelWidth: Double { bounds.width / Double(columns) }
  private var pixelHeight: Double { bounds.height / Double(rows) }

  /// The middle of a pixel of the grid, in the picture.
  func center(column: Int, row: Int) -> (x: Double, y: Double) {
    (
      bounds.left + (Double(column) + 0.5) * pixelWidth,
      bounds.top + (Double(row) + 0.5) * pixelHeight
    )
  }

  /// The box round a component, in the picture.
  func box(of component: ComponentSweep.Component) -> BoundingBox {
    BoundingBox(
      left: bounds.left + Double(component.columns.lowerBound) * pixelWidth,
      top: bounds.top + Double(component.rows.lowerBound) * pixelHeight,
      right: bounds.left + Double(component.columns.upperBound) * pixelWidth,
      bottom: bounds.top + Double(component.rows.upperBound) * pixelHeight) ?? bounds
  }
}
