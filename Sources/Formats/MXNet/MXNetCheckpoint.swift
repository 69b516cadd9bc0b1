import Files
public import Kernels
public import Net

/// Checkpoints of MXNet: `PREFIX:EPOCH` for the files `PREFIX-symbol.json` and `PREFIX-EPOCH.params`, the
/// epoch with four digits.
public struct MXNetCheckpointSource: ModelSource {
  public var entries: [ModelEntry] {
    [
      ModelEntry(
        "PREFIX:EPOCH", "the MXNet checkpoint PREFIX-symbol.json, PREFIX-EPOCH.params")
    ]
  }

  public func claims(_ name: String) -> Bool { name.utf8.contains(UInt8(ascii: ":")) }

  public func load(_ name: String, team: WorkerTeam) throws -> Model {
    try Self.load(CheckpointFiles(name), labels: nil)
  }

  /// Loads a checkpoint; the weights stay in their file, which is mapped.
  ///
  /// - Parameters:
  ///   - files: The checkpoint.
  ///   - labels: The file with the names of its classes, if there is one.
  /// - Returns: The model.
  /// - Throws: ``FormatError`` that names the file and the place in it.
  static func load(_ files: CheckpointFiles, labels: String?) throws -> Model {
    let symbol = try MXNetSymbolFile(path: files.symbol)
    let file = try MappedFile.openModel(files.parameters)
    let parameters = try Parameters(mxnet: file)
    let unused: [String]
    do {
      unused = try symbol.graph.check(parameters)
    } catch {
      throw FormatError(path: files.parameters, error)
    }
    let remarks = [symbol.remark, remark(unused: unused)].compactMap { $0 }
    return Model(
      name: FileName.last(of: files.prefix), graph: symbol.graph, parameters: parameters,
      preprocessing: Preprocessing(), labels: labels,
      remark: remarks.isEmpty ? nil : remarks.joined(separator: "; "),
      digests: { ModelDigests(graph: symbol.sha256, weights: SHA256Digest.of(file)) })
  }

  private static func remark(unused names: [String]) -> String? {
    guard !names.isEmpty else { return nil }
    let listed = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
    return "\(names.count) of its parameters belong to no node: \(listed)"
  }
}

/// Saves checkpoints that MXNet 1.x loads.
public struct MXNetCheckpointWriter: ModelWriter {
  public var entry: ModelEntry {
    ModelEntry("PREFIX:EPOCH", "an MXNet checkpoint, PREFIX-symbol.json and PREFIX-EPOCH.params")
  }

  public func claims(_ place: String) -> Bool { place.utf8.contains(UInt8(ascii: ":")) }

  public func files(of place: String) throws -> [String] {
    let files = try CheckpointFiles(place)
    return [files.symbol, files.parameters]
  }

  public func write(_ model: Model, to place: String) throws {
    let files = try CheckpointFiles(place)
    try model.graph.write(mxnetSymbolFile: files.symbol)
    try model.parameters.write(mxnetFile: files.parameters, for: model.graph)
  }

  /// The sums of the files that ``write(_:to:)`` would make.
  static func digests(_ graph: Graph, _ parameters: Parameters) throws -> ModelDigests {
    ModelDigests(
      graph: SHA256Digest.of(try graph.mxnetSymbol()),
      weights: try parameters.mxnetFileSHA256(for: graph))
  }
}

extension MappedFile {
  /// Maps a file of a model.
  static func openModel(_ path: String) throws(FormatError) -> MappedFile {
    do {
      return try MappedFile(path: path)
    } catch {
      throw FormatError(error)
    }
  }
}
