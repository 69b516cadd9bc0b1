import Files
import Net

/// The header of one array in an MXNet parameter file, and where its elements are.
struct ParameterFileArray {
  /// MXNet's codes of element types.
  enum ElementType: Int32 {
    case float32 = 0
    case float64, float16, uint8, int32, int8, int64, bool

    /// The size of an element in bytes.
    var size: Int {
      switch self {
      case .float64, .int64: 8
      case .float32, .int32: 4
      case .float16: 2
      case .uint8, .int8, .bool: 1
      }
    }
  }

  /// The versions of an array's header, by the magic number that starts it.
  ///
  /// The oldest has none: the number of dimensions is in its place.
  private enum Magic {
    static let version1: UInt32 = 0xF993_FAC8
    static let version2: UInt32 = 0xF993_FAC9
    static let version3: UInt32 = 0xF993_FACA
  }

  /// MXNet's networks have at most five dimensions, NumPy's arrays at most 64.
  private static let largestRank = 64

  /// Where the header starts.
  let start: Int
  let shape: [Int]
  let type: ElementType

  /// The number of elements and the offset of the first.
  let count: Int
  let dataOffset: Int

  /// Reads a header and skips the elements, after checking that they are in the file.
  init(_ cursor: inout ParameterFileCursor) throws(FormatError) {
    start = cursor.offset
    let magic = try cursor.read(UInt32.self, "an array's header")
    let isScalarAllowed = magic == Magic.version3
    switch magic {
    case Magic.version2, Magic.version3:
      let position = cursor.offset
      let storage = try cursor.read(Int32.self, "an array's storage type")
      guard storage == 0 else {
        throw cursor.error("the array is sparse (storage type \(storage))", at: position)
      }
      let rank = try cursor.read(UInt32.self, "an array's number of dimensions")
      shape = try Self.shape(rank: rank, isScalarAllowed, Int64.self, &cursor)
    case Magic.version1:
      let rank = try cursor.read(UInt32.self, "an array's number of dimensions")
      shape = try Self.shape(rank: rank, isScalarAllowed, Int64.self, &cursor)
    default:
      shape = try Self.shape(rank: magic, isScalarAllowed, UInt32.self, &cursor)
    }
    // The device that held the array, which does not matter.
    _ = try cursor.read(UInt64.self, "an array's device")
    let position = cursor.offset
    let code = try cursor.read(Int32.self, "an array's element type")
    guard let type = ElementType(rawValue: code) else {
      throw cursor.error("the array's element type \(code) is unknown", at: position)
    }
    self.type = type
    var count = 1
    for side in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: side)
      // Every partial product is at most the whole, because no side is zero.
      guard !overflow, product <= cursor.remaining / type.size else {
        throw cursor.error("an array of shape \(shape) cannot fit in what follows")
      }
      count = product
    }
    self.count = count
    dataOffset = cursor.offset
    try cursor.skip(count * type.size, "an array of shape \(shape)")
  }

  private static func shape<Side: FixedWidthInteger & BitwiseCopyable>(
    rank: UInt32, _ isScalarAllowed: Bool, _ type: Side.Type,
    _ cursor: inout ParameterFileCursor
  ) throws(FormatError) -> [Int] {
    let position = cursor.offset - MemoryLayout<UInt32>.size
    guard rank <= largestRank else {
      throw cursor.error("\(rank) is neither a known kind nor a rank of an array", at: position)
    }
    guard rank > 0 || isScalarAllowed else {
      throw cursor.error("the array has no shape, so it holds nothing", at: position)
    }
    var shape: [Int] = []
    for _ in 0..<rank {
      let position = cursor.offset
      let side = try cursor.read(type, "an array's shape")
      guard let side = Int(exactly: side), side > 0 else {
        throw cursor.error("the array has a side of \(side)", at: position)
      }
      shape.append(side)
    }
    return shape
  }

  /// The elements as 32-bit floats: in place where they are that and aligned, converted otherwise.
  ///
  /// Values beyond the range of 32-bit floats become infinite.
  func parameter(name: String, in file: MappedFile) throws(FormatError) -> Parameter {
    switch type {
    case .float32 where dataOffset.isMultiple(of: 4):
      return Parameter(shape: shape, mapped: file, offset: dataOffset)
    case .float32:
      return Parameter(
        shape: shape,
        elements: file.elements(UInt32.self, at: dataOffset, count: count) {
          Float(bitPattern: $0)
        })
    case .float64:
      return Parameter(
        shape: shape,
        elements: file.elements(UInt64.self, at: dataOffset, count: count) {
          Float(Double(bitPattern: $0))
        })
    case .float16:
      return Parameter(
        shape: shape,
        elements: file.elements(UInt16.self, at: dataOffset, count: count) {
          Float(Float16(bitPattern: $0))
        })
    case .uint8, .int32, .int8, .int64, .bool:
      throw FormatError(
        path: file.path, offset: start, cause: "the array \(name) holds \(type), not floats")
    }
  }
}

extension MappedFile {
  /// Copies and converts elements that may be unaligned.
  ///
  /// - Precondition: The range is in the file.
  fileprivate func elements<Raw: FixedWidthInteger & BitwiseCopyable>(
    _ type: Raw.Type, at offset: Int, count length: Int, _ convert: (Raw) -> Float
  ) -> [Float] {
    unsafe withBytes { bytes in
      let source = unsafe UnsafeRawBufferPointer(
        rebasing: bytes[offset..<offset + length * MemoryLayout<Raw>.size])
      return [Float](capacity: length) { output in
        for index in 0..<length {
          let raw = unsafe source.loadUnaligned(
            fromByteOffset: index * MemoryLayout<Raw>.size, as: type)
          output.append(convert(Raw(littleEndian: raw)))
        }
      }
    }
  }
}
