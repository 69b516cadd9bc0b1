public import Kernels

/// A network with its weights, and where they come from.
public struct Model: Sendable {
  public enum Source: Hashable, Sendable {
    /// An architecture with seeded weights.
    case seeded(DenseNetArchitecture, seed: UInt64)

    /// An MXNet checkpoint's files.
    case checkpoint(CheckpointFiles)
  }

  /// The name in reports and goldens: `densenet169@1`, or a checkpoint's base name.
  public let name: String
  public let graph: Graph
  public let parameters: Parameters
  public let source: Source

  /// How pictures are prepared for the network unless something else is asked for.
  public let preprocessing: Preprocessing

  /// The file with the names of its classes, one a line; nil if none comes with it.
  public let labels: String?

  /// One line about what of its files is not used, other heads and parameters of no node; nil if all is.
  public private(set) var remark: String?

  /// Loads a model by its name on the command line.
  ///
  /// - Parameters:
  ///   - specification: The name of a ``BundledModel``, `ARCHITECTURE[@SEED]` with the name of a
  ///     ``DenseNetArchitecture`` and a seed of 1 unless given, or `PREFIX:EPOCH`, which stands for the
  ///     files `PREFIX-symbol.json` and `PREFIX-EPOCH.params`, the epoch with four digits.
  ///   - team: The threads that calibrate seeded weights; a checkpoint does not need them.
  /// - Throws: ``ModelError``, ``FormatError``, ``FileError`` or ``GraphError``.
  public init(_ specification: String, team: WorkerTeam) throws {
    switch try ModelSpecification(specification) {
    case .seeded(let architecture, let seed):
      self.init(
        name: "\(architecture.name)@\(seed)", graph: try Graph.denseNet(architecture),
        parameters: try Parameters.seeded(for: architecture, seed: seed, team: team),
        source: .seeded(architecture, seed: seed),
        preprocessing: Preprocessing(extent: .fixed(Size(architecture.naturalSize))), labels: nil)
    case .checkpoint(let files): try self.init(files, labels: nil)
    case .bundled(let bundled): try self.init(bundled.checkpoint, labels: bundled.labels)
    }
  }

  private init(_ files: CheckpointFiles, labels: String?) throws {
    let (graph, headRemark) = try Graph.read(mxnetSymbolFile: files.symbol)
    let parameters = try Parameters(mxnetFile: files.parameters)
    let unused: [String]
    do {
      unused = try graph.check(parameters)
    } catch {
      throw FormatError(path: files.parameters, error)
    }
    self.init(
      name: files.prefix.split(separator: "/").last.map(String.init) ?? files.prefix, graph: graph,
      parameters: parameters, source: .checkpoint(files), preprocessing: Preprocessing(),
      labels: labels)
    let remarks = [headRemark, Self.remark(unused: unused)].compactMap { $0 }
    remark = remarks.isEmpty ? nil : remarks.joined(separator: "; ")
  }

  private static func remark(unused names: [String]) -> String? {
    guard !names.isEmpty else { return nil }
    let listed = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? ", …" : "")
    return "\(names.count) of its parameters belong to no node: \(listed)"
  }

  private init(
    name: String, graph: Graph, parameters: Parameters, source: Source,
    preprocessing: Preprocessing, labels: String?
  ) {
    self.name = name
    self.graph = graph
    self.parameters = parameters
    self.source = source
    self.preprocessing = preprocessing
    self.labels = labels
  }

  /// The SHA-256 of the symbol file and of the weights file.
  ///
  /// A checkpoint's files are read whole. If the weights are seeded, the sums are those of the
  /// files that `densecam export` would write.
  public func hashes() throws -> (symbol: String, weights: String) {
    switch source {
    case .seeded:
      return (
        SHA256Digest.of(try graph.mxnetSymbol()), try parameters.mxnetFileSHA256(for: graph)
      )
    case .checkpoint(let files):
      return (
        try SHA256Digest.ofFile(files.symbol), try SHA256Digest.ofFile(files.parameters)
      )
    }
  }
}

/// What a model's name on the command line says.
enum ModelSpecification: Hashable {
  case seeded(DenseNetArchitecture, UInt64)
  case checkpoint(CheckpointFiles)
  case bundled(BundledModel)

  init(_ text: String) throws(ModelError) {
    if text.contains(":") {
      self = .checkpoint(try CheckpointFiles(text))
      return
    }
    if BundledModel.names.contains(text) {
      self = .bundled(try BundledModel(name: text))
      return
    }
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    let architectures = DenseNetArchitecture.all
    guard let architecture = architectures.first(where: { $0.name == parts[0] }) else {
      let bundled = BundledModel.names.joined(separator: ", ")
      let names = architectures.map(\.name).joined(separator: ", ")
      throw ModelError(
        "\(text): there is no such model; name \(bundled), one of \(names), each with an optional "
          + "@SEED, or a checkpoint PREFIX:EPOCH")
    }
    guard parts.count <= 2, let seed = parts.count == 2 ? UInt64(parts[1]) : 1 else {
      throw ModelError("\(text): the seed after @ is a number from 0 to \(UInt64.max)")
    }
    self = .seeded(architecture, seed)
  }
}

/// Why a model cannot be loaded by its name.
public struct ModelError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
