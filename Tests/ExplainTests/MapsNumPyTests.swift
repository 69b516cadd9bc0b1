import Kernels
import Net
import Testing

@testable import Explain

/// Arrays in NumPy's format, byte by byte: `numpy.lib.format` documents it.
@Suite struct MapsNumPyTests {
  let folder: MapsFolder

  init() throws { folder = try MapsFolder() }

  private func write(_ pictures: [PictureMaps]) throws {
    let writer = try NumPyMapsWriter(path: folder.file("maps.npy"))
    for picture in pictures { try writer.append(picture) }
    try writer.finish()
  }

  /// As `numpy.save` writes it, 2.4.6, but for the spaces.
  @Test func `the header is NumPy's`() throws {
    try write([.sample(0), .sample(1)])
    let bytes = folder.bytes("maps.npy")
    let dictionary = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3, 2, 3), }"
    var expected: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 0x01, 0x00, 0x76, 0x00]
    expected += Array(dictionary.utf8)
    expected += [UInt8](repeating: 0x20, count: 127 - expected.count) + [0x0A]
    #expect(Array(bytes.prefix(128)) == expected)
    #expect(bytes.count == 128 + 8 * 36)
  }

  @Test func `the numbers are the maps in order`() throws {
    let pictures = (0..<3).map { PictureMaps.sample($0) }
    try write(pictures)
    let bytes = folder.bytes("maps.npy")
    let values = stride(from: 128, to: bytes.count, by: 8).map { start in
      Double(
        bitPattern: (0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) })
    }
    #expect(values == pictures.flatMap { $0.entries.flatMap(\.map.values) })
    // The likeliest class comes first: 0 − 2, (1 + 0) / 3 − 2.
    #expect(values.prefix(2) == [-2, 1.0 / 3 - 2])
    // Little-endian: −2 is C0 00 00 00 00 00 00 00.
    #expect(bytes[128..<136].elementsEqual([0, 0, 0, 0, 0, 0, 0, 0xC0]))
  }

  @Test func `the header has room for any number of pictures`() {
    let largest = [Int.max, PictureMaps.classLimit, PictureMaps.sideLimit, PictureMaps.sideLimit]
    for shape in [[0, 0, 0, 0], [10_000, 5, 7, 7], largest] {
      let bytes = NumPyHeader.bytes(shape: shape)
      #expect(bytes.count == NumPyHeader.byteCount && bytes.last == 0x0A)
    }
  }

  @Test func `no pictures are an array without elements`() throws {
    try write([])
    let bytes = folder.bytes("maps.npy")
    #expect(bytes.count == 128)
    #expect(String(decoding: bytes[10...], as: UTF8.self).contains("'shape': (0, 0, 0, 0)"))
  }

  @Test(arguments: [
    PictureMaps.sample(1, height: 3, width: 2), .sample(1, classes: [0, 1]),
    .sample(1, height: 2, width: 4), .sample(1, classes: []),
  ])
  func `other shapes are refused`(picture: PictureMaps) throws {
    let writer = try NumPyMapsWriter(path: folder.file("maps.npy"))
    try writer.append(.sample(0))
    let error = mapsError { try writer.append(picture) }
    #expect(error?.code == .unsuitable)
    #expect(error?.cause.contains("1.png") == true)
    // The pictures that fit are not lost.
    try writer.append(.sample(2))
    try writer.finish()
    #expect(folder.bytes("maps.npy").count == 128 + 8 * 36)
  }

  @Test func `maps of one picture have one shape`() throws {
    var picture = PictureMaps.sample(classes: [2])
    picture.add(ClassActivationMap(classIndex: 0, height: 3, width: 2, values: [1, 2, 3, 4, 5, 6]))
    let error = mapsError { try write([picture]) }
    #expect(error?.code == .unsuitable && error?.cause.contains(".h5") == true)
    #expect(folder.contents.isEmpty)
  }
}
