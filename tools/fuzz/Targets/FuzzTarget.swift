/// A parser that libFuzzer feeds.
///
/// A body may throw whatever it likes; it must neither trap, nor hang, nor take more memory than the
/// limits of `tools/fuzz/run`. What has to hold of values that were read, whatever the input was, is a
/// `precondition`.
struct FuzzTarget: Sendable {
  let name: String
  let body: @Sendable ([UInt8]) throws -> Void

  init(_ name: String, _ body: @escaping @Sendable ([UInt8]) throws -> Void) {
    self.name = name
    self.body = body
  }

  /// All targets; `tools/fuzz/run` has their limits.
  static let all: [FuzzTarget] =
    [
      .symbol, .params, .png, .jpeg, .golden, .maps, .contents, .boxes, .labels, .problems, .policy,
      .results, .plan, .journal, .names, .values,
    ]
}
