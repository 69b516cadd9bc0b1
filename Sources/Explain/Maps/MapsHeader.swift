import HDF5

/// Where a file of maps comes from: the attributes of its root.
package struct MapsHeader: Hashable, Sendable {
  /// The schema that this version reads and writes.
  package static let schema = "densecam.maps/1"

  /// The program that made the maps, with its version: `densecam 0.1.0`.
  package var generator: String

  /// The model as it is named on the command line, or a checkpoint's base name.
  package var model: String

  /// SHA-256 of the weights file, in lower-case hexadecimal.
  package var weightsSHA256: String

  /// SHA-256 of the symbol file, in lower-case hexadecimal.
  package var symbolSHA256: String

  /// How the maps were made.
  package var method: CAMMethod

  /// How pictures became inputs, as described by Net's `Preprocessing`.
  package var preprocessing: String

  /// UTC, ISO 8601.
  package var created: String

  /// The command that made the file.
  package var command: String

  package init(
    generator: String, model: String, weightsSHA256: String, symbolSHA256: String,
    method: CAMMethod, preprocessing: String, created: String, command: String
  ) {
    self.generator = generator
    self.model = model
    self.weightsSHA256 = weightsSHA256
    self.symbolSHA256 = symbolSHA256
    self.method = method
    self.preprocessing = preprocessing
    self.created = created
    self.command = command
  }
}

extension MapsHeader {
  /// The texts besides schema and method, under their names in the file.
  private static var texts: [(name: String, path: WritableKeyPath<MapsHeader, String>)] {
    [
      ("generator", \.generator), ("model", \.model), ("weights_sha256", \.weightsSHA256),
      ("symbol_sha256", \.symbolSHA256), ("preprocessing", \.preprocessing),
      ("created", \.created), ("command", \.command),
    ]
  }

  func write(to attributes: Attributes) throws(HDF5Error) {
    try attributes.set(Self.schema, for: "schema")
    try attributes.set(method.rawValue, for: "method")
    for (name, path) in Self.texts { try attributes.set(self[keyPath: path], for: name) }
  }

  /// Reads a header after checking the schema.
  init(_ attributes: Attributes, path: String) throws {
    func required(_ name: String) throws -> String {
      guard let value = try attributes.string(name) else {
        throw MapsError(.unreadable, path: path, "has no attribute \(name)")
      }
      return value
    }
    guard let schema = try attributes.string("schema") else {
      throw MapsError(.unreadable, path: path, "is an HDF5 file but holds no maps: no schema")
    }
    guard schema == Self.schema else {
      throw MapsError(
        .unreadable, path: path,
        "has the schema \(schema), but this version reads \(Self.schema)")
    }
    let name = try required("method")
    guard let method = CAMMethod(rawValue: name) else {
      throw MapsError(.unreadable, path: path, "was made with an unknown method, \(name)")
    }
    self.init(
      generator: "", model: "", weightsSHA256: "", symbolSHA256: "", method: method,
      preprocessing: "", created: "", command: "")
    for (name, path) in Self.texts { self[keyPath: path] = try required(name) }
  }

  /// The attribute in which two files differ that must be equal to merge them; nil if none.
  ///
  /// They may have been made at different times by different commands.
  func disagreement(with other: MapsHeader) -> String? {
    if method != other.method { return "method" }
    return Self.texts.first { name, path in
      !["created", "command"].contains(name) && self[keyPath: path] != other[keyPath: path]
    }?.name
  }
}
