import FoundationEssentials
import Kernels
public import Verify

/// Why a text is no report of a verification.
public struct ReportError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String
}

extension VerifyReport {
  /// Reads a report that ``json()`` wrote.
  ///
  /// Its verdicts on layers are those of the policy that is named in it; ``judge(by:)`` gives others.
  ///
  /// - Parameters:
  ///   - text: The JSON.
  ///   - name: What the file is called in errors.
  /// - Throws: ``ReportError`` that says what is wrong.
  public init(json text: String, name: String) throws(ReportError) {
    let record: VerifyRecord
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      record = try decoder.decode(VerifyRecord.self, from: Data(text.utf8))
    } catch {
      throw ReportError(
        description: "\(name) is no report of `densecam verify --format json`: \(error)")
    }
    let context = record.context
    self.init(
      context: ReportContext(
        version: context.version, machine: context.machine.description, model: context.model,
        symbolSHA256: context.symbolSha256, weightsSHA256: context.weightsSha256,
        command: context.command),
      threads: context.threads,
      policy: Policy(name: context.policy.name, rules: context.policy.rules), goldens: [])
    for golden in context.goldens {
      var cases: [CaseResult] = []
      func edit(_ name: String, _ change: (inout CaseResult) -> Void) {
        let index = cases.firstIndex { $0.name == name } ?? cases.count
        if index == cases.count { cases.append(CaseResult(name: name)) }
        change(&cases[index])
      }
      for layer in record.layers where layer.golden == golden.path {
        let result = try layer.result(policy: policy, name: name)
        edit(layer.case) { $0.layers.append(result) }
      }
      for map in record.cams where map.golden == golden.path {
        edit(map.case) { $0.maps.append(map.comparison) }
      }
      for classes in record.classes where classes.golden == golden.path {
        edit(classes.case) { $0.classes.append(classes.comparison) }
      }
      goldens.append(Golden(path: golden.path, header: golden.header, cases: cases))
    }
  }

  /// Judges every layer again, from the numbers that were kept.
  public mutating func judge(by policy: Policy) {
    self.policy = policy
    for g in goldens.indices {
      for c in goldens[g].cases.indices {
        for l in goldens[g].cases[c].layers.indices {
          goldens[g].cases[c].layers[l].judge(by: policy)
        }
      }
    }
  }
}

extension VerifyRecord.Golden {
  var header: GoldenHeader {
    GoldenHeader(
      generator: generator, generatorVersion: generatorVersion,
      precision: GoldenHeader.Precision(rawValue: referencePrecision) ?? .f32, model: model,
      weightsSHA256: weightsSha256, symbolSHA256: symbolSha256, created: created, command: "")
  }
}

extension VerifyRecord.Layer {
  /// The result with the numbers that the record holds.
  func result(policy: Policy, name: String) throws(ReportError) -> LayerResult {
    guard let feed = LayerResult.Feed(rawValue: feed), let verdict = Verdict(rawValue: verdict)
    else {
      throw ReportError(
        description: "\(name): \(layer) has the feed \(self.feed) and the verdict \(self.verdict)")
    }
    guard count >= 0, tolerances.allSatisfy({ $0.count == 2 }),
      index.count == shape.count || index.isEmpty
    else { throw ReportError(description: "\(name): the numbers of \(layer) make no sense") }
    guard count > 0 else {
      return LayerResult(
        caseName: self.case, layer: layer, operation: operation, problem: problem.value,
        requested: requested, shape: shape, notRun: verdict, reason: reason.value ?? "")
    }
    var deviation = Deviation()
    deviation.count = count
    deviation.informative = informative
    deviation.errorOverBound = errorOverBound.value
    deviation.errorOverWorst = errorOverWorst.value
    deviation.rmsOverBound = rmsOverBound.value
    deviation.relativeL2 = relativeL2.value
    deviation.maxAbs = maxAbs.value
    deviation.maxULP = maxUlp.value
    deviation.differing = differing
    deviation.nonFinite = nonFinite
    deviation.tolerances = ToleranceFrontier(
      points: tolerances.map { .init(magnitude: $0[0], error: $0[1]) })
    deviation.expected = expected.value
    deviation.got = got.value
    deviation.worstIndex = zip(index, shape).reduce(0) { place, next in
      let (product, overflow) = place.multipliedReportingOverflow(by: next.1)
      return overflow ? 0 : product &+ next.0
    }
    return LayerResult(
      caseName: self.case, layer: layer, nodes: nodes, operation: operation,
      problem: problem.value, requested: requested, executed: executed, refusal: refusal.value,
      feed: feed, deviation: deviation, guardsIntact: guardsIntact,
      inputIsConstant: inputIsConstant, shape: shape, isStored: stored, policy: policy)
  }
}

extension VerifyRecord.Map {
  var comparison: MapComparison {
    MapComparison(
      caseName: self.case, backend: backend, classIndex: self.class, label: label.value,
      relativeL2: relativeL2.value, peakShift: peakShift.value, intersectionOverUnion: iou.value,
      identityError: identityError.value)
  }
}

extension VerifyRecord.Classes {
  var comparison: ClassComparison {
    ClassComparison(
      caseName: self.case, backend: backend, top5: top5, goldenTop5: goldenTop5,
      marginUsed: marginUsed.value)
  }
}
