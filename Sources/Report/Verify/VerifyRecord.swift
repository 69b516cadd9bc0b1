import Bench
import Verify

/// The report of a verification in JSON.
struct VerifyRecord: Hashable, Codable {
  struct Context: Hashable, Codable {
    var version: String
    var command: String
    var machine: MachineRecord
    var model: String
    var symbolSha256: String
    var weightsSha256: String
    var threads: Int
    var instructionSet: String

    /// By which rules errors became verdicts.
    var policy: PolicyRecord

    /// The options that repeat a part of the run.
    var settings: RunSettings
    var goldens: [Golden]
  }

  struct PolicyRecord: Hashable, Codable {
    var name: String
    var rules: [Policy.Rule]
  }

  struct Golden: Hashable, Codable {
    var path: String
    var generator: String
    var generatorVersion: String
    var referencePrecision: String
    var model: String
    var symbolSha256: String
    var weightsSha256: String
    var created: String

    /// Why no maps were compared; left out if there are some.
    var noMaps: String?
  }

  struct Layer: Hashable, Codable {
    var golden: String

    /// The case of the golden, or `problems`.
    var goldenCase: String

    /// The same, or the seed that numbers were drawn from.
    var `case`: String
    var layer: String
    var operation: String
    var nodes: [String]

    /// In benchdnn's notation.
    var problem: Nullable<String>
    var shape: [Int]
    var requested: String
    var executed: String

    /// Why the requested backend did not run.
    var refusal: Nullable<String>
    var feed: String
    var verdict: String
    var reason: Nullable<String>
    var count: Int
    var informative: Int
    var inputIsConstant: Bool
    var errorOverBound: JSONNumber
    var errorOverWorst: JSONNumber
    var rmsOverBound: JSONNumber
    var relativeL2: JSONNumber
    var nmse: JSONNumber
    var snrDb: JSONNumber
    var maxAbs: JSONNumber
    var maxRelative: JSONNumber
    var maxUlp: JSONNumber
    var differing: Int
    var nonFinite: Int

    /// The smallest tolerances that would pass: absolute alone, relative alone, and one number for both.
    var leastAtol: JSONNumber
    var leastRtol: JSONNumber
    var leastTolerance: JSONNumber

    /// Pairs of |expected| and |error| on which every pair of tolerances depends.
    var tolerances: [[Double]]
    var guardsIntact: Bool
    var index: [Int]
    var expected: JSONNumber
    var got: JSONNumber
    var stored: Bool
  }

  struct Map: Hashable, Codable {
    var golden: String
    var `case`: String
    var backend: String
    var `class`: Int
    var label: Nullable<String>
    var relativeL2: JSONNumber
    var peakShift: Nullable<Int>
    var iou: JSONNumber
    var identityError: JSONNumber

    /// Missing if there is no bound, so that the map's distance from the golden's has decided.
    var errorOverBound: Double?
    var errorOverWorst: Double?

    /// Whether the backend's most likely class is the golden's; `null` if the golden stores none.
    var top1Same: Nullable<Bool>
    var verdict: String
  }

  struct Classes: Hashable, Codable {
    var golden: String
    var `case`: String
    var backend: String
    var top5: [Int]
    var goldenTop5: [Int]
    var top1Same: Bool
    var top5Same: Bool
    var marginUsed: JSONNumber
    var verdict: String
  }

  var context: Context

  /// `null` if nothing was compared.
  var verdict: Nullable<String>
  var layers: [Layer]
  var cams: [Map]
  var classes: [Classes]
}

extension VerifyReport {
  /// The report for scripts; see ``Report`` for what JSON cannot hold.
  ///
  /// - Throws: What the encoder throws.
  package func json() throws -> String { try record.jsonText() }

