import Files
import Net

/// A position in a mapped file from which little-endian fields are read one after the other.
struct ParameterFileCursor {
  let file: MappedFile
  private(set) var offset = 0

  init(_ file: MappedFile) { self.file = file }

  /// How many bytes are left.
  var remaining: Int { file.count - offset }

  /// Reads one field.
  ///
  /// - Throws: ``FormatError`` at the field's offset if the file ends in it.
  mutating func read<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type, _ what: String
  ) throws(FormatError) -> Value {
    guard let value = file.load(type, at: offset) else {
      throw error("the file ends in \(what)")
    }
    offset += MemoryLayout<Value>.size
    return Value(littleEndian: value)
  }

  /// Reads how many records follow.
  ///
  /// A count that the rest of the file cannot hold is refused before it is used; the
  /// smallest record takes `minimumSize` bytes.
  mutating func readCount(minimumSize: Int, _ what: String) throws(FormatError) -> Int {
    let start = offset
    let value = try read(UInt64.self, "the number of \(what)")
    guard let count = Int(exactly: value), count <= remaining / minimumSize else {
      throw error("\(value) \(what) cannot fit in the \(remaining) bytes that follow", at: start)
    }
    return count
  }

  /// Skips bytes.
  mutating func skip(_ count: Int, _ what: String) throws(FormatError) {
    guard count >= 0, count <= remaining else {
      throw error("\(what) takes \(count) bytes, of which \(remaining) are left")
    }
    offset += count
  }

  /// An error at a position, or at the current one.
  func error(_ cause: String, at position: Int? = nil) -> FormatError {
    FormatError(path: file.path, offset: position ?? offset, cause: cause)
  }
}
