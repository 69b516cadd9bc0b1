import Testing

@testable import Formats
@testable import Net

/// Parameter files that are broken on purpose.
@Suite struct HostileParameterFileTests {
  static let file = ParameterFileBuilder.file(
    .v2, [("arg:w", [2, 1], [1, 2]), ("aux:m", [1], [3])])

  /// Where the fields of `file` are.
  enum Field {
    static let arrayCount = 16
    static let magic = 24
    static let storage = 28
    static let rank = 32
    static let sides = 36
    static let device = 52
    static let type = 60
    static let elements = 64
    static let secondArray = 72
    static let nameCount = 108
    static let nameLength = 116
  }

  static func failure(_ bytes: [UInt8]) throws -> FormatError? {
    do {
      _ = try FormatFixture.parameters(bytes)
      return nil
    } catch let error as FormatError {
      return error
    }
  }

  /// The file with a field replaced.
  static func patched(_ offset: Int, _ value: some FixedWidthInteger) -> [UInt8] {
    var field = ParameterFileBuilder()
    field.put(value)
    var bytes = file
    bytes.replaceSubrange(offset..<offset + field.bytes.count, with: field.bytes)
    return bytes
  }

  @Test func theUnbrokenFileIsRead() throws {
    #expect(try Self.failure(Self.file) == nil)
  }

  @Test func truncation() throws {
    for bytes in [Self.file, try FormatFixture.bytes("types.params")] {
      for count in bytes.indices {
        let error = try #require(try Self.failure([UInt8](bytes.prefix(count))), "\(count)")
        let offset = try #require(error.offset)
        #expect(offset <= count)
      }
    }
  }

  @Test func trailingBytes() throws {
    let error = try #require(try Self.failure(Self.file + [0]))
    #expect(error.offset == Self.file.count)
    #expect(error.cause == "1 bytes follow the last name")
  }

  /// Whatever becomes of a byte, the file is read or refused; what is read is of a sane shape.
  @Test func flippedBytes() throws {
    let bytes = try FormatFixture.bytes("types.params")
    var refused = 0
    for index in bytes.indices {
      for mask in [0xFF, 0x80, 0x10, 0x01] as [UInt8] {
        var broken = bytes
        broken[index] ^= mask
        try FormatFixture.withFile(broken) { path in
          do {
            let parameters = try Parameters(mxnetFile: path)
            for name in parameters.names {
              let parameter = try #require(parameters[name])
              #expect(parameter.count * 2 <= bytes.count)
              #expect(parameter.elements.count == parameter.count)
            }
          } catch is FormatError {
            refused += 1
          }
        }
      }
    }
    #expect(refused > bytes.count)
  }

  @Test(
    arguments: [
      1 << 63, .max, 1 << 62, 1 << 32, 100, 3, 1, 0,
    ] as [UInt64])
  func counts(count: UInt64) throws {
    #expect(try Self.failure(Self.patched(Field.arrayCount, count)) != nil)
    let error = try #require(try Self.failure(Self.patched(Field.nameCount, count)))
    #expect(error.offset == Field.nameCount)
  }

  @Test(arguments: [1 << 63, .max, 1 << 62, 1 << 32, 19] as [UInt64])
  func nameLengths(length: UInt64) throws {
    let error = try #require(try Self.failure(Self.patched(Field.nameLength, length)))
    #expect(error.offset == Field.nameLength)
  }

  @Test(arguments: [-1, 0, 65, 1 << 20, .max, .min] as [Int32])
  func ranks(rank: Int32) throws {
    let error = try #require(try Self.failure(Self.patched(Field.rank, rank)))
    #expect(error.offset == Field.rank)
  }

  @Test(arguments: [-1, 0, .min] as [Int64])
  func sides(side: Int64) throws {
    let error = try #require(try Self.failure(Self.patched(Field.sides, side)))
    #expect(error.offset == Field.sides)
    #expect(error.cause == "the array has a side of \(side)")
  }

