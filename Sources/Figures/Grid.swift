import Glibc

/// Scenes in rows and columns, each column as wide and each row as high as its largest scene.
struct Grid {
  /// The space between scenes.
  var gap = 0

  /// The space around them.
  var margin = 0

  /// The number of columns; chosen by ``columns(count:width:height:)`` if nil.
  var columns: Int?

  func arrange(_ scenes: [Scene]) -> Scene {
    let widest = scenes.map(\.width).max() ?? 1
    let highest = scenes.map(\.height).max() ?? 1
    let columns = min(
      columns ?? Self.columns(count: scenes.count, width: widest, height: highest), scenes.count)
    let rows = stride(from: 0, to: scenes.count, by: max(columns, 1)).map { start in
      scenes[start..<min(start + columns, scenes.count)]
    }
    let widths = (0..<columns).map { column in
      rows.compactMap { $0.dropFirst(column).first?.width }.max() ?? 0
    }
    let heights = rows.map { $0.map(\.height).max() ?? 0 }
    var result = Scene(
      width: widths.reduce(0, +) + gap * (columns - 1) + 2 * margin,
      height: heights.reduce(0, +) + gap * (rows.count - 1) + 2 * margin)
    var y = margin
    for (row, height) in zip(rows, heights) {
      var x = margin
      for (scene, width) in zip(row, widths) {
        result.draw(scene, x: x, y: y)
        x += width + gap
      }
      y += height + gap
    }
    return result
  }

  /// The number of columns that makes `count` equal scenes roughly a 4:3 page.
  ///
  /// The logarithm of how far the shape is off competes with the share of places that stay empty,
  /// which weighs two and a half times as much. Six pairs of square pictures come in two columns and
  /// four squares in two, as in the original's figures; three squares stay in a row.
  static func columns(count: Int, width: Int, height: Int) -> Int {
    guard count > 1 else { return 1 }
    let shape = Double(width) / Double(max(height, 1)) / (4.0 / 3)
    func cost(_ columns: Int) -> Double {
      let rows = (count - 1) / columns + 1
      let empty = Double(rows * columns - count) / Double(rows * columns)
      let ratio = shape * Double(columns) / Double(rows)
      return abs(log(ratio)) + 2.5 * empty
    }
    return (1...count).min { cost($0) < cost($1) } ?? 1
  }
}
