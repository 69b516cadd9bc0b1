import Glibc
import HDF5
import Testing

/// Files that were cut short or in which bytes have changed.
@Suite struct DamageTests {
  let scratch = Scratch()
  static let elements = (0..<700).map { Float($0 * $0 % 1009) / 8 }

  /// Writes a small file with all that the module writes.
  func writeSample() throws -> String {
    let path = scratch.file("sample.h5")
    let file = try File(creating: path)
    try file.root.attributes.set("densecam.golden/1", for: "schema")
    try file.root.attributes.set([1, 2, 3], for: "many")
    let group = try file.root.createGroup("cases").createGroup("one")
    let data = try group.createDataset(
      "input", shape: [1, 7, 10, 10], elements: Self.elements, compressed: true)
    try data.attributes.set(0.5, for: "probability")
    try file.close()
    return path
  }

  /// Everything in a file, or the error of the first thing that cannot be read.
  func readAll(_ root: Group) throws(HDF5Error) -> (elements: [Float], numbers: [Int64]?) {
    _ = try root.attributes.string("schema")
    let numbers = try root.attributes.integers("many")
    let data = try root.group("cases").group("one").dataset("input")
    let elements = try data.readFloats(maximumCount: 1 << 16)
    guard try data.attributes.double("probability") == 0.5 else { return ([], nil) }
    return (elements, numbers)
  }

  /// Reads all that can be reached, whatever else is damaged.
  func visit(_ group: Group, depth: Int = 0) {
    func visit(_ attributes: Attributes) {
      for name in (try? attributes.names) ?? [] {
        _ = try? attributes.string(name)
        _ = try? attributes.integers(name)
        _ = try? attributes.double(name)
      }
    }
    visit(group.attributes)
    for name in (try? group.datasetNames) ?? [] {
      guard let data = try? group.dataset(name) else { continue }
      visit(data.attributes)
      _ = try? data.readFloats(maximumCount: 1 << 16)
    }
    guard depth < 8 else { return }
    for name in (try? group.groupNames) ?? [] {
      if let inner = try? group.group(name) { self.visit(inner, depth: depth + 1) }
    }
  }

  @Test func `every prefix of a file is refused`() throws {
    for path in [try writeSample(), fixture("classic.h5"), fixture("modern.h5")] {
      let whole = readBytes(path)
      #expect(whole.count > 1000)
      let short = scratch.file("short.h5")
      for count in Array(stride(from: 0, to: whole.count, by: 31)) + [whole.count - 1] {
        #expect(writeBytes(whole.prefix(count), to: short))
        let cause = cause { try File(reading: short) }
        #expect(cause != nil, "\(count) of \(whole.count) bytes were accepted")
      }
      #expect(cause { try File(reading: short) } == "the file is cut short")
      #expect(writeBytes([], to: short))
      #expect(cause { try File(reading: short) } == "it is not an HDF5 file")
    }
  }

  @Test func `no flipped byte crashes or changes a number`() throws {
    let masks: [UInt8] = [0xFF, 0x01, 0x80]
    let path = try writeSample()
    let whole = readBytes(path)
    let descriptor = open(path, O_RDWR)
    defer { close(descriptor) }
    var checksumFailures = 0
    for offset in whole.indices {
      var byte = whole[offset] ^ masks[offset % 3]
      #expect(pwrite(descriptor, &byte, 1, offset) == 1)
      do throws(HDF5Error) {
        let root = try File(reading: path).root
        visit(root)
        let (elements, numbers) = try readAll(root)
        #expect(elements == Self.elements && numbers == [1, 2, 3], "byte \(offset)")
      } catch {
        if error.cause.contains("Fletcher-32") { checksumFailures += 1 }
      }
      byte = whole[offset]
      #expect(pwrite(descriptor, &byte, 1, offset) == 1)
    }
    // The compressed elements are some 1000 of the bytes.
    #expect(checksumFailures > 500)
    #expect(try readAll(File(reading: path).root).elements == Self.elements)
  }

  /// Patches of the heap that holds the texts: offsets in it, and bytes to put there.
  ///
  /// The first object, from offset 16, is the text of 15 bytes that is read.
  static let heapPatches: [(offset: Int, bytes: [UInt8])] = [
    (0, [0x58]),  // not "GCOL"
    (4, [2]),  // an unknown version
    (8, [16, 0]),  // a heap without room for an object
    (8, [UInt8](repeating: 0xFF, count: 8)),  // a heap of 2^64 - 1 bytes
    (16, [0xF0, 0xFF]),  // another object's number
    (16, [0, 0]),  // free space
    (24, [14]),  // one byte too short
    (24, [UInt8](repeating: 0xFF, count: 8)),  // 2^64 - 1 bytes
    (24, [0, 0, 0, 0, 0, 0, 0, 0x40]),  // 2^62 bytes
  ]

  @Test(arguments: ["classic.h5", "modern.h5"], heapPatches)
  func `a damaged heap of texts is refused`(
    name: String, patch: (offset: Int, bytes: [UInt8])
  ) throws {
    var bytes = readBytes(fixture(name))
    let heap = try #require(
      bytes.indices.dropLast(16).first { bytes[$0..<$0 + 4].elementsEqual("GCOL".utf8) })
    let path = scratch.file("patched.h5")
    #expect(writeBytes(bytes, to: path))
    #expect(try File(reading: path).root.attributes.string("text") == "Grüße, 世界")

    let place = heap + patch.offset
    bytes.replaceSubrange(place..<place + patch.bytes.count, with: patch.bytes)
    #expect(writeBytes(bytes, to: path))
    let attributes = try File(reading: path).root.attributes
    let expected = "the heap that holds the text is damaged"
    #expect(cause { try attributes.string("text") } == expected)
    // Whether the other texts are found depends on the chain of objects up to them.
    _ = try? attributes.string("empty text")
  }

  /// h5py's file in the format of HDF5 1.10 holds more kinds of structures than ours.
  ///
  /// In classic.h5 nothing has a checksum; there the library itself crashes for some of the flips.
  @Test func `flipped bytes of another writer's file do not crash`() throws {
    let whole = readBytes(fixture("modern.h5"))
    let path = scratch.file("flipped.h5")
    #expect(writeBytes(whole, to: path))
    let descriptor = open(path, O_RDWR)
    defer { close(descriptor) }
    var openCount = 0
    for offset in stride(from: 0, to: whole.count, by: 7) {
      var byte = ~whole[offset]
      #expect(pwrite(descriptor, &byte, 1, offset) == 1)
      if let file = try? File(reading: path) {
        openCount += 1
        visit(file.root)
      }
      byte = whole[offset]
      #expect(pwrite(descriptor, &byte, 1, offset) == 1)
    }
    #expect(openCount > whole.count / 14)
  }
}