  @Test(
    arguments: [
      (1 << 62, 4), (1 << 32, 1 << 32), (.max, .max), (3, 1 << 61), (1 << 40, 1),
    ] as [(Int64, Int64)])
  func shapesThatDoNotFit(height: Int64, width: Int64) throws {
    var bytes = Self.patched(Field.sides, height)
    var field = ParameterFileBuilder()
    field.put(width)
    bytes.replaceSubrange(Field.sides + 8..<Field.sides + 16, with: field.bytes)
    let error = try #require(try Self.failure(bytes))
    #expect(error.cause.contains("cannot fit"))
  }

  @Test func magics() throws {
    #expect(
      try Self.failure(Self.patched(0, 0x113 as UInt64))?.cause
        == "this is not an MXNet parameter file")
    for magic in [0, 65, 0xF993_FACB, .max] as [UInt32] {
      #expect(try Self.failure(Self.patched(Field.magic, magic))?.offset == Field.magic)
    }
    #expect(try Self.failure([]) != nil)
  }

  @Test(arguments: [1, 2, -1] as [Int32])
  func sparseArrays(storage: Int32) throws {
    let error = try #require(try Self.failure(Self.patched(Field.storage, storage)))
    #expect(error.cause == "the array is sparse (storage type \(storage))")
    #expect(error.offset == Field.storage)
  }

  /// The device that an array was on does not matter.
  @Test func devices() throws {
    #expect(try Self.failure(Self.patched(Field.device, 0x7FFF_FFFF_8000_0000 as UInt64)) == nil)
  }

  @Test(
    arguments: [
      (3, 1, "uint8"), (4, 4, "int32"), (5, 1, "int8"), (6, 8, "int64"), (7, 1, "bool"),
    ] as [(Int32, Int, String)])
  func elementsThatAreNotFloats(type: Int32, size: Int, name: String) throws {
    var builder = ParameterFileBuilder(bytes: [UInt8](Self.file[..<Field.magic]))
    builder.putArray(.v2, shape: [2], type: type, [UInt8](repeating: 1, count: 2 * size))
    builder.bytes += Self.file[Field.secondArray...]
    let error = try #require(try Self.failure(builder.bytes))
    #expect(error.cause == "the array w holds \(name), not floats")
    #expect(error.offset == Field.magic)
  }

  @Test(arguments: [8, 12, -1] as [Int32])
  func unknownElementTypes(type: Int32) throws {
    let error = try #require(try Self.failure(Self.patched(Field.type, type)))
    #expect(error.cause == "the array's element type \(type) is unknown")
    #expect(error.offset == Field.type)
  }

  @Test func names() throws {
    func file(_ first: String, _ second: String) -> [UInt8] {
      ParameterFileBuilder.file(.v2, [(first, [1], [1]), (second, [1], [2])])
    }
    #expect(try Self.failure(file("w", "v")) == nil)
    #expect(try Self.failure(file("w", "w"))?.cause == "the array w is there twice")
    #expect(try Self.failure(file("arg:w", "aux:w"))?.cause == "the array w is there twice")
    #expect(try Self.failure(file("w", ""))?.cause == "a name is empty")
    #expect(try Self.failure(file("arg:", "w"))?.cause == "a name is empty")
    var bytes = Self.file
    bytes[bytes.count - 1] = 0xFF
    #expect(try Self.failure(bytes)?.cause == "a name is not UTF-8")
  }

  /// A name cannot break the one line of an error.
  @Test func descriptionsAreOneLine() throws {
    let bytes = ParameterFileBuilder.file(
      .v2, [("a\n\u{1B}[31m\u{2028}", [1], [1]), ("a\n\u{1B}[31m\u{2028}", [1], [1])])
    let error = try #require(try Self.failure(bytes))
    #expect(
      error.description.hasSuffix(
        #": byte 122: the array a\n\u{1B}[31m\u{2028} is there twice"#))
  }
}
