public import Net

/// A format that a model can be saved in.
public protocol ModelWriter: Sendable {
  /// The form of a place's name, such as `PREFIX:EPOCH`, and what is written there.
  var entry: ModelEntry { get }

  /// Whether a name is a place of this format, right or wrong.
  func claims(_ place: String) -> Bool

  /// The files that ``write(_:to:)`` makes.
  ///
  /// - Throws: ``ModelError`` if the name is wrong.
  func files(of place: String) throws -> [String]

  /// Saves a model; each file appears whole or not at all, replacing one with its name.
  ///
  /// - Throws: ``ModelError`` if the name is wrong, ``FormatError`` if the format cannot express the
  ///   network or a file cannot be written.
  func write(_ model: Model, to place: String) throws
}

/// The formats that models are saved in.
public enum ModelWriters {
  /// The first that accepts a name writes it.
  public static let all: [any ModelWriter] = [MXNetCheckpointWriter()]

  /// Finds the writer of a place.
  ///
  /// - Throws: ``ModelError`` that lists how places are named, if no writer accepts it.
  public static func writer(of place: String) throws(ModelError) -> any ModelWriter {
    if let writer = all.first(where: { $0.claims(place) }) { return writer }
    let names = all.map { "\($0.entry.name) (\($0.entry.summary))" }.joined(separator: ", ")
    throw ModelError("\(place): not the name of a place to save a model; use \(names)")
  }
}
