import HDF5
import Imaging
import Kernels
import Net
import Testing

@testable import Explain

/// Maps go to a file and come back.
@Suite struct MapsFileTests {
  let folder: MapsFolder

  init() throws { folder = try MapsFolder() }

  @Test func `classes are in order of probability`() {
    let picture = PictureMaps.sample()
    #expect(picture.top == [2, 0])
    #expect(picture.entries.map(\.classIndex) == [2, 0, 3])
    #expect(picture.entries.map(\.rank) == [1, 2, 3])
    // Equal probabilities are in order of their index, and the order of adding does not matter.
    #expect(PictureMaps.sample(classes: [3, 2, 0]) == picture)
    #expect((0..<4).map(picture.rank) == [2, 4, 1, 3])
    #expect(picture.entries.map(\.probability) == [0.375, 0.25, 0.25])
    #expect(picture.entries.map(\.logit) == [3.5, 1, 0])
  }

  @Test func `a class is ranked as Net ranks`() {
    let values: [Float] = [0.1, .nan, 0.4, 0.4, .nan, 0]
    let picture = PictureMaps(
      source: "", inputShape: TensorShape(channels: 1), logits: values, probabilities: values,
      method: .cam, topCount: 6)
    #expect(picture.top == topIndices(values, 6))
    #expect(picture.top.map(picture.rank) == [1, 2, 3, 4, 5, 6])
  }

  /// By hand: the positions are −¼, ¼, ¾ and 1¼ of two samples.
  @Test func `upsampling is bilinear and nothing else`() {
    let map = ClassActivationMap(classIndex: 0, height: 1, width: 2, values: [-3, 9])
    #expect(map.upsampled(width: 4, height: 2).values == [-3, 0, 6, 9, -3, 0, 6, 9])
  }

  @Test func `what is written is read`() throws {
    let pictures = (0..<3).map { PictureMaps.sample($0) }
    let path = folder.file("maps.h5")
    try MapsFile.write(pictures, header: .sample, to: path)
    #expect(folder.contents == ["maps.h5"])
    let file = try MapsFile(path: path)
    #expect(file.header == .sample)
    #expect(file.count == 3)
    #expect(try (0..<3).map { try file.picture($0) } == pictures.map(\.stored))
  }

  @Test(arguments: CAMMethod.allCases)
  func `the method is kept`(method: CAMMethod) throws {
    var header = MapsHeader.sample
    header.method = method
    let path = folder.file("maps.h5")
    let picture = PictureMaps.sample(method: method, height: 1, width: 1, classes: [1])
    try MapsFile.write([picture], header: header, to: path)
    let file = try MapsFile(path: path)
    #expect(file.header.method == method)
    #expect(try file.picture(0).method == method)
  }

