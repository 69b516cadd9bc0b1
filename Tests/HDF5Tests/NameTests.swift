import HDF5
import Testing

@Suite struct NameTests {
  let scratch = Scratch()

  @Test(arguments: [
    ("", "a name must not be empty"),
    (".", "a name must not be ."),
    ("..", "a name must not be .."),
    ("/", "a name must not contain a slash"),
    ("a/b", "a name must not contain a slash"),
    ("/a", "a name must not contain a slash"),
    ("a\0b", "a name must not contain a zero byte"),
  ])
  func `names that are paths are refused`(name: String, expected: String) throws {
    let root = try File(creating: scratch.file("a.h5")).root
    let one: [Float] = [1]
    try root.createGroup("a")
    #expect(cause { try root.createGroup(name) } == expected)
    #expect(cause { try root.createDataset(name, shape: [], elements: one) } == expected)
    #expect(cause { try root.group(name) } == expected)
    #expect(cause { try root.dataset(name) } == expected)
    #expect(cause { try root.hasGroup(named: name) } == expected)
    #expect(cause { try root.hasDataset(named: name) } == expected)
    #expect(try root.groupNames == ["a"] && root.datasetNames == [])
  }

  @Test func `names that are taken are refused`() throws {
    let root = try File(creating: scratch.file("a.h5")).root
    try root.createGroup("x")
    #expect(cause { try root.createGroup("x") } == "it exists already")
    let one: [Double] = [1]
    #expect(cause { try root.createDataset("x", shape: [1], elements: one) } == "it exists already")
  }

  @Test(arguments: [
    ([2, 3], 5, "5 elements do not fill the shape [2, 3]"),
    ([], 0, "0 elements do not fill the shape []"),
    ([-1, -1], 1, "the shape [-1, -1] is impossible"),
    ([1 << 62, 4], 0, "the shape [4611686018427387904, 4] is impossible"),
    ([Int](repeating: 1, count: 33), 1, "more than 32 sides"),
  ])
  func `shapes that do not fit are refused`(shape: [Int], count: Int, expected: String) throws {
    let root = try File(creating: scratch.file("a.h5")).root
    let elements = [Float](repeating: 0, count: count)
    for compressed in [false, true] {
      #expect(
        cause {
          try root.createDataset("x", shape: shape, elements: elements, compressed: compressed)
        } == expected)
    }
    #expect(try root.datasetNames == [])
  }
}
