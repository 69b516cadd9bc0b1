import Glibc
import HDF5
import Testing

/// Files that somebody else has made, empty or not.
@Suite struct FillingTests {
  let scratch = Scratch()

  @Test func `a file without a name can be written and read, with all that is in it`() throws {
    let descriptor = open(scratch.path, 0o20_000_000 | O_DIRECTORY | O_RDWR, 0o600)
    // Not every file system has such files.
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let path = "/proc/self/fd/\(descriptor)"
    let file = try File(filling: path)
    try file.root.attributes.set("kept", for: "text")
    try file.root.createDataset("values", shape: [3], elements: [1, 2, 3] as [Float])
    #expect(try file.root.attributes.string("text") == "kept")
    try file.close()
    let read = try File(reading: path)
    #expect(try read.root.attributes.string("text") == "kept")
    #expect(try read.root.dataset("values").readFloats() == [1, 2, 3])
    // The bytes are those of a file that has a name.
    let named = try File(creating: scratch.file("named.h5"))
    try named.root.attributes.set("kept", for: "text")
    try named.root.createDataset("values", shape: [3], elements: [1, 2, 3] as [Float])
    #expect(try named.root.attributes.string("text") == "kept")
    try named.close()
    #expect(readBytes(path) == readBytes(scratch.file("named.h5")))
    #expect(readBytes(path).count > 500)
  }

  @Test func `a file that is filled loses what it had`() throws {
    let path = scratch.file("a.h5")
    let old = try File(creating: path)
    try old.root.attributes.set(1, for: "old")
    try old.close()
    try File(filling: path).close()
    #expect(try File(reading: path).root.attributes.names == [])
    #expect(cause { try File(filling: scratch.path + "/none/a.h5") } != nil)
  }
}
