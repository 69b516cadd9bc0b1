import Files
import FoundationEssentials
package import Verify

/// The reason a text is not a report of a verification.
package struct ReportError: ReportedError, Hashable {
  package let description: String
}

extension VerifyReport {
  /// The largest file that is read, in bytes: some 100,000 layers.
  private static let largestSize = 256 << 20

  /// Reads a file that holds what ``json()`` or ``jsonLines()`` wrote; see ``init(text:name:)``.
  ///
  /// - Throws: `FileError` if the file cannot be read, ``ReportError`` that says what is wrong in it.
  package init(path: String) throws {
    try self.init(text: TextFile.read(path, upTo: Self.largestSize), name: path)
  }

  /// Reads a report that ``json()`` wrote.
  ///
  /// Verdicts are not taken from the text: those on layers follow from the numbers and from the policy
  /// that is named in it, and ``judge(by:)`` gives others. The text may come from anywhere: what
  /// contradicts itself is refused.
  ///
  /// - Parameters:
  ///   - text: The JSON.
  ///   - name: What the file is called in errors.
  /// - Throws: ``ReportError`` that says what is wrong.
  package init(json text: String, name: String) throws(ReportError) {
    let record: VerifyRecord
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      record = try decoder.decode(VerifyRecord.self, from: Data(text.utf8))
    } catch {
      let fault = JSONFault(error, isSnakeCase: true)
      throw ReportError(
        description: "\(name) is not a report of `densecam verify --format json`: \(fault)")
    }
    try self.init(record, name: name)
  }

  init(_ record: VerifyRecord, name: String) throws(ReportError) {
    do throws(RecordFault) {
      try self.init(record)
    } catch {
      throw ReportError(description: "\(name): \(error.cause)")
    }
  }

  init(_ record: VerifyRecord) throws(RecordFault) {
    let context = record.context
    for rule in context.policy.rules {
      if let objection = rule.objection { throw RecordFault("context.policy: \(objection)") }
    }
    self.init(
      context: ReportContext(
        version: context.version, machine: context.machine.description, model: context.model,
        symbolSHA256: context.symbolSha256, weightsSHA256: context.weightsSha256,
        command: context.command, plugins: context.plugins ?? []),
      threads: context.threads,
      policy: Policy(name: context.policy.name, rules: context.policy.rules),
      settings: context.settings, goldens: [])
    var shelves = Shelves()
    for golden in context.goldens { try shelves.add(golden) }
    for layer in record.layers {
      let result = try layer.judged(by: policy)
      try shelves.edit(layer.golden, layer.goldenCase) { $0.layers.append(result) }
    }
    for map in record.cams {
      try shelves.edit(map.golden, map.map.caseName) { $0.maps.append(map.map) }
    }
    for entry in record.classes {
      try shelves.edit(entry.golden, entry.classes.caseName) {
        $0.classes.append(entry.comparison)
      }
    }
    goldens = shelves.goldens
  }

  /// Judges every layer again, from the numbers that were kept.
  package mutating func judge(by policy: Policy) {
    self.policy = policy
    for g in goldens.indices {
      for c in goldens[g].cases.indices {
        for l in goldens[g].cases[c].layers.indices {
          goldens[g].cases[c].layers[l].judge(by: policy)
        }
      }
    }
  }

  /// Goldens and their cases by name, in the order in which they come.
  private struct Shelves {
    var goldens: [Golden] = []
    private var places: [ExactName: Int] = [:]
    private var casePlaces: [[ExactName: Int]] = []
    private var noMaps: [String?] = []

    mutating func add(_ golden: VerifyRecord.Golden) throws(RecordFault) {
      guard places.updateValue(goldens.count, forKey: ExactName(golden.path)) == nil else {
        throw RecordFault("the golden \(golden.path) is there twice")
      }
      goldens.append(Golden(path: golden.path, header: try golden.header(), cases: []))
      casePlaces.append([:])
      noMaps.append(golden.noMaps)
    }

    mutating func edit(
      _ golden: String, _ name: String, _ change: (inout CaseResult) -> Void
    ) throws(RecordFault) {
      guard let place = places[golden] else {
        throw RecordFault("\(golden) is none of the goldens in the context")
      }
      let index = casePlaces[place][name] ?? goldens[place].cases.count
      if index == goldens[place].cases.count {
        casePlaces[place][name] = index
        goldens[place].cases.append(CaseResult(name: name))
        goldens[place].cases[index].noMaps = noMaps[place]
      }
      change(&goldens[place].cases[index])
    }
  }
}
