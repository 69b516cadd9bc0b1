import Formats
import Kernels
import Net
import Verify

extension Model {
  /// Loads the model that a golden was recorded from.
  ///
  /// - Parameters:
  ///   - golden: The golden, whose header names the model and holds its hashes.
  ///   - name: The model to use instead of the one that the golden names.
  ///   - team: The threads that calibrate seeded weights; a checkpoint does not need them.
  /// - Throws: ``GoldenError`` if the golden names a checkpoint, whose place it cannot know, or if its
  ///   hashes are not this model's; otherwise what loading or hashing the model throws.
  init(of golden: GoldenFile, named name: String?, team: WorkerTeam) throws {
    if let name {
      try self.init(name, team: team)
    } else {
      do {
        try self.init(golden.header.model, team: team)
      } catch is ModelError {
        throw GoldenError(
          .mismatch, path: golden.path,
          "was recorded from \(golden.header.model); say where that is with --model")
      }
    }
    tellRemark()
    let digests = try digests()
    guard digests.graph == golden.header.symbolSHA256 else {
      throw GoldenError(
        .mismatch, path: golden.path,
        "was recorded from the network \(golden.header.model), and \(self.name) is another one "
          + "(their symbols differ)")
    }
    guard digests.weights == golden.header.weightsSHA256 else {
      throw GoldenError(
        .mismatch, path: golden.path,
        "was recorded with other weights than those of \(self.name); record it again with "
          + "`densecam golden record` if the weights were meant to change")
    }
  }
}

/// Models by name, so that goldens of one model load it once.
struct ModelCache {
  private var models: [String: Model] = [:]
  let team: WorkerTeam

  init(team: WorkerTeam) { self.team = team }

  /// The model of a golden.
  mutating func model(of golden: GoldenFile, named name: String?) throws -> Model {
    let key =
      "\(name ?? golden.header.model) \(golden.header.symbolSHA256) \(golden.header.weightsSHA256)"
    if let model = models[key] { return model }
    let model = try Model(of: golden, named: name, team: team)
    models[key] = model
    return model
  }
}
