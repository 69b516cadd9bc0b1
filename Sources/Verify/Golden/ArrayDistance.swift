/// How far an array of 32-bit floats is from the one that it is compared with.
public struct ArrayDistance: Hashable, Sendable {
  /// The elements whose bits differ, the sign of zero included.
  public internal(set) var differing = 0

  /// The largest distance between two elements, counted in 32-bit floats: 0 between the zeros of both
  /// signs, 1 between neighbours.
  public internal(set) var maxULP = 0

  /// `‖new − old‖₂ / ‖old‖₂`, or `‖new‖₂` if all of the old is zero.
  public internal(set) var relativeL2 = 0.0

  /// Compares arrays of the same size, none of whose elements is NaN or infinite.
  init(of new: [Float], from old: [Float]) {
    precondition(new.count == old.count, "the arrays differ in size")
    for i in new.indices where new[i].bitPattern != old[i].bitPattern {
      differing += 1
      maxULP = max(maxULP, abs(Self.place(of: new[i]) - Self.place(of: old[i])))
    }
    relativeL2 = RelativeL2.distance(new, from: old.lazy.map(Double.init))
  }

  /// The place of a float among all floats, zero at 0.
  private static func place(of value: Float) -> Int {
    let magnitude = Int(value.magnitude.bitPattern)
    return value.sign == .minus ? -magnitude : magnitude
  }
}

/// The relative L2 distance, by which goldens are distinguished.
enum RelativeL2 {
  /// `‖a − b‖₂ / ‖b‖₂`, or `‖a‖₂` if all of `b` is zero; summed in double precision.
  ///
  /// - Precondition: There are as many elements in both.
  static func distance(_ a: [Float], from b: some Collection<Double>) -> Double {
    precondition(a.count == b.count, "the arrays differ in size")
    var error = 0.0
    var norm = 0.0
    for (x, y) in zip(a, b) {
      error += (Double(x) - y) * (Double(x) - y)
      norm += y * y
    }
    return norm > 0 ? (error / norm).squareRoot() : error.squareRoot()
  }
}
