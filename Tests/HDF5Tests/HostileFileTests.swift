import HDF5
import Testing

/// Files that are valid HDF5 and must be refused all the same.
@Suite struct HostileFileTests {
  let root: Group

  init() throws { root = try File(reading: fixture("hostile.h5")).root }

  @Test func `lists hold hard links to groups and datasets`() throws {
    #expect(try root.groupNames == ["group"])
    #expect(
      try root.datasetNames == [
        "fine", "huge", "large chunk", "lzf", "null", "odd float", "outside", "scattered",
        "virtual",
      ])
    #expect(try root.dataset("fine").readFloats() == [1])
  }

  @Test(arguments: ["soft", "dangling", "loop", "external"])
  func `links are not followed`(name: String) throws {
    let link = "it is a soft or external link, which is not followed"
    #expect(cause { try root.group(name) } == link)
    #expect(cause { try root.dataset(name) } == link)
    #expect(try !root.hasGroup(named: name) && !root.hasDataset(named: name))
  }

  @Test(arguments: ["parent", "itself"])
  func `a group that contains itself is refused`(name: String) throws {
    let group = try root.group("group")
    #expect(try group.groupNames == ["itself", "parent"])
    #expect(cause { try group.group(name) } == "it contains itself")
  }

  @Test func `kinds are told apart`() throws {
    #expect(cause { try root.group("fine") } == "it is not a group")
    #expect(cause { try root.dataset("group") } == "it is not a dataset")
    #expect(cause { try root.dataset("a type") } == "it is not a dataset")
    #expect(cause { try root.dataset("none") } == "there is none")
    #expect(cause { try root.group("none") } == "there is none")
  }

  @Test(arguments: [
    ("outside", "its elements lie in other files, which are not opened"),
    ("virtual", "its elements lie in other files, which are not opened"),
    (
      "lzf",
      "it is packed with the filter 32000 (LZF, which h5py has), which is not supported: repack it "
        + "with `h5repack -f SHUF -f GZIP=6 OLD NEW`, where that filter is installed, or with h5py and "
        + "compression=\"gzip\""
    ),
    ("null", "it has no elements and no shape"),
  ])
  func `odd storage is refused`(name: String, expected: String) throws {
    #expect(cause { try root.dataset(name) } == expected)
  }

  @Test func `2^60 elements are refused before memory is allocated`() throws {
    let huge = try root.dataset("huge")
    #expect(huge.count == 1 << 60)
    let shape = "the shape [1048576, 1048576, 1048576] has more than"
    #expect(cause { try huge.readFloats() } == "\(shape) 268435456 elements")
    #expect(cause { try huge.readDoubles(maximumCount: 7) } == "\(shape) 7 elements")
    let chunks = "they are scattered over 4398046511104 chunks"
    #expect(cause { try huge.readFloats(maximumCount: .max) } == chunks)
  }

  @Test func `chunks that are too many or too large are refused`() throws {
    let scattered = try root.dataset("scattered")
    #expect(cause { try scattered.readFloats() } == "they are scattered over 67108864 chunks")
    let large = try root.dataset("large chunk")
    let expected = "a chunk of shape [536870912] has more than 268435456 elements"
    #expect(cause { try large.readFloats() } == expected)
  }

  @Test func `odd formats of floats are refused`() throws {
    let odd = try root.dataset("odd float")
    #expect(odd.elementType == .other)
    #expect(cause { try odd.readFloats() } == "they are not numbers of a known format")
  }
}
