import Files
public import Net

extension Parameters {
  /// Writes the parameters of a graph as an MXNet parameter file, in the order of its nodes.
  ///
  /// The statistics of batch norms get the prefix `aux:` and all others `arg:`, as MXNet does.
  /// Parameters that the graph does not name are left out. The file takes its name only when it is
  /// complete.
  ///
  /// - Throws: ``FormatError`` if a parameter is missing or a scalar, or if the file cannot be
  ///   written; an existing file is then untouched.
  public func write(mxnetFile path: String, for graph: Graph) throws(FormatError) {
    let entries = try entries(for: graph, path: path)
    do throws(FileError) {
      var file = try StagedFile(for: path)
      try Self.write(entries, to: &file)
      try file.commit()
    } catch {
      throw FormatError(error)
    }
  }

  /// The SHA-256 of the file that ``write(mxnetFile:for:)`` would write, in hexadecimal.
  ///
  /// - Throws: ``FormatError`` if a parameter is missing or a scalar.
  func mxnetFileSHA256(for graph: Graph) throws(FormatError) -> String {
    let entries = try entries(for: graph, path: "the parameters")
    var hash = SHA256Sum()
    do throws(FileError) {
      try Self.write(entries, to: &hash)
    } catch {
      throw FormatError(error)
    }
    return hash.hexadecimal
  }

  private static func write(
    _ entries: [(name: String, parameter: Parameter)], to file: inout some ByteSink & ~Copyable
  ) throws(FileError) {
    try file.write(ParameterFileBytes(Parameters.mxnetMagic, 0, UInt64(entries.count)))
    for entry in entries {
      try file.write(.header(of: entry.parameter.shape))
      try file.write(entry.parameter)
    }
    var names = ParameterFileBytes(UInt64(entries.count))
    for entry in entries {
      names.append(UInt64(entry.name.utf8.count))
      names.bytes += entry.name.utf8
    }
    try file.write(names)
  }

  /// The parameters to write, with their prefixed names.
  private func entries(
    for graph: Graph, path: String
  ) throws(FormatError) -> [(name: String, parameter: Parameter)] {
    var seen: Set<String> = []
    var entries: [(name: String, parameter: Parameter)] = []
    for node in graph.nodes {
      for (slot, name) in node.parameters.enumerated() where seen.insert(name).inserted {
        guard let parameter = self[name] else {
          throw FormatError(path: path, .missing(name, of: node))
        }
        guard !parameter.shape.isEmpty else {
          throw FormatError(
            path: path,
            GraphError(.wrongShape, node: node.name, "\(name) is a scalar, not an array"))
        }
        let prefix = node.operation.auxiliarySlots.contains(slot) ? "aux:" : "arg:"
        entries.append((prefix + name, parameter))
      }
    }
    return entries
  }
}

/// Little-endian fields, enough for a small part of a file.
private struct ParameterFileBytes {
  var bytes: [UInt8] = []

  init(_ fields: UInt64...) {
    for field in fields { append(field) }
  }

  mutating func append(_ field: some FixedWidthInteger) {
    for index in 0..<field.bitWidth / 8 {
      bytes.append(UInt8(truncatingIfNeeded: field >> (8 * index)))
    }
  }

  /// The header of a dense array of 32-bit floats, version 2.
  static func header(of shape: [Int]) -> Self {
    var header = ParameterFileBytes()
    header.append(0xF993_FAC9 as UInt32)
    header.append(0 as Int32)  // storage: dense
    header.append(Int32(shape.count))
    for side in shape { header.append(Int64(side)) }
    header.append(1 as Int32)  // device: CPU
    header.append(0 as Int32)  // device number
    header.append(0 as Int32)  // elements: 32-bit floats
    return header
  }
}

extension ByteSink where Self: ~Copyable {
  fileprivate mutating func write(_ fields: ParameterFileBytes) throws(FileError) {
    try unsafe write(fields.bytes.span.bytes)
  }

  /// Writes a parameter's elements from where they are; x86-64 has the file's byte order.
  fileprivate mutating func write(_ parameter: Parameter) throws(FileError) {
    try parameter.withElements { elements throws(FileError) in try unsafe write(elements.bytes) }
  }
}
