import Formats
import FoundationEssentials
import HDF5
import Kernels
import Net

@testable import Verify

/// A folder that goes with the test.
final class GoldenFolder {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appending(path: "densecam-\(UInt64.random(in: 0...UInt64.max))").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var contents: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  func bytes(_ name: String) -> [UInt8] {
    FileManager.default.contents(atPath: "\(path)/\(name)").map(Array.init) ?? []
  }

  @discardableResult
  func write(_ name: String, _ bytes: some Sequence<UInt8>) -> String {
    _ = FileManager.default.createFile(atPath: "\(path)/\(name)", contents: Data(bytes))
    return "\(path)/\(name)"
  }
}

/// Goldens of the smallest network, right and wrong.
enum GoldenFixture {
  /// The golden of the repository with a name.
  static func committed(_ name: String) -> String {
    #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/golden/\(name)"
  }

  /// Records a picture with a network of seeded weights.
  ///
  /// - Parameters:
  ///   - path: Where to.
  ///   - seed: The weights' seed.
  ///   - brightness: A factor on the picture.
  ///   - overwriting: Whether a file may be replaced.
  ///   - threads: The threads to compute on.
  ///   - taps: The nodes to store.
  ///   - progress: What is called after each node.
  /// - Throws: What the recorder or `progress` throws.
  static func record(
    _ path: String, seed: Int = 1, brightness: Float = 1, overwriting: Bool = false,
    threads: Int = 2, taps: (String) -> Bool = { _ in true },
    progress: ((Double) throws -> Void)? = nil
  ) throws {
    let team = try WorkerTeam(count: threads)
    let model = try Model("densenet-mini@\(seed)", team: team)
    let digests = try model.digests()
    let recorder = GoldenRecorder(
      graph: model.graph, parameters: model.parameters,
      header: GoldenHeader(
        generator: "densecam", generatorVersion: "test", precision: .f64, model: model.name,
        weightsSHA256: digests.weights, symbolSHA256: digests.graph,
        created: "2026-01-01T00:00:00Z", command: "test", instructionSet: "avx9", blas: "none",
        swiftVersion: "6"), team: team)
    var picture = VerifierTests.golden(model).cases[0].input
    picture.elements = picture.elements.map { $0 * brightness }
    try recorder.record(
      [
        GoldenRecorder.Input(
          name: "noise", source: "noise.png", sourceSHA256: "00", preprocessing: "none",
          tensor: picture)
      ], to: path, overwriting: overwriting, includes: taps, progress: progress)
  }

  /// The team and the network that the goldens are of.
  static func network() throws -> (model: Model, team: WorkerTeam) {
    let team = try WorkerTeam(count: 2)
    return (try Model("densenet-mini@1", team: team), team)
  }

  /// Opens a golden and verifies it, as `densecam verify` does.
  static func verify(_ path: String) throws -> CaseResult {
    let (model, team) = try network()
    let golden = try GoldenFile(path: path)
    return try Verifier(
      graph: model.graph, parameters: model.parameters, golden: golden, team: team
    ).verify(
      golden.cases[0],
      runs: [VerificationRun(name: "tiled", backends: BackendChoice(TiledBackend()))],
      options: VerificationOptions())
  }

  /// Why a golden cannot be verified; nil if it can.
  static func objection(to path: String) -> GoldenError? {
    do {
      _ = try verify(path)
      return nil
    } catch {
      return error as? GoldenError
    }
  }
}

/// A copy of an HDF5 file with changes.
struct GoldenEdit {
  /// What becomes of a dataset, given its path in the file: nil leaves it out.
  var dataset: (_ path: String, Content) -> Content? = { $1 }

  /// What becomes of the attributes of an object, given its path.
  var attributes: (_ path: String, [String: Value]) -> [String: Value] = { $1 }

  /// What becomes of the name of a group.
  var groupName: (String) -> String = { $0 }

  struct Content {
    var name: String
    var shape: [Int]
    var elements: [Float]
  }

  enum Value: Hashable {
    case text(String)
    case integer(Int64)
    case number(Double)
  }

  /// Copies a file.
  func copy(_ old: String, to new: String) throws {
    let file = try File(creating: new)
    try copy(File(reading: old).root, to: file.root)
    try file.close()
  }

  private func copy(_ old: Group, to new: Group) throws {
    try copy(old.attributes, of: old.path, to: new.attributes)
    for name in try old.groupNames {
      try copy(old.group(name), to: new.createGroup(groupName(name)))
    }
    for name in try old.datasetNames {
      let dataset = try old.dataset(name)
      let content = Content(
        name: name, shape: dataset.shape, elements: try dataset.readFloats())
      guard let changed = self.dataset(dataset.path, content) else { continue }
      let copied = try new.createDataset(
        changed.name, shape: changed.shape, elements: changed.elements, compressed: true)
      try copy(dataset.attributes, of: dataset.path, to: copied.attributes)
    }
  }

  private func copy(_ old: Attributes, of path: String, to new: Attributes) throws {
    var values: [String: Value] = [:]
    for name in try old.names {
      if let text = try? old.string(name) {
        values[name] = .text(text)
      } else if let integer = try? old.integer(name) {
        values[name] = .integer(integer)
      } else if let number = try old.double(name) {
        values[name] = .number(number)
      }
    }
    for (name, value) in attributes(path, values).sorted(by: { $0.key < $1.key }) {
      switch value {
      case .text(let text): try new.set(text, for: name)
      case .integer(let integer): try new.set(integer, for: name)
      case .number(let number): try new.set(number, for: name)
      }
    }
  }
}