  var record: VerifyRecord {
    var record = VerifyRecord(
      context: VerifyRecord.Context(
        version: context.version, command: context.command,
        machine: MachineRecord(context.machine), model: context.model,
        symbolSha256: context.symbolSHA256, weightsSha256: context.weightsSHA256,
        threads: threads, instructionSet: context.machine.instructionSet,
        policy: VerifyRecord.PolicyRecord(name: policy.name, rules: policy.rules),
        settings: settings,
        goldens: goldens.map(VerifyRecord.Golden.init)),
      verdict: Nullable(verdict?.rawValue), layers: [], cams: [], classes: [])
    for golden in goldens {
      for result in golden.cases {
        record.layers += result.layers.map {
          VerifyRecord.Layer($0, golden: golden.path, goldenCase: result.name)
        }
        record.classes += result.classes.map { VerifyRecord.Classes($0, golden: golden.path) }
        record.cams += result.maps.map { map in
          VerifyRecord.Map(
            map, golden: golden.path,
            classes: result.classes.first { $0.backend == map.backend })
        }
      }
    }
    return record
  }
}

extension VerifyRecord.Golden {
  init(_ golden: VerifyReport.Golden) {
    let header = golden.header
    self.init(
      path: golden.path, generator: header.generator, generatorVersion: header.generatorVersion,
      referencePrecision: header.precision.rawValue, model: header.model,
      symbolSha256: header.symbolSHA256, weightsSha256: header.weightsSHA256,
      created: header.created, noMaps: golden.cases.lazy.compactMap(\.noMaps).first)
  }
}

extension VerifyRecord.Layer {
  init(_ layer: LayerResult, golden: String, goldenCase: String) {
    let deviation = layer.deviation
    self.init(
      golden: golden, goldenCase: goldenCase, case: layer.caseName, layer: layer.layer,
      operation: layer.operation, nodes: layer.nodes, problem: Nullable(layer.problem),
      shape: layer.shape,
      requested: layer.requested, executed: layer.executed, refusal: Nullable(layer.refusal),
      feed: layer.feed.rawValue, verdict: layer.verdict.rawValue, reason: Nullable(layer.reason),
      count: deviation.count, informative: deviation.informative,
      inputIsConstant: layer.inputIsConstant,
      errorOverBound: JSONNumber(deviation.errorOverBound),
      errorOverWorst: JSONNumber(deviation.errorOverWorst),
      rmsOverBound: JSONNumber(deviation.rmsOverBound),
      relativeL2: JSONNumber(deviation.relativeL2), nmse: JSONNumber(deviation.nmse),
      snrDb: JSONNumber(deviation.signalToNoise), maxAbs: JSONNumber(deviation.maxAbs),
      maxRelative: JSONNumber(deviation.maxRelative), maxUlp: JSONNumber(deviation.maxULP),
      differing: deviation.differing, nonFinite: deviation.nonFinite,
      leastAtol: JSONNumber(deviation.tolerances.leastAbsolute()),
      leastRtol: JSONNumber(deviation.tolerances.leastRelative),
      leastTolerance: JSONNumber(deviation.tolerances.leastOfBoth),
      tolerances: deviation.tolerances.points.map { [$0.magnitude, $0.error] },
      guardsIntact: layer.guardsIntact, index: layer.worstPosition,
      expected: JSONNumber(deviation.expected), got: JSONNumber(deviation.got),
      stored: layer.isStored)
  }
}

extension VerifyRecord.Map {
  init(_ map: MapComparison, golden: String, classes: ClassComparison?) {
    self.init(
      golden: golden, case: map.caseName, backend: map.backend, class: map.classIndex,
      label: Nullable(map.label), relativeL2: JSONNumber(map.relativeL2),
      peakShift: Nullable(map.peakShift), iou: JSONNumber(map.intersectionOverUnion),
      identityError: JSONNumber(map.identityError),
      errorOverBound: map.errorOverBound, errorOverWorst: map.errorOverWorst,
      top1Same: Nullable(classes?.isSameTop1),
      verdict: map.verdict.rawValue)
  }
}

extension VerifyRecord.Classes {
  init(_ classes: ClassComparison, golden: String) {
    self.init(
      golden: golden, case: classes.caseName, backend: classes.backend, top5: classes.top5,
      goldenTop5: classes.goldenTop5, top1Same: classes.isSameTop1,
      top5Same: classes.isSameTop5, marginUsed: JSONNumber(classes.marginUsed),
      verdict: classes.verdict.rawValue)
  }
}
