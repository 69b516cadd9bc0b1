import Files
import Kernels

/// What differs between two golden files: first their origins, then their values.
///
/// No network is needed: everything is in the files.
public struct GoldenDiff: Sendable {
  /// The origins of a golden's values.
  public enum Side: String, Sendable, CaseIterable {
    /// The network and its weights.
    case model
    case input

    /// The program that computed the values, and where it ran.
    case generator
  }

  /// An attribute that both files have, with different values.
  public struct Change: Hashable, Sendable {
    public var side: Side

    /// The attribute, as named in the files.
    public var attribute: String

    /// The case, or nil for what concerns the whole file.
    public var caseName: String?
    public var old: String
    public var new: String
  }

  /// A case, or an array of a case.
  public struct Place: Hashable, Sendable {
    public var caseName: String

    /// A node's name, or `input`, `logits`, `probabilities`, `cams/CLASS`; nil for a whole case.
    public var array: String?
  }

  /// An array that both files have.
  public struct Item: Hashable, Sendable {
    public var caseName: String

    /// See ``Place/array``.
    public var name: String

    /// The sides of the array in the old file, and in the new one.
    public var oldShape: [Int]
    public var newShape: [Int]

    /// How far the new values are from the old; nil if the shapes differ.
    public var distance: ArrayDistance?

    /// The relative L2 distance that rounding alone makes likely, as recorded: the larger one if both
    /// files record it, nil if neither does.
    public var noise: Double?

    /// The elements in the old file.
    public var count: Int { oldShape.reduce(1, *) }

    /// Whether every bit is the same.
    public var isIdentical: Bool { distance?.differing == 0 }

    /// How many times the noise the distance is; nil if no noise is recorded or the shapes differ.
    public var noiseRatio: Double? {
      guard let noise, let distance else { return nil }
      return distance.relativeL2 == 0 ? 0 : distance.relativeL2 / noise
    }

    /// Whether the distance is no more than the noise; nil if ``noiseRatio`` is.
    public var isWithinNoise: Bool? { noiseRatio.map { $0 <= 1 } }
  }

  /// The changed attributes: those of the model first, then the input's, then the generator's.
  ///
  /// An attribute that one file lacks is unknown there, which is not a change.
  public private(set) var changes: [Change] = []

  /// What only one of the files has; a case represents all of its arrays.
  public private(set) var onlyInOld: [Place] = []
  public private(set) var onlyInNew: [Place] = []

  /// The arrays that both have, case by case: the input, activations by name, then results and maps.
  public private(set) var items: [Item] = []

  /// Compares two files.
  ///
  /// Cost: reads both, one array at a time.
  ///
  /// - Throws: ``GoldenError`` if an array cannot be read.
  public init(from old: GoldenFile, to new: GoldenFile) throws(GoldenError) {
    compare(old.header, new.header)
    let newCases = Dictionary(new.cases.map { (ExactName($0.name), $0) }) { first, _ in first }
    let oldNames = Set(names: old.cases.map(\.name))
    for oldCase in old.cases {
      guard let newCase = newCases[oldCase.name] else {
        onlyInOld.append(Place(caseName: oldCase.name, array: nil))
        continue
      }
      try compare(oldCase, newCase)
    }
    onlyInNew += new.cases.filter { !oldNames.contains($0.name) }.map {
      Place(caseName: $0.name, array: nil)
    }
    changes = Side.allCases.flatMap { side in changes.filter { $0.side == side } }
  }

  /// The arrays whose bits differ, those that have changed most first.
  public var differing: [Item] {
    func size(_ item: Item) -> Double { item.distance?.relativeL2 ?? .infinity }
    return items.filter { !$0.isIdentical }.enumerated().sorted { a, b in
      let (x, y) = (size(a.element), size(b.element))
      return x == y ? a.offset < b.offset : x > y
    }.map(\.element)
  }

  /// Whether neither file stores a map in the cases that both have.
  public var hasNoMaps: Bool {
    !items.isEmpty && !items.contains { $0.name.hasPrefix("cams/") }
      && !(onlyInOld + onlyInNew).contains { $0.array?.hasPrefix("cams/") ?? true }
  }

