import FoundationEssentials
import Glibc
import Testing

@testable import Formats
@testable import Net

/// Files of `Fixtures`, and temporary files for the readers of formats.
enum FormatFixture {
  /// The path of a committed file.
  static func path(_ name: String, file: String = #filePath) -> String {
    String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)]) + "/Fixtures/" + name
  }

  static func bytes(_ name: String) throws -> [UInt8] { try contents(path(name)) }

  static func contents(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
  }

  /// Lends the path of a new file with the given contents, and removes it.
  static func withFile<Result>(
    _ bytes: [UInt8], _ body: (String) throws -> Result
  ) throws -> Result {
    try withPath { path in
      try Data(bytes).write(to: URL(filePath: path))
      return try body(path)
    }
  }

  /// Lends a path in a new folder, and removes the folder.
  static func withPath<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "densecam-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.appending(path: "file").path)
  }

  /// Creates a file of zeros that takes no space.
  static func makeSparseFile(_ path: String, count: Int) throws {
    try Data().write(to: URL(filePath: path))
    try #require(truncate(path, count) == 0)
  }

  /// Reads parameters from bytes.
  static func parameters(_ bytes: [UInt8]) throws -> Parameters {
    try withFile(bytes) { try Parameters(mxnetFile: $0) }
  }
}

/// Builds parameter files field by field, independently of the library's writer.
struct ParameterFileBuilder {
  enum Version: CaseIterable { case v0, v1, v2, v3 }

  var bytes: [UInt8] = []

  mutating func put(_ value: some FixedWidthInteger) {
    for index in 0..<value.bitWidth / 8 {
      bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index)))
    }
  }

  mutating func putArray(
    _ version: Version, shape: [Int], type: Int32 = 0, _ elements: [UInt8]
  ) {
    switch version {
    case .v0: put(UInt32(shape.count))
    case .v1:
      put(0xF993_FAC8 as UInt32)
      put(UInt32(shape.count))
    case .v2, .v3:
      put((version == .v2 ? 0xF993_FAC9 : 0xF993_FACA) as UInt32)
      put(0 as Int32)
      put(Int32(shape.count))
    }
    for side in shape {
      if version == .v0 { put(UInt32(side)) } else { put(Int64(side)) }
    }
    put(1 as Int32)
    put(0 as Int32)
    put(type)
    bytes += elements
  }

  /// A file of one or more arrays of one version.
  static func file(
    _ version: Version, _ arrays: [(name: String, shape: [Int], values: [Float])]
  ) -> [UInt8] {
    var builder = ParameterFileBuilder()
    builder.put(0x112 as UInt64)
    builder.put(0 as UInt64)
    builder.put(UInt64(arrays.count))
    for array in arrays {
      var elements = ParameterFileBuilder()
      for value in array.values { elements.put(value.bitPattern) }
      builder.putArray(version, shape: array.shape, elements.bytes)
    }
    builder.put(UInt64(arrays.count))
    for array in arrays {
      builder.put(UInt64(array.name.utf8.count))
      builder.bytes += array.name.utf8
    }
    return builder.bytes
  }
}