  /// What other programs find, by names alone.
  @Test func `the layout is the documented one`() throws {
    let path = folder.file("maps.h5")
    try MapsFile.write([.sample(0), .sample(1)], header: .sample, to: path)
    let root = try File(reading: path).root
    #expect(try root.attributes.string("schema") == "densecam.maps/1")
    #expect(
      try root.attributes.names == [
        "command", "created", "generator", "method", "model", "preprocessing", "schema",
        "symbol_sha256", "weights_sha256",
      ])
    #expect(try root.group("pictures").groupNames == ["000000", "000001"])
    let picture = try root.group("pictures").group("000001")
    #expect(try picture.attributes.string("source_sha256") == "1")
    #expect(try picture.attributes.integers("input_shape") == [1, 3, 6, 9])
    #expect(try picture.attributes.integers("top") == [2, 0])
    #expect(try picture.datasetNames == ["logits", "probabilities"])
    let cams = try picture.group("cam")
    #expect(try cams.datasetNames == ["0", "2", "3"])
    let cam = try cams.dataset("2")
    #expect(cam.shape == [2, 3] && cam.elementType == .float64)
    #expect(cam.filters == ["shuffle", "deflate", "fletcher32"])
    #expect(try cam.attributes.names == ["bias", "label", "logit", "probability", "rank"])
    #expect(try cam.attributes.integer("rank") == 1)
    let upsampled = try picture.group("upsampled")
    #expect(try upsampled.datasetNames == ["2", "3"])
    let plane = try upsampled.dataset("2")
    #expect(plane.shape == [6, 9] && plane.elementType == .float32)
  }

  @Test func `pictures have six digits at least`() {
    #expect(MapsFile.name(ofPicture: 0) == "000000")
    #expect(MapsFile.name(ofPicture: 999_999) == "999999")
    #expect(MapsFile.name(ofPicture: 1_000_000) == "1000000")
  }

  @Test func `no pictures are a file, too`() throws {
    let path = folder.file("maps.h5")
    try MapsFile.write([], header: .sample, to: path)
    #expect(try MapsFile(path: path).count == 0)
  }

  @Test func `parts become one file`() throws {
    let pictures = (0..<5).map { PictureMaps.sample($0) }
    let parts = ["a.h5", "b.h5", "c.h5"].map(folder.file)
    var later = MapsHeader.sample
    later.created = "2026-07-12T00:00:00Z"
    later.command = "again"
    try MapsFile.write(Array(pictures[..<2]), header: .sample, to: parts[0])
    try MapsFile.write([], header: later, to: parts[1])
    try MapsFile.write(Array(pictures[2...]), header: later, to: parts[2])

    let path = folder.file("all.h5")
    try MapsFile.merge(parts, into: path)
    let file = try MapsFile(path: path)
    #expect(file.header == .sample)
    #expect(try (0..<5).map { try file.picture($0) } == pictures.map(\.stored))
    #expect(folder.contents == ["a.h5", "all.h5", "b.h5", "c.h5"])

    // Merging changes no bit, and the result may take a part's place.
    try MapsFile.write(pictures, header: .sample, to: folder.file("once.h5"))
    #expect(folder.bytes("once.h5") == folder.bytes("all.h5"))
    try MapsFile.merge(parts, into: parts[0], header: later)
    #expect(try MapsFile(path: parts[0]).header == later)
    #expect(try MapsFile(path: parts[0]).count == 5)
  }

  @Test func `parts of other runs are refused`() throws {
    let first = folder.file("first.h5")
    let other = folder.file("other.h5")
    let path = folder.file("all.h5")
    try MapsFile.write([.sample()], header: .sample, to: first)
    var headers = [MapsHeader](repeating: .sample, count: 6)
    headers[0].generator = "x"
    headers[1].model = "x"
    headers[2].weightsSHA256 = "x"
    headers[3].symbolSHA256 = "x"
    headers[4].preprocessing = "x"
    headers[5].method = .occlusion
    for header in headers {
      try MapsFile.write([], header: header, to: other)
      #expect(mapsError { try MapsFile.merge([first, other], into: path) }?.code == .mismatch)
    }
    #expect(mapsError { try MapsFile.merge([], into: path) }?.code == .missing)
    #expect(mapsError { try MapsFile.merge([first, "no.h5"], into: path) }?.code == .missing)
    #expect(folder.contents == ["first.h5", "other.h5"])
  }

  @Test func `a name tells the format`() throws {
    #expect(MapsFormat(path: "a/b.c/maps.H5") == .hdf5)
    #expect(MapsFormat(path: "maps.npy") == .numPy)
    #expect(MapsFormat(path: "maps.txt") == nil && MapsFormat(path: "npy") == nil)
    for format in MapsFormat.allCases {
      let path = folder.file("maps.\(format.rawValue)")
      let writer = try format.writer(path: path, header: .sample)
      try writer.append(.sample())
      try writer.finish()
    }
    #expect(try MapsFile(path: folder.file("maps.h5")).count == 1)
    #expect(folder.bytes("maps.npy").starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]))
  }
}
