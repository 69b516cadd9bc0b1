public import Files
public import Kernels
public import Net

/// A kind of model that can be named on the command line.
public protocol ModelSource: Sendable {
  /// What can be named, for lists and help: names or patterns such as `PREFIX:EPOCH`, each with a summary.
  var entries: [ModelEntry] { get }

  /// Whether a name is one of this source, right or wrong.
  func claims(_ name: String) -> Bool

  /// Loads a model that this source claims.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - team: The threads for whatever has to be computed.
  /// - Returns: The model.
  /// - Throws: ``ModelError``, ``FormatError``, `FileError` or `GraphError`.
  func load(_ name: String, team: WorkerTeam) throws -> Model
}

/// One line of `densecam list models`.
public struct ModelEntry: Hashable, Sendable {
  /// A name, or a pattern whose parts in capitals are placeholders.
  public let name: String
  public let summary: String

  public init(_ name: String, _ summary: String) {
    self.name = name
    self.summary = summary
  }
}

/// All sources.
public enum ModelSources {
  /// The first that accepts a name loads it.
  public static let all: [any ModelSource] =
    [MXNetCheckpointSource(), BundledModelSource(), SeededModelSource()]

  /// Finds the source of a name.
  ///
  /// - Throws: ``ModelError`` that lists all names, if no source accepts the name.
  public static func source(of name: String) throws(ModelError) -> any ModelSource {
    if let source = all.first(where: { $0.claims(name) }) { return source }
    let names = all.flatMap(\.entries).map(\.name).joined(separator: ", ")
    throw ModelError("\(name): there is no such model; name one of \(names)")
  }
}

extension Model {
  /// Loads a model by its name on the command line; see ``ModelSources``.
  ///
  /// - Throws: ``ModelError`` if no source knows the name, or errors from the source.
  public init(_ name: String, team: WorkerTeam) throws {
    self = try ModelSources.source(of: name).load(name, team: team)
  }
}

/// The reason a model cannot be loaded by its name.
public struct ModelError: ReportedError, Hashable {
  public let description: String

  public init(_ description: String) { self.description = description }
}
