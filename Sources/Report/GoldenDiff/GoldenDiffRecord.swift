package import Verify

extension GoldenDiff {
  /// The difference for scripts, ending in a line feed; see ``Report`` for what JSON cannot hold.
  ///
  /// - Parameters:
  ///   - old: The file that the difference is from.
  ///   - new: The file that it leads to.
  /// - Returns: The JSON.
  /// - Throws: What the encoder throws.
  package func json(_ old: GoldenFile, _ new: GoldenFile) throws -> String {
    try GoldenDiffRecord(
      old: GoldenDiffRecord.File(old), new: GoldenDiffRecord.File(new), identical: isIdentical,
      withinNoise: noiseRatio.map { $0 <= 1 }, explanation: explanation,
      changes: changes.map(GoldenDiffRecord.Change.init),
      onlyInOld: onlyInOld.map(GoldenDiffRecord.Place.init),
      onlyInNew: onlyInNew.map(GoldenDiffRecord.Place.init),
      arrays: items.map(GoldenDiffRecord.Array.init)
    ).jsonText()
  }
}

/// A ``GoldenDiff`` as JSON; what is unknown is left out.
private struct GoldenDiffRecord: Encodable {
  struct File: Encodable {
    var path: String
    var generator: String
    var generatorVersion: String
    var referencePrecision: String
    var created: String

    init(_ golden: GoldenFile) {
      path = golden.path
      generator = golden.header.generator
      generatorVersion = golden.header.generatorVersion
      referencePrecision = golden.header.precision.rawValue
      created = golden.header.created
    }
  }

  struct Change: Encodable {
    var side: String
    var attribute: String
    var `case`: String?
    var old: String
    var new: String

    init(_ change: GoldenDiff.Change) {
      side = change.side.rawValue
      attribute = change.attribute
      `case` = change.caseName
      old = change.old
      new = change.new
    }
  }

  struct Place: Encodable {
    var `case`: String
    var array: String?

    init(_ place: GoldenDiff.Place) {
      `case` = place.caseName
      array = place.array
    }
  }

  struct Array: Encodable {
    var `case`: String
    var array: String
    var oldShape: [Int]
    var newShape: [Int]
    var differing: Int?
    var maxUlp: Int?
    var relativeL2: JSONNumber?
    var f32Noise: Double?
    var withinNoise: Bool?

    init(_ item: GoldenDiff.Item) {
      `case` = item.caseName
      array = item.name
      oldShape = item.oldShape
      newShape = item.newShape
      differing = item.distance?.differing
      maxUlp = item.distance?.maxULP
      relativeL2 = item.distance.map { JSONNumber($0.relativeL2) }
      f32Noise = item.noise
      withinNoise = item.isWithinNoise
    }
  }

  var old: File
  var new: File
  var identical: Bool
  var withinNoise: Bool?
  var explanation: String
  var changes: [Change]
  var onlyInOld: [Place]
  var onlyInNew: [Place]
  var arrays: [Array]
}
