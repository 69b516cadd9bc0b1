/// Whether the data could have shown a fault at all.
///
/// A kernel that is compared with zeros passes whatever it does to them, and on a constant picture no
/// shift, flip or swap can be seen. Such a PASS is MISTRUSTED.
///
/// A fault that strikes one element in a hundred, at random, hits at least one of n informative elements
/// with a probability of 1 − 0.99ⁿ; for 99 % that takes n = ln 0.01 / ln 0.99 = 459. Tensors too small
/// for that many need one in sixteen.
package enum Evidence {
  /// The informative elements that are enough for a tensor of any size.
  public static let sufficientCount = 459

  /// The share of informative elements that is enough for a small tensor.
  public static let sufficientShare = 1.0 / 16

  /// Why a comparison is not to be trusted; nil if it is.
  ///
  /// - Parameters:
  ///   - informative: The elements that ``Deviation/informative`` counts.
  ///   - count: All elements.
  ///   - inputIsConstant: Whether all elements of each input had the same value.
  /// - Returns: The reason in a few words.
  public static func doubt(informative: Int, count: Int, inputIsConstant: Bool) -> String? {
    if inputIsConstant { return "the input is constant" }
    let needed = min(Double(sufficientCount), Double(count) * sufficientShare)
    guard Double(informative) < needed else { return nil }
    return "only \(informative) of \(count) expected values exceed their worst-case bound"
  }

  /// Whether all of several elements have one value; a single element is not a constant.
  static func isConstant(_ elements: [Float]) -> Bool {
    guard elements.count > 1, let first = elements.first else { return false }
    return elements.allSatisfy { $0 == first }
  }
}
