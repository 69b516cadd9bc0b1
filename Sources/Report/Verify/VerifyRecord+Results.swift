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

extension VerifyRecord.Layer {
  /// The result with the numbers that the record holds, judged by a policy.
  func result(policy: Policy) throws(RecordFault) -> LayerResult {
    guard let feed = LayerResult.Feed(rawValue: feed) else {
      throw RecordFault("\(layer) has the feed \(feed)")
    }
    guard count != 0 else { return try notRun() }
    let deviation = try deviation()
    return LayerResult(
      caseName: self.case, layer: layer, nodes: nodes, operation: operation,
      problem: problem.value, requested: requested, executed: executed, refusal: refusal.value,
      feed: feed, deviation: deviation, guardsIntact: guardsIntact,
      inputIsConstant: inputIsConstant, shape: shape, isStored: stored, policy: policy)
  }

  /// Without a single element there is nothing that a good verdict could rest on.
  private func notRun() throws(RecordFault) -> LayerResult {
    guard let verdict = Verdict(rawValue: verdict), verdict == .skipped || verdict == .unsupported
    else { throw RecordFault("\(layer) is \(verdict), but has no elements") }
    return LayerResult(
      caseName: self.case, layer: layer, operation: operation, problem: problem.value,
      requested: requested, shape: shape, notRun: verdict, reason: reason.value ?? "")
  }

  private func deviation() throws(RecordFault) -> Deviation {
    var size = 1
    for side in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: side)
      guard side > 0, !overflow else { throw RecordFault("\(layer) has the shape \(shape)") }
      size = product
    }
    guard count == size else {
      throw RecordFault("\(layer) has \(count) elements, but the shape \(shape)")
    }
    let counts = [informative, differing, nonFinite]
    guard counts.allSatisfy({ 0...count ~= $0 }) else {
      throw RecordFault("\(layer) counts \(counts) of \(count) elements")
    }
    guard index.count == shape.count, zip(index, shape).allSatisfy({ 0..<$1 ~= $0 }) else {
      throw RecordFault("\(layer) has no element \(index)")
    }
    var points: [ToleranceFrontier.Point] = []
    for pair in tolerances {
      guard pair.count == 2, pair.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
        throw RecordFault("\(layer): tolerances holds \(pair), which is not a size and an error")
      }
      points.append(ToleranceFrontier.Point(magnitude: pair[0], error: pair[1]))
    }
    var deviation = Deviation()
    deviation.count = count
    deviation.informative = informative
    // Ratios and counts of units are infinite where they are no number that JSON holds.
    deviation.errorOverBound = errorOverBound.orInfinity
    deviation.errorOverWorst = errorOverWorst.orInfinity
    deviation.rmsOverBound = rmsOverBound.orInfinity
    deviation.relativeL2 = relativeL2.value
    deviation.maxAbs = maxAbs.value
    deviation.maxULP = maxUlp.orInfinity
    deviation.differing = differing
    deviation.nonFinite = nonFinite
    deviation.tolerances = ToleranceFrontier(points: points)
    deviation.expected = expected.value
    deviation.got = got.value
    deviation.worstIndex = zip(index, shape).reduce(0) { $0 * $1.1 + $1.0 }
    return deviation
  }
}

extension JSONNumber {
  fileprivate var orInfinity: Double { value.isNaN ? .infinity : value }
}

extension VerifyRecord.Map {
  var comparison: MapComparison {
    MapComparison(
      caseName: self.case, backend: backend, classIndex: self.class, label: label.value,
      relativeL2: relativeL2.value, peakShift: peakShift.value, intersectionOverUnion: iou.value,
      identityError: identityError.value, errorOverBound: errorOverBound,
      errorOverWorst: errorOverWorst)
  }
}

extension VerifyRecord.Classes {
  /// A margin of 0 is used up infinitely often, which is no failure, but NaN is one; both are `null`.
  var comparison: ClassComparison {
    let isInfinite = marginUsed.value.isNaN && verdict != Verdict.fail.rawValue
    return ClassComparison(
      caseName: self.case, backend: backend, top5: top5, goldenTop5: goldenTop5,
      marginUsed: isInfinite ? .infinity : marginUsed.value)
  }
}