  /// Whether both files hold the same arrays with the same bits, wherever they come from.
  public var isIdentical: Bool {
    onlyInOld.isEmpty && onlyInNew.isEmpty && items.allSatisfy(\.isIdentical)
  }

  private mutating func note(
    _ side: Side, _ attribute: String, _ old: String?, _ new: String?, in caseName: String? = nil
  ) {
    guard let old, let new, !old.isEmpty, !new.isEmpty, old != new else { return }
    changes.append(
      Change(side: side, attribute: attribute, caseName: caseName, old: old, new: new))
  }

  private mutating func compare(_ old: GoldenHeader, _ new: GoldenHeader) {
    note(.model, "model", old.model, new.model)
    note(.model, "symbol_sha256", old.symbolSHA256, new.symbolSHA256)
    note(.model, "weights_sha256", old.weightsSHA256, new.weightsSHA256)
    note(.generator, "generator", old.generator, new.generator)
    note(.generator, "generator_version", old.generatorVersion, new.generatorVersion)
    note(.generator, "reference_precision", old.precision.rawValue, new.precision.rawValue)
    note(.generator, "command", old.command, new.command)
    note(.generator, "instruction_set", old.instructionSet, new.instructionSet)
  }

  private mutating func compare(_ old: GoldenCase, _ new: GoldenCase) throws(GoldenError) {
    let name = old.name
    // Files that do not record the sum hold the input all the same.
    note(
      .input, "input_sha256", old.inputSHA256 ?? old.input.sha256,
      new.inputSHA256 ?? new.input.sha256, in: name)
    note(.input, "source_sha256", old.sourceSHA256, new.sourceSHA256, in: name)
    note(.input, "preprocessing", old.preprocessing, new.preprocessing, in: name)
    let oldArrays = old.arrays
    let newArrays = new.arrays
    let oldNames = Set(names: oldArrays.map(\.name))
    for array in oldArrays {
      guard let other = newArrays.first(where: { $0.name.hasSameBytes(as: array.name) }) else {
        onlyInOld.append(Place(caseName: name, array: array.name))
        continue
      }
      var item = Item(
        caseName: name, name: array.name, oldShape: array.shape, newShape: other.shape,
        noise: [array.noise, other.noise].compactMap { $0 }.max())
      if array.shape == other.shape {
        item.distance = ArrayDistance(of: try other.elements(), from: try array.elements())
      }
      items.append(item)
    }
    onlyInNew += newArrays.filter { !oldNames.contains($0.name) }.map {
      Place(caseName: name, array: $0.name)
    }
  }
}

/// An array of a case under its name in reports.
private struct StoredArray {
  let name: String
  let shape: [Int]
  var noise: Double?
  let elements: () throws(GoldenError) -> [Float]
}

extension GoldenCase {
  /// Everything that the case stores: the input, activations by name, then results and maps.
  fileprivate var arrays: [StoredArray] {
    var arrays = [
      StoredArray(name: "input", shape: input.shape.dimensions) { () throws(GoldenError) in
        input.elements
      }
    ]
    for (name, shape) in activationShapes.sorted(by: { $0.key < $1.key }) {
      arrays.append(
        StoredArray(name: name, shape: shape.dimensions, noise: activationNoise[name]) {
          () throws(GoldenError) in
          try readActivation(name).elements
        })
    }
    let rows: [(name: String, values: [Float], noise: Double?)] = [
      ("logits", logits, logitNoise), ("probabilities", probabilities, nil),
    ]
    for row in rows where !row.values.isEmpty {
      let shape = [input.shape.batch, row.values.count / input.shape.batch]
      arrays.append(
        StoredArray(name: row.name, shape: shape, noise: row.noise) { () throws(GoldenError) in
          row.values
        })
    }
    for map in maps {
      arrays.append(
        StoredArray(name: "cams/\(map.classIndex)", shape: [map.height, map.width]) {
          () throws(GoldenError) in map.values
        })
    }
    return arrays
  }
}
