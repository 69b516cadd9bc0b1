import HDF5
import Testing

/// Files written by h5py, with values known from numpy.
@Suite struct FixtureTests {
  static let files = ["classic.h5", "modern.h5"]

  @Test(arguments: files)
  func `texts of every kind`(name: String) throws {
    let attributes = try File(reading: fixture(name)).root.attributes
    #expect(try attributes.string("text") == "Grüße, 世界")
    #expect(try attributes.string("empty text") == "")
    #expect(try attributes.string("ascii") == "plain")
    #expect(try attributes.string("fixed") == "naïve")
    #expect(cause { try attributes.string("latin") } == "it is not valid UTF-8")
    #expect(cause { try attributes.string("texts") } == "it has 2 values, not one")
    #expect(cause { try attributes.string("flag") } == "it is not a text")
    #expect(cause { try attributes.string("nothing") } == "it is not a text")
  }

  @Test(arguments: files)
  func `numbers of every kind`(name: String) throws {
    let attributes = try File(reading: fixture(name)).root.attributes
    #expect(try attributes.integer("integer") == -7)
    #expect(try attributes.integer("one in an array") == 42)
    #expect(cause { try attributes.integer("huge") } == "it is larger than 2^63 - 1")
    #expect(try attributes.double("huge") == 0x1p64)
    #expect(try attributes.integers("integers") == [1, -2, 3, 4, 5, 1 << 40])
    #expect(try attributes.double("double") == 0.1)
    #expect(try attributes.double("float") == 0.10000000149011612)
    #expect(try attributes.double("integer") == -7)
    #expect(cause { try attributes.integer("flag") } == "it is not an integer")
    #expect(cause { try attributes.double("nothing") } == "it has 0 values, not one")
    #expect(
      try attributes.names == [
        "ascii", "double", "empty text", "fixed", "flag", "float", "huge", "integer", "integers",
        "latin", "nothing", "one in an array", "text", "texts",
      ])
  }

  @Test(arguments: files)
  func `elements of every type of number`(name: String) throws {
    let group = try File(reading: fixture(name)).root.group("cases").group("ä b")
    #expect(try group.attributes.integer("rank") == 3)

    // numpy: array.astype(numpy.float32); 1 + 2^-24 is a tie to even, 1 + 3·2^-24 the next one.
    let wide = try group.dataset("float64")
    #expect(wide.elementType == .float64)
    let narrowed = try wide.readFloats()
    let expected: [UInt32] = [
      0x3DCC_CCCD, 0xFF80_0000, 0x7F80_0000, 0x7FC0_0000, 0x3F80_0000, 0x3F80_0002,
    ]
    #expect(narrowed.map(\.bitPattern) == expected)

    let bigEndian = try group.dataset("big endian")
    #expect(bigEndian.elementType == .float32)
    #expect(try bigEndian.readFloats() == [1.5, -2.25])

    let half = try group.dataset("float16")
    #expect(half.elementType == .float16)
    #expect(try half.readFloats() == [0.0999755859375, 65504, -0x1p-24, .infinity])

    let integers = try group.dataset("int64")
    #expect(integers.elementType == .integer)
    #expect(integers.shape == [2, 2])
    #expect(try integers.readFloats() == [16_777_216, -3, 0x1p53, 0])
    #expect(try integers.readDoubles() == [16_777_217, -3, 0x1p53, 0])
    #expect(try group.dataset("uint8").readFloats() == [0, 255])
    #expect(try group.dataset("scalar").readFloats() == [2.5])
    #expect(try group.dataset("scalar").shape == [])
    #expect(try group.dataset("no elements").readFloats() == [])
    #expect(try group.dataset("no elements").shape == [3, 0])
  }

  @Test(arguments: files)
  func `chunks and filters`(name: String) throws {
    let group = try File(reading: fixture(name)).root.group("cases").group("ä b")
    let compressed = try group.dataset("compressed")
    #expect(compressed.chunkShape == [4, 32])
    #expect(compressed.filters == ["shuffle", "deflate", "fletcher32"])
    #expect(try compressed.readFloats() == (0..<600).map { Float($0) / 8 })
    #expect(try group.dataset("never written").readFloats() == [7, 7, 7, 7])
  }

  @Test(arguments: files, ["flags", "words", "records"])
  func `what is not a number is refused`(name: String, dataset: String) throws {
    let read = try File(reading: fixture(name)).root.group("cases").group("ä b").dataset(dataset)
    #expect(read.elementType == .other)
    #expect(read.shape == [2])
    #expect(cause { try read.readFloats() } == "they are not numbers of a known format")
    #expect(cause { try read.readDoubles() } == "they are not numbers of a known format")
  }
}
