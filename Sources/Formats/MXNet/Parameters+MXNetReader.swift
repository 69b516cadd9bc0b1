import Files
public import Net

extension Parameters {
  /// The number that starts every MXNet list of arrays.
  static let mxnetMagic: UInt64 = 0x112

  /// Reads an MXNet parameter file (`PREFIX-0000.params`) of any version.
  ///
  /// The layout, little-endian: `u64 0x112 · u64 reserved · u64 n · n arrays · u64 n · n names`,
  /// each name a `u64` length and its bytes. The prefixes `arg:` and `aux:` of the names are
  /// dropped. 32-bit floats stay in the file, which is mapped, until they are used; 64-bit and
  /// 16-bit floats are converted.
  ///
  /// - Throws: ``FormatError`` if the file cannot be read, ends early or late, or has a field that
  ///   does not fit the rest; if an array is sparse, empty or not of floats; if a name is empty,
  ///   not UTF-8 or there twice.
  public init(mxnetFile path: String) throws(FormatError) {
    try self.init(mxnet: MappedFile.openModel(path))
  }

  /// Reads a parameter file that is mapped; see ``init(mxnetFile:)``.
  init(mxnet file: MappedFile) throws(FormatError) {
    var cursor = ParameterFileCursor(file)
    let magic = try cursor.read(UInt64.self, "its header")
    guard magic == Parameters.mxnetMagic else {
      throw cursor.error("this is not an MXNet parameter file", at: 0)
    }
    _ = try cursor.read(UInt64.self, "its header")
    var arrays: [ParameterFileArray] = []
    for _ in 0..<(try cursor.readCount(minimumSize: 4, "arrays")) {
      arrays.append(try ParameterFileArray(&cursor))
    }
    let namesStart = cursor.offset
    let nameCount = try cursor.readCount(minimumSize: 8, "names")
    guard nameCount == arrays.count else {
      throw cursor.error("there are \(nameCount) names for \(arrays.count) arrays", at: namesStart)
    }
    self.init()
    for array in arrays {
      let start = cursor.offset
      let name = try cursor.readName()
      guard add(name, try array.parameter(name: name, in: file)) else {
        throw cursor.error("the array \(name) is there twice", at: start)
      }
    }
    guard cursor.remaining == 0 else {
      throw cursor.error("\(cursor.remaining) bytes follow the last name")
    }
  }
}

extension ParameterFileCursor {
  /// Reads an array's name and drops its prefix.
  fileprivate mutating func readName() throws(FormatError) -> String {
    let start = offset
    let length = try readCount(minimumSize: 1, "bytes of a name")
    let bytes = file.bytes(at: offset, count: length) ?? []
    try skip(length, "a name")
    guard var name = String(validating: bytes, as: UTF8.self) else {
      throw error("a name is not UTF-8", at: start)
    }
    for prefix in ["arg:", "aux:"] where name.hasPrefix(prefix) {
      name.removeFirst(prefix.count)
      break
    }
    guard !name.isEmpty else { throw error("a name is empty", at: start) }
    return name
  }
}
