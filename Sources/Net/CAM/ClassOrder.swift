/// The order of a picture's classes, likeliest first.
///
/// A softmax that saturates gives many classes the same probability, so the logit decides among those, and
/// the earlier class if the logits are equal, too. NaN comes last.
package struct ClassOrder<Value: BinaryFloatingPoint & Sendable>: Sendable {
  let probabilities: [Value]
  let logits: [Value]

  /// - Parameters:
  ///   - probabilities: One value per class.
  ///   - logits: The values before the softmax.
  /// - Precondition: There are as many logits as probabilities.
  package init(probabilities: [Value], logits: [Value]) {
    precondition(logits.count == probabilities.count, "the results do not belong together")
    self.probabilities = probabilities
    self.logits = logits
  }

  /// The likeliest classes.
  ///
  /// - Parameter count: How many, if there are as many.
  /// - Returns: Their indices, likeliest first.
  package func first(_ count: Int) -> [Int] {
    Array(probabilities.indices.sorted(by: precedes).prefix(max(0, count)))
  }

  /// The place of a class, counted from 1.
  ///
  /// - Precondition: There is such a class.
  package func rank(of index: Int) -> Int {
    1 + probabilities.indices.count { precedes($0, index) }
  }

  private func precedes(_ a: Int, _ b: Int) -> Bool {
    for values in [probabilities, logits] {
      let (x, y) = (values[a], values[b])
      if x.isNaN != y.isNaN { return y.isNaN }
      if x != y, !x.isNaN { return x > y }
    }
    return a < b
  }
}
