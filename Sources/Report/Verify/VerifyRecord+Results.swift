import Verify

/// Why a record, which is well formed, cannot be what a run has found.
struct RecordFault: Error {
  let cause: String

  init(_ cause: String) { self.cause = cause.escaped }
}

extension VerifyRecord.Golden {
  func header() throws(RecordFault) -> GoldenHeader {
    guard let precision = GoldenHeader.Precision(rawValue: referencePrecision) else {
      throw RecordFault("\(path) has the reference precision \(referencePrecision)")
    }
    return GoldenHeader(
      generator: generator, generatorVersion: generatorVersion, precision: precision,
      model: model, weightsSHA256: weightsSha256, symbolSHA256: symbolSha256, created: created,
      command: "")
  }
}

extension LayerEntry {
  /// The result with the numbers of the entry, judged by a policy.
  ///
  /// - Throws: ``RecordFault`` if they contradict each other.
  func judged(by policy: Policy) throws(RecordFault) -> LayerResult {
    guard deviation.count != 0 else { return try notRun() }
    var result = result
    result.deviation.worstIndex = try worstIndex()
    result.deviation.tolerances = try frontier()
    result.judge(by: policy)
    return result
  }

  /// Without a single element there is nothing that a good verdict could rest on.
  private func notRun() throws(RecordFault) -> LayerResult {
    switch result.verdict {
    case .skipped, .unsupported, .crashed, .timedOut, .outOfMemory, .fail: break
    case .pass, .fellBack, .marginal, .mistrusted:
      throw RecordFault("\(result.layer) is \(result.verdict.rawValue), but has no elements")
    }
    return LayerResult(
      caseName: result.caseName, layer: result.layer, nodes: result.nodes,
      operation: result.operation, problem: result.problem, requested: result.requested,
      executed: result.executed, feed: result.feed, shape: result.shape, notRun: result.verdict,
      reason: result.reason ?? "")
  }

  private func worstIndex() throws(RecordFault) -> Int {
    let (layer, shape, count) = (result.layer, result.shape, deviation.count)
    var size = 1
    for side in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: side)
      guard side > 0, !overflow else { throw RecordFault("\(layer) has the shape \(shape)") }
      size = product
    }
    guard count == size else {
      throw RecordFault("\(layer) has \(count) elements, but the shape \(shape)")
    }
    let counts = [deviation.informative, deviation.differing, deviation.nonFinite]
    guard counts.allSatisfy({ 0...count ~= $0 }) else {
      throw RecordFault("\(layer) counts \(counts) of \(count) elements")
    }
    guard index.count == shape.count, zip(index, shape).allSatisfy({ 0..<$1 ~= $0 }) else {
      throw RecordFault("\(layer) has no element \(index)")
    }
    return zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }
  }

  private func frontier() throws(RecordFault) -> ToleranceFrontier {
    var points: [ToleranceFrontier.Point] = []
    for pair in tolerances {
      guard pair.count == 2, pair.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
        throw RecordFault(
          "\(result.layer): tolerances holds \(pair), which is not a size and an error")
      }
      points.append(ToleranceFrontier.Point(magnitude: pair[0], error: pair[1]))
    }
    return ToleranceFrontier(points: points)
  }
}
