/// The place of a text of variable length: HDF5 stores it apart from the attribute, in a collection of
/// objects that several attributes share, called a global heap collection.
struct HeapReference {
  /// The length of the text in bytes.
  let count: Int

  /// Where the collection starts, in bytes from the file's base address.
  let address: UInt64

  /// The number of the object in the collection, from 1.
  let index: Int

  /// Decodes a stored reference: u32 length, u64 address, u32 index, all little-endian.
  init(_ bytes: [UInt8]) {
    count = Int(integer(bytes[0..<4]))
    address = integer(bytes[4..<12])
    index = Int(integer(bytes[12..<16]))
  }
}

extension OpenFile {
  /// Reads an object of a global heap collection.
  ///
  /// This is done here, with checks throughout, since the library trusts the lengths and numbers in a
  /// collection; and a collection is the one part of a file's structure that never has a checksum. The
  /// layout is that of section III.E of the HDF5 File Format Specification 3.0:
  /// a header `"GCOL"`, version 1, three bytes unused, u64 size of the whole; then objects, each
  /// u16 number, u16 count of references, u32 unused, u64 size, and data padded to 8 bytes. An object
  /// with number 0 is the free space at the end.
  ///
  /// - Throws: ``HDF5Error`` if the collection is damaged or has no such object.
  func heapObject(
    _ reference: HeapReference, _ operation: String, _ place: Place
  ) throws(HDF5Error) -> [UInt8] {
    let damage = place.error(operation, "the heap that holds the text is damaged", .damaged)
    guard reference.count <= Attributes.limit else {
      throw place.error(operation, "it has \(reference.count) bytes")
    }
    guard let address = Int(exactly: reference.address), address < 1 << 62,
      let header = try bytes(at: address, count: 16, operation, place),
      header[0..<5].elementsEqual([0x47, 0x43, 0x4F, 0x4C, 1]),
      let size = Int(exactly: integer(header[8..<16])), size <= Self.heapByteLimit
    else { throw damage }
    var offset = 16
    while offset + 16 <= size {
      guard let object = try bytes(at: address + offset, count: 16, operation, place),
        let count = Int(exactly: integer(object[8..<16])), count <= size - offset - 16
      else { throw damage }
      let index = Int(integer(object[0..<2]))
      guard index > 0 else { break }
      if index == reference.index {
        guard count >= reference.count,
          let text = try bytes(at: address + offset + 16, count: reference.count, operation, place)
        else { throw damage }
        return text
      }
      offset += 16 + (count + 7) / 8 * 8
    }
    throw damage
  }

  /// The size above which a collection is not trusted; the usual size is 4 KiB.
  private static let heapByteLimit = 1 << 30
}

/// Decodes an unsigned little-endian integer of at most eight bytes.
private func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
  bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
}
