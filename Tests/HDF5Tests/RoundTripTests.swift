import HDF5
import Testing

@Suite struct RoundTripTests {
  let scratch = Scratch()

  /// Shapes with what is expected of their chunks of 32-bit floats (64 Ki elements at most).
  static let layouts: [(shape: [Int], chunk: [Int]?)] = [
    ([], nil),
    ([1], [1]),
    ([0], nil),
    ([3, 0, 2], nil),
    ([7], [7]),
    ([2, 3, 5, 4], [2, 3, 5, 4]),
    // Two images of 37 channels of 56 × 56: 20 channels are the most that fit; 19 and 18 are even.
    ([2, 37, 56, 56], [1, 19, 56, 56]),
    // A plane of 300 × 300 does not fit: 218 rows would, 150 and 150 are even.
    ([1, 1, 300, 300], [1, 1, 150, 300]),
    ([100_000], [50_000]),
  ]

  @Test(arguments: layouts, [false, true])
  func `floats come back bit by bit`(
    layout: (shape: [Int], chunk: [Int]?), compressed: Bool
  ) throws {
    let count = layout.shape.reduce(1, *)
    let special: [Float] = [-0.0, .infinity, -.infinity, .leastNonzeroMagnitude, .ulpOfOne, 0.1]
    let elements = (0..<count).map { special[$0 % 6] + Float($0 / 6) }
    let path = scratch.file("a.h5")
    let file = try File(creating: path)
    try file.root.createDataset(
      "x", shape: layout.shape, elements: elements, compressed: compressed)
    try file.close()

    let read = try File(reading: path).root.dataset("x")
    #expect(read.shape == layout.shape)
    #expect(read.count == count)
    #expect(read.elementType == .float32)
    #expect(read.chunkShape == (compressed ? layout.chunk : nil))
    let isFiltered = compressed && layout.chunk != nil
    #expect(read.filters == (isFiltered ? ["shuffle", "deflate", "fletcher32"] : []))
    #expect(try read.readFloats().map(\.bitPattern) == elements.map(\.bitPattern))
    #expect(try read.readDoubles() == elements.map(Double.init))
  }

  @Test(arguments: [false, true])
  func `doubles come back bit by bit`(compressed: Bool) throws {
    let elements = [0.1, -1e300, .nan, -0.0, .leastNonzeroMagnitude, 1 / 3]
    let path = scratch.file("a.h5")
    let file = try File(creating: path)
    try file.root.createDataset("x", shape: [2, 3], elements: elements, compressed: compressed)
    try file.close()
    let read = try File(reading: path).root.dataset("x")
    #expect(read.elementType == .float64)
    #expect(try read.readDoubles().map(\.bitPattern) == elements.map(\.bitPattern))
  }

  @Test func `compression makes zeros small`() throws {
    let path = scratch.file("a.h5")
    let file = try File(creating: path)
    let zeros = [Float](repeating: 0, count: 1 << 20)
    try file.root.createDataset("x", shape: [1 << 20], elements: zeros, compressed: true)
    try file.close()
    #expect(readBytes(path).count < 20_000)
    #expect(try File(reading: path).root.dataset("x").readFloats() == zeros)
  }

  @Test func `groups are listed by their bytes`() throws {
    let path = scratch.file("a.h5")
    let file = try File(creating: path)
    let names = ["b", "a", "B", "Ä", "z", "a b", "日本", "10", "9", ".hidden", "a.b", "c\\d"]
    let cases = try file.root.createGroup("cases")
    for name in names {
      try cases.createGroup(name)
      try cases.createDataset("\(name) data", shape: [], elements: [1] as [Float])
    }
    #expect(cases.path == "/cases")
    try file.close()
    let read = try File(reading: path).root.group("cases")
    let sorted = [".hidden", "10", "9", "B", "a", "a b", "a.b", "b", "c\\d", "z", "Ä", "日本"]
    #expect(try read.groupNames == sorted)
    #expect(Set(try read.datasetNames) == Set(names.map { "\($0) data" }))
    #expect(try read.group("日本").path == "/cases/日本")
    #expect(try read.hasGroup(named: "a") && !read.hasDataset(named: "a"))
    #expect(try !read.hasGroup(named: "a data") && read.hasDataset(named: "a data"))
    #expect(try !read.hasGroup(named: "none") && !read.hasDataset(named: "none"))
  }

  @Test func `the same calls give the same bytes`() throws {
    func write(_ name: String) throws -> [UInt8] {
      let file = try File(creating: scratch.file(name))
      try file.root.attributes.set("densecam.golden/1", for: "schema")
      let group = try file.root.createGroup("cases")
      for index in 0..<20 {
        let elements = (0..<3000).map { Float($0 % 97) * Float(index) }
        let data = try group.createDataset(
          "d\(index)", shape: [3, 1000], elements: elements, compressed: index % 2 == 0)
        try data.attributes.set(Int64(index), for: "index")
        try data.attributes.set(0.5, for: "half")
        try data.attributes.set([1, 2, 3], for: "many")
      }
      try file.close()
      return readBytes(scratch.file(name))
    }
    let first = try write("a.h5")
    // Time stamps of HDF5 count seconds.
    sleepBriefly()
    let second = try write("b.h5")
    #expect(first.count > 10_000)
    #expect(first == second)
  }
}
