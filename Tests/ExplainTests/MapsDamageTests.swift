import HDF5
import Imaging
import Kernels
import Net
import Testing

@testable import Explain

/// Files that are damaged, foreign, or made to deceive.
@Suite struct MapsDamageTests {
  let folder: MapsFolder

  init() throws { folder = try MapsFolder() }

  private func read(_ path: String) throws -> [PictureMaps] {
    let file = try MapsFile(path: path)
    return try (0..<file.count).map { try file.picture($0) }
  }

  @Test func `what is no file of maps is refused`() throws {
    #expect(mapsError { _ = try MapsFile(path: folder.file("none.h5")) }?.code == .missing)
    let text = folder.write("text.h5", "maps".utf8)
    #expect(mapsError { _ = try MapsFile(path: text) }?.code == .unreadable)
    #expect(mapsError { _ = try MapsFile(path: folder.path) }?.code == .unreadable)
    let empty = folder.file("empty.h5")
    try File(creating: empty).close()
    let error = mapsError { _ = try MapsFile(path: empty) }
    #expect(error?.code == .unreadable && error?.cause.contains("no schema") == true)
  }

  @Test func `every prefix is refused`() throws {
    let path = folder.file("maps.h5")
    try MapsFile.write([.sample()], header: .sample, to: path)
    let whole = folder.bytes("maps.h5")
    for count in stride(from: 0, to: whole.count, by: 97) {
      let short = folder.write("short.h5", whole.prefix(count))
      #expect(mapsError { _ = try read(short) }?.code == .unreadable)
    }
  }

  @Test func `no flipped byte changes a number`() throws {
    let path = folder.file("maps.h5")
    let picture = PictureMaps.sample()
    try MapsFile.write([picture], header: .sample, to: path)
    let whole = folder.bytes("maps.h5")
    var caught = 0
    for offset in stride(from: 0, to: whole.count, by: 31) {
      var bytes = whole
      bytes[offset] ^= 0x21
      let flipped = folder.write("flipped.h5", bytes)
      do {
        let found = try read(flipped)
        // Texts have no checksums in HDF5; numbers do.
        #expect(found.map(\.logits) == [picture.logits], "byte \(offset)")
        #expect(
          found.map { $0.entries.map(\.map) } == [picture.entries.map(\.map)], "byte \(offset)")
      } catch {
        #expect(error is MapsError, "byte \(offset): \(error)")
        caught += 1
      }
    }
    #expect(caught > 10)
  }

  /// How a file is made to deceive.
  enum Deceit: CaseIterable {
    case schema, method, noModel, noPictures, extraPicture, gap, wrongCount, noCount
    case noSource, noLogits, fewerProbabilities, hugeLogits, infiniteLogit, shapeOfThree, badShape
    case wrongTop, noCams, namedMap, paddedName, classBeyond, flatMap, emptyMap, wideMap
    case wrongRank, wrongProbability, wrongLogit, noRank, nanInMap, orphanUpsampled
  }

  @Test(arguments: Deceit.allCases)
  func `deceit is found`(deceit: Deceit) throws {
    let path = folder.file("maps.h5")
    try Self.write(deceit, to: path)
    let error = mapsError { _ = try read(path) }
    #expect(error?.code == .unreadable, "\(deceit): \(error?.cause ?? "accepted")")
  }

  @Test func `without deceit the same file is read`() throws {
    let path = folder.file("maps.h5")
    try Self.write(nil, to: path)
    #expect(try read(path).map(\.logits) == [[1, 2]])
  }

  private static func write(_ deceit: Deceit?, to path: String) throws {
    let file = try File(creating: path)
    defer { try? file.close() }
    let root = file.root.attributes
    try MapsHeader.sample.write(to: root)
    if deceit == .schema { try root.set("densecam.maps/2", for: "schema") }
    if deceit == .method { try root.set("gradcam", for: "method") }
    if deceit == .noModel { try root.set(1, for: "model") }
    guard deceit != .noPictures else { return }
    let pictures = try file.root.createGroup("pictures")
    if deceit != .noCount {
      try pictures.attributes.set(deceit == .wrongCount ? 2 : 1, for: "count")
    }
    if deceit == .extraPicture { try pictures.createGroup("x") }
    let group = try pictures.createGroup(deceit == .gap ? "000001" : "000000")
    if deceit != .noSource { try group.attributes.set("a.png", for: "source") }
    let shape: [Int64] =
      switch deceit {
      case .shapeOfThree: [3, 4, 4]
      case .badShape: [1, 3, Int64.max, 4]
      default: [1, 3, 4, 4]
      }
    try group.attributes.set(shape, for: "input_shape")
    try group.attributes.set([deceit == .wrongTop ? 0 : 1], for: "top")
    if deceit == .hugeLogits {
      try group.createDataset(
        "logits", shape: [(1 << 20) + 1], elements: [Float](repeating: 0, count: (1 << 20) + 1),
        compressed: true)
    } else if deceit != .noLogits {
      try group.createDataset(
        "logits", shape: [2], elements: [1, deceit == .infiniteLogit ? .infinity : 2] as [Float])
    }
    let probabilities: [Float] = deceit == .fewerProbabilities ? [1] : [0.25, 0.75]
    try group.createDataset(
      "probabilities", shape: [probabilities.count], elements: probabilities)
    guard deceit != .noCams else { return }
    let maps = try group.createGroup("cam")
    let name: String
    switch deceit {
    case .namedMap: name = "cat"
    case .paddedName: name = "01"
    case .classBeyond: name = "2"
    default: name = "1"
    }
    let sides: [Int]
    switch deceit {
    case .flatMap: sides = [4]
    case .emptyMap: sides = [0, 4]
    case .wideMap: sides = [1, 40_000]
    default: sides = [2, 2]
    }
    let value = deceit == .nanInMap ? Double.nan : 1
    let map = try maps.createDataset(
      name, shape: sides, elements: [Double](repeating: value, count: sides.reduce(1, *)))
    if deceit != .noRank { try map.attributes.set(deceit == .wrongRank ? 2 : 1, for: "rank") }
    try map.attributes.set(deceit == .wrongProbability ? 0.5 : 0.75, for: "probability")
    try map.attributes.set(deceit == .wrongLogit ? 1.0 : 2, for: "logit")
    if deceit == .orphanUpsampled {
      try group.createGroup("upsampled").createDataset(
        "0", shape: [1, 1], elements: [1] as [Float])
    }
  }
}
