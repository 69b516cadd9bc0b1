extension Int {
  /// The value of every count of elements that is too large: beyond any limit here, and
  /// small enough that a few such numbers can be added.
  static let uncountable = 1 << 60

  /// The product of sizes that are not negative, or ``uncountable`` if it is more.
  ///
  /// Sizes that are multiplied before they are compared with a limit must not trap.
  static func clampedProduct(_ factors: Int...) -> Int {
    guard !factors.contains(0) else { return 0 }
    return factors.reduce(1) { product, factor in
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      return overflow ? uncountable : Swift.min(next, uncountable)
    }
  }
}
