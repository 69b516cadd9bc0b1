/// The complete chunks of a PNG file, checksums unchecked.
struct PNGChunks {
  /// Where the last of them ends.
  private(set) var end = 8

  /// Whether that is the chunk that ends the file.
  private(set) var isEnded = false

  /// The picture's orientation in the file, if given.
  private(set) var orientation: Orientation?

  /// The chunk that ends a file: no content, and its checksum.
  static let endChunk: [UInt8] = [0, 0, 0, 0] + "IEND".utf8 + [0xAE, 0x42, 0x60, 0x82]

  /// Walks through a file that begins with PNG's eight bytes, up to its end chunk.
  init(_ bytes: [UInt8]) {
    // Length, name, content and checksum.
    while bytes.count - end >= 12, !isEnded {
      let length = bytes[end..<end + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - end - 12 else { return }
      let name = bytes[end + 4..<end + 8]
      isEnded = name.elementsEqual("IEND".utf8)
      if orientation == nil, name.elementsEqual("eXIf".utf8) {
        orientation = Orientation(exif: bytes[end + 8..<end + 8 + length])
      }
      end += 12 + length
    }
  }
}
