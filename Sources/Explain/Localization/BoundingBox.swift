/// A rectangle in a picture, in pixels.
///
/// COCO's convention: the pixel in column `c` and row `r` is the cell `[c, c + 1) × [r, r + 1)`,
/// and a box covers `[x, x + width) × [y, y + height)`. A box of whole numbers is as many pixels wide as
/// its width.
package struct BoundingBox: Hashable, Sendable {
  /// The left edge, inside of the box.
  package let left: Double

  /// The upper edge, inside of the box.
  package let top: Double

  /// The right edge, outside of the box.
  package let right: Double

  /// The lower edge, outside of the box.
  package let bottom: Double

  /// The largest magnitude of an edge: beyond it, areas would lose their last digits.
  static let reach = 1e6

  /// A box by its edges.
  ///
  /// - Returns: Nil if an edge is not finite or beyond a million pixels, or if there is no area.
  package init?(left: Double, top: Double, right: Double, bottom: Double) {
    // Written so that NaN, for which no comparison holds, is refused.
    guard -Self.reach <= left, left < right, right <= Self.reach,
      -Self.reach <= top, top < bottom, bottom <= Self.reach,
      (right - left) * (bottom - top) > 0
    else { return nil }
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }

  /// A box by its upper left corner and its size, as COCO writes it.
  ///
  /// - Returns: Nil if a number is not finite, an edge is beyond a million pixels, or there is no
  ///   area.
  package init?(x: Double, y: Double, width: Double, height: Double) {
    self.init(left: x, top: y, right: x + width, bottom: y + height)
  }

  /// The box of whole pixels.
  ///
  /// - Precondition: Neither range is empty, and neither leaves ``reach``.
  init(columns: Range<Int>, rows: Range<Int>) {
    precondition(!columns.isEmpty && !rows.isEmpty, "a box has pixels")
    left = Double(columns.lowerBound)
    top = Double(rows.lowerBound)
    right = Double(columns.upperBound)
    bottom = Double(rows.upperBound)
  }

  package var width: Double { right - left }

  package var height: Double { bottom - top }

  package var area: Double { width * height }
}

extension BoundingBox {
  /// Whether a point is in the box: the left and upper edge are, the right and lower edge are not.
  package func contains(x: Double, y: Double) -> Bool {
    left <= x && x < right && top <= y && y < bottom
  }

  /// The part that two boxes share, or nil if they share no area.
  package func intersection(_ other: BoundingBox) -> BoundingBox? {
    BoundingBox(
      left: max(left, other.left), top: max(top, other.top),
      right: min(right, other.right), bottom: min(bottom, other.bottom))
  }

  /// The area that two boxes share over the area that they cover together, in [0, 1].
  ///
  /// Exact for whole numbers; 1 for equal boxes, and never above.
  package func intersectionOverUnion(_ other: BoundingBox) -> Double {
    guard let shared = intersection(other)?.area else { return 0 }
    // In this order, the union is never less than the larger box, for rounding is monotonic.
    return shared / (area + (other.area - shared))
  }

  /// The part of the box inside a picture, or nil if there is none.
  package func clipped(toWidth width: Int, height: Int) -> BoundingBox? {
    BoundingBox(left: 0, top: 0, right: Double(width), bottom: Double(height))
      .flatMap(intersection)
  }

  /// The box when each column becomes `x` columns and each row `y` rows.
  ///
  /// - Returns: Nil if nothing is left of it, or if it gets too large.
  package func scaled(x: Double, y: Double) -> BoundingBox? {
    BoundingBox(left: left * x, top: top * y, right: right * x, bottom: bottom * y)
  }
}

extension BoundingBox: CustomStringConvertible {
  /// The four numbers in COCO's order.
  package var description: String { "[\(left), \(top), \(width), \(height)]" }
}

extension BoundingBox: Codable {
  /// Reads COCO's `[x, y, width, height]`.
  package init(from decoder: any Decoder) throws {
    let numbers = try [Double](from: decoder)
    guard numbers.count == 4,
      let box = BoundingBox(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3])
    else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "is not a box"))
    }
    self = box
  }

  /// Writes COCO's `[x, y, width, height]`.
  package func encode(to encoder: any Encoder) throws {
    try [left, top, width, height].encode(to: encoder)
  }
}
