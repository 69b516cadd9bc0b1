import Files
public import Kernels
public import Net

/// Architectures with seeded weights: `ARCHITECTURE[@SEED]`, the seed 1 unless given.
public struct SeededModelSource: ModelSource {
  public var entries: [ModelEntry] {
    Architectures.all.map { architecture in
      let shape = architecture.inputShape
      return ModelEntry(
        architecture.name,
        "seeded weights, \(architecture.classes) classes, \(shape.width)×\(shape.height)")
    }
  }

  /// The architecture's name, and what follows the `@` if there is one.
  private func parts(_ name: String) -> [Substring] {
    name.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
  }

  public func claims(_ name: String) -> Bool {
    Architectures.named(String(parts(name)[0])) != nil
  }

  public func load(_ name: String, team: WorkerTeam) throws -> Model {
    let parts = parts(name)
    guard let architecture = Architectures.named(String(parts[0])) else {
      throw ModelError("\(name): there is no such architecture")
    }
    guard let seed = parts.count == 2 ? UInt64(parts[1]) : 1 else {
      throw ModelError("\(name): the seed after @ is a number from 0 to \(UInt64.max)")
    }
    let graph = try architecture.graph()
    let parameters = try Parameters.seeded(for: architecture, seed: seed, team: team)
    return Model(
      name: "\(architecture.name)@\(seed)", graph: graph, parameters: parameters,
      preprocessing: architecture.preprocessing,
      // There are no files to hash; the sums are those of the files that `densecam export` would write.
      digests: { try MXNetCheckpointWriter.digests(graph, parameters) })
  }
}
