import Bench
import Verify

/// The report of a verification in JSON.
struct VerifyRecord: Codable {
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

    /// The plugins that were loaded; left out if there were none.
    var plugins: [PluginRecord]?
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

  var context: Context

  /// `null` if nothing was compared.
  var verdict: Nullable<String>
  var layers: [LayerEntry]
  var cams: [MapEntry]
  var classes: [ClassEntry]
}

extension VerifyReport {
  /// The report for scripts; see ``Report`` for what JSON cannot hold.
  ///
  /// - Throws: What the encoder throws.
  package func json() throws -> String { try record.jsonText() }

  /// The report as comma-separated values (RFC 4180) with a header: one row a layer and feed, map and
  /// classification, told apart by `kind`.
  ///
  /// Names are those of the JSON, but that `requested` has the backend of maps and classes, too.
  package func csv() -> String {
    let record = record
    return CSVSheet.text([
      CSVSheet(kind: "layer", record.layers), CSVSheet(kind: "cam", record.cams),
      CSVSheet(kind: "class", record.classes),
    ])
  }

  var record: VerifyRecord {
    var record = VerifyRecord(
      context: VerifyRecord.Context(
        version: context.version, command: context.command,
        machine: MachineRecord(context.machine), model: context.model,
        symbolSha256: context.symbolSHA256, weightsSha256: context.weightsSHA256,
        threads: threads, instructionSet: context.machine.instructionSet,
        policy: VerifyRecord.PolicyRecord(name: policy.name, rules: policy.rules),
        settings: settings, plugins: context.plugins.isEmpty ? nil : context.plugins,
        goldens: goldens.map(VerifyRecord.Golden.init)),
      verdict: Nullable(verdict?.rawValue), layers: [], cams: [], classes: [])
    for golden in goldens {
      for result in golden.cases {
        record.layers += result.layers.map {
          LayerEntry($0, golden: golden.path, goldenCase: result.name)
        }
        record.cams += result.maps.map {
          MapEntry($0, golden: golden.path, classes: result.classes)
        }
        record.classes += result.classes.map { ClassEntry($0, golden: golden.path) }
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
