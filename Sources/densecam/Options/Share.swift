/// A share that was given as percent or as a number.
struct Share {
  let value: Double

  /// Nil if the text is not a share between 0 and 1.
  ///
  /// - Parameter text: Such as `2%` or `0.02`.
  init?(_ text: String) {
    let isPercent = text.hasSuffix("%")
    guard let number = Double(isPercent ? String(text.dropLast()) : text) else { return nil }
    value = isPercent ? number / 100 : number
    guard value > 0, value < 1 else { return nil }
  }
}
