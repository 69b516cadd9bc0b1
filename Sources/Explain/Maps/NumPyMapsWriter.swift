package import Files
import Glibc
import Kernels
import Net

/// Writes maps as one NumPy array `[pictures, classes, h, w]` of 64-bit floats, NumPy format 1.0.
///
/// It has the maps at their own resolution and scale, those of a picture in the order of its entries,
/// the likeliest class first, and nothing else: which class a map is of has to be known otherwise. All
/// pictures must have as many classes and maps of one size.
///
/// The array's length is in the header at the start of the file, which is written last, into space that
/// was reserved for it; one picture is in memory at a time.
package final class NumPyMapsWriter: MapsWriter {
  private let path: String
  private var pending: PendingFile

  /// Classes, rows and columns, from the first picture on.
  private var sides: [Int] = []
  private var count = 0

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: Where it goes; an existing file stays until ``finish()``.
  ///   - folder: Where it is until then, in the same file system; next to its name unless given.
  ///   - replacing: Whether a file of that name is replaced.
  /// - Throws: ``MapsError`` if the file cannot be written.
  package init(
    path: String, in folder: String? = nil, replacing: Bool = true
  ) throws(MapsError) {
    self.path = path
    pending = try PendingFile(path: path, in: folder, replacing: replacing)
    try write([UInt8](repeating: 0, count: NumPyHeader.byteCount))
  }

  /// Stores the maps of the next picture.
  ///
  /// - Throws: ``MapsError`` if they are not as many or not as large as those before, if a number is
  ///   not finite, or if the disk is full or fails.
  package func append(_ picture: PictureMaps) throws(MapsError) {
    if let objection = picture.objection {
      throw MapsError(.unsuitable, path: path, "cannot take \(picture.source): \(objection)")
    }
    let entries = picture.entries
    guard let first = entries.first?.map else {
      throw MapsError(.unsuitable, path: path, "cannot take \(picture.source): it has no maps")
    }
    let own = [entries.count, first.height, first.width]
    if count == 0 { sides = own }
    for map in entries.map(\.map) {
      let own = [entries.count, map.height, map.width]
      guard own == sides else {
        throw MapsError(
          .unsuitable, path: path,
          "cannot take \(picture.source): one array needs maps of one shape, and \(own) are not "
            + "\(sides) classes, rows and columns; write an .h5 file")
      }
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 * sides.reduce(1, *))
    for value in entries.flatMap(\.map.values) {
      let bits = value.bitPattern
      for shift in stride(from: 0, to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
      }
    }
    try write(bytes)
    count += 1
  }

  package func finish() throws(MapsError) {
    let shape = [count] + (sides.isEmpty ? [0, 0, 0] : sides)
    guard lseek(pending.descriptor, 0, SEEK_SET) == 0 else {
      throw MapsError(FileError(path: path, errno: errno))
    }
    try write(NumPyHeader.bytes(shape: shape))
    try pending.commit()
  }

  private func write(_ bytes: [UInt8]) throws(MapsError) { try pending.write(bytes) }
}

/// The start of a NumPy file, format 1.0: a magic string, the version, the length of the rest, and
/// a Python dictionary, with spaces and a line feed up to a multiple of 64 bytes.
package enum NumPyHeader {
  /// Long enough for any shape: the dictionary has 118 bytes, of which the text around the shape
  /// takes 55, three commas with their spaces 6, and four numbers at most 19 + 7 + 5 + 5.
  static let byteCount = 128

  /// The pictures, classes, rows and columns of a file that ``NumPyMapsWriter`` has made; nil if it has
  /// made no such file.
  ///
  /// - Throws: ``FileError`` if the file cannot be read.
  package static func shape(of path: String) throws(FileError) -> [Int]? {
    let file = try MappedFile(path: path)
    let start = unsafe file.withBytes { unsafe Array($0.prefix(byteCount)) }
    guard start.count == byteCount else { return nil }
    let words = String(decoding: start.dropFirst(10), as: UTF8.self).split { !$0.isNumber }
    // The first number is that of `<f8`.
    let shape = words.dropFirst().compactMap { Int($0) }
    guard shape.count == 4, start == bytes(shape: shape),
      let count = TensorShape(
        batch: shape[0], channels: shape[1], height: shape[2], width: shape[3]
      ).checkedCount, count < file.count, file.count == byteCount + 8 * count
    else { return nil }
    return shape
  }

  /// The header of 64-bit little-endian floats, the last side varying fastest.
  static func bytes(shape: [Int]) -> [UInt8] {
    let sides = shape.map(String.init).joined(separator: ", ")
    var text = Array("{'descr': '<f8', 'fortran_order': False, 'shape': (\(sides)), }".utf8)
    let length = max(text.count + 1, byteCount - 10)
    text += [UInt8](repeating: UInt8(ascii: " "), count: length - 1 - text.count)
    text.append(UInt8(ascii: "\n"))
    let prefix: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    return prefix + [UInt8(length & 0xFF), UInt8(length >> 8)] + text
  }
}
