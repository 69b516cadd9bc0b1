import Explain
import Files
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
  /// - Throws: ``GoldenError`` if the golden names a checkpoint, whose place is not recorded, or if its
  ///   hashes are not this model's; otherwise errors from loading or hashing the model.
  init(of golden: GoldenFile, named name: String?, team: WorkerTeam) throws {
    if let name {
      try self.init(name, team: team)
    } else {
      do {
        try self.init(golden.header.model, team: team)
      } catch is ModelError {
        throw GoldenError(
          .mismatch, path: golden.path,
          "was recorded from \(golden.header.model); give its name with --model")
      }
    }
    tellRemark()
    try golden.check(isOf: self)
  }
}

/// Models by name, so that goldens of one model load it once.
final class ModelCache {
  private var models: [String: Model] = [:]
  let team: WorkerTeam

  init(team: WorkerTeam) { self.team = team }

  /// The model of a golden.
  func model(of golden: GoldenFile, named name: String?) throws -> Model {
    let key =
      "\(name ?? golden.header.model) \(golden.header.symbolSHA256) \(golden.header.weightsSHA256)"
    if let model = models[key] { return model }
    let model = try Model(of: golden, named: name, team: team)
    models[key] = model
    return model
  }
}

extension GoldenCase {
  /// The case's input, prepared again from its picture.
  ///
  /// - Parameters:
  ///   - folder: Where the pictures are.
  ///   - golden: The golden, for errors.
  /// - Returns: The input.
  /// - Throws: ``GoldenError`` if the picture is a different one, or errors from reading it.
  func input(fromPicturesIn folder: String, golden: GoldenFile) throws -> Tensor<Float> {
    guard let preprocessing = Preprocessing(preprocessing) else {
      throw GoldenError(
        .mismatch, path: golden.path, "case \(name) does not say how its picture was prepared")
    }
    let path = "\(folder)/\(source)"
    let hash = try SHA256Digest.ofFile(path)
    guard sourceSHA256.isEmpty || hash == sourceSHA256 else {
      throw GoldenError(.mismatch, path: golden.path, "case \(name) was made from another \(path)")
    }
    return try preprocessing.prepare(path).warned(of: path).input
  }
}
