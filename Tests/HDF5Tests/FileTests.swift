import Glibc
import HDF5
import Testing

@Suite struct FileTests {
  let scratch = Scratch()

  @Test func `creating never replaces a file`() throws {
    let path = scratch.file("a.h5")
    #expect(writeBytes([1, 2, 3], to: path))
    let error = #expect(throws: HDF5Error.self) { try File(creating: path) }
    #expect(error?.description == "\(path): cannot create the file: file exists")
    #expect(readBytes(path) == [1, 2, 3])
  }

  @Test func `paths that lead to no file are refused`() throws {
    let none = scratch.file("none/a.h5")
    let noFile = "no such file or directory"
    let badPath = "the path is empty or contains a zero byte"
    #expect(cause { try File(reading: none) } == noFile)
    #expect(cause { try File(creating: none) } == noFile)
    #expect(cause { try File(reading: scratch.path) } == "it is not a regular file")
    #expect(cause { try File(reading: "/dev/zero") } == "it is not a regular file")
    #expect(cause { try File(reading: "") } == badPath)
    #expect(cause { try File(creating: "a\0b") } == badPath)
    #expect(writeBytes("no HDF5 at all".utf8, to: scratch.file("text")))
    #expect(cause { try File(reading: scratch.file("text")) } == "it is not an HDF5 file")
  }

  @Test func `closing twice does no harm and makes members unusable`() throws {
    let file = try File(creating: scratch.file("a.h5"))
    let group = try file.root.createGroup("g")
    let data = try group.createDataset("x", shape: [1], elements: [1] as [Float])
    try file.close()
    try file.close()
    let closed = "the file has been closed"
    #expect(cause { try group.groupNames } == closed)
    #expect(cause { try group.createGroup("h") } == closed)
    #expect(cause { try group.attributes.set("a", for: "b") } == closed)
    #expect(cause { try group.attributes.string("b") } == closed)
    #expect(cause { try data.readFloats() } == closed)
    #expect(cause { try file.root.group("g") } == closed)
  }

  @Test func `a file lives as long as something in it`() throws {
    let path = scratch.file("a.h5")
    do {
      let group = try File(creating: path).root.createGroup("g")
      try group.createDataset("x", shape: [2], elements: [1, 2] as [Float])
    }
    let data = try File(reading: path).root.group("g").dataset("x")
    #expect(try data.readFloats() == [1, 2])
  }

  @Test func `a file that is closed is free, whoever has a copy of its descriptor`() throws {
    let path = scratch.file("a.h5")
    let file = try File(creating: path)
    let name = try #require(descriptor(of: path))
    #expect(fcntl(name, F_GETFD) & FD_CLOEXEC != 0)
    let copy = dup(name)
    try file.close()
    #expect(try File(reading: path).root.groupNames.isEmpty)
    close(copy)
  }

  /// The descriptor by which this process has a file open.
  func descriptor(of path: String) -> Int32? {
    var wanted = stat()
    guard stat(path, &wanted) == 0 else { return nil }
    return (Int32(3)..<1024).first { descriptor in
      var status = stat()
      return fstat(descriptor, &status) == 0 && status.st_ino == wanted.st_ino
        && status.st_dev == wanted.st_dev
    }
  }

  @Test func `closing one of two files at the same path leaves the other open`() throws {
    let first = try File(reading: fixture("modern.h5"))
    let second = try File(reading: fixture("modern.h5"))
    let group = try second.root.group("cases")
    try first.close()
    #expect(try group.groupNames == ["ä b"])
    #expect(try second.root.attributes.string("text") == "Grüße, 世界")
  }

  @Test func `a file that is open for reading cannot be changed`() throws {
    let path = scratch.file("a.h5")
    try File(creating: path).close()
    let before = readBytes(path)
    let root = try File(reading: path).root
    let expected = "the file was opened for reading"
    #expect(cause { try root.createGroup("g") } == expected)
    #expect(cause { try root.createDataset("x", shape: [], elements: [1] as [Float]) } == expected)
    #expect(cause { try root.attributes.set("a", for: "b") } == expected)
    #expect(readBytes(path) == before)
  }

  /// The lock that HDF5 takes belongs to the open file, so that one taken here acts as another
  /// program's would.
  @Test func `a file in use by another program is refused`() throws {
    let path = scratch.file("a.h5")
    try File(creating: path).close()
    let descriptor = open(path, O_RDWR)
    defer { close(descriptor) }
    #expect(flock(descriptor, LOCK_EX) == 0)
    let error = #expect(throws: HDF5Error.self) { try File(reading: path) }
    #expect(
      error?.description == "\(path): cannot open the file: the file is open in another program")
    #expect(flock(descriptor, LOCK_UN) == 0)
    #expect(cause { try File(reading: path) } == nil)
  }

  @Test func `a file whose writer did not finish is refused`() throws {
    let path = scratch.file("a.h5")
    let copy = scratch.file("copy.h5")
    let file = try File(creating: path)
    try file.root.attributes.set("a", for: "b")
    // Reading the text has the file written up to here.
    #expect(try file.root.attributes.string("b") == "a")
    #expect(cause { try File(reading: path) } == "the file is being written in this program")
    // What a program leaves behind that is killed now.
    #expect(writeBytes(readBytes(path), to: copy))
    #expect(
      cause { try File(reading: copy) }
        == "the file is being written, or the program that wrote it did not finish")
    try file.close()
    #expect(cause { try File(reading: path) } == nil)
    #expect(writeBytes(readBytes(path), to: copy))
    #expect(cause { try File(reading: copy) } == nil)
  }

  @Test func `read-only files can be read`() throws {
    let path = scratch.file("a.h5")
    try File(creating: path).close()
    #expect(chmod(path, 0o444) == 0)
    #expect(try File(reading: path).root.groupNames == [])
  }

  @Test func `the library prints nothing of its own`() async throws {
    // In a process of its own, which nobody else prints in.
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardErrorContent]
    ) {
      await withTaskGroup(of: Void.self) { group in
        for index in 0..<8 {
          group.addTask {
            _ = try? File(reading: fixture("make_fixtures.py"))
            _ = try? File(creating: "/nonexistent/\(index)")
            _ = try? File(reading: fixture("hostile.h5")).root.createGroup("g")
          }
        }
      }
    }
    let text = String(decoding: result.standardErrorContent, as: UTF8.self)
    #expect(!text.contains("HDF5-DIAG"))
  }

  @Test func `tasks take turns`() async throws {
    let folder = scratch.path
    let sums = await withTaskGroup(of: Double?.self, returning: [Double?].self) { group in
      for task in 0..<6 {
        group.addTask {
          try? Self.writeAndRead("\(folder)/\(task).h5", task: task)
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    // Each task sums 20 datasets of 1000 elements that equal its number.
    #expect(Set(sums) == Set((0..<6).map { Double($0) * 20_000 }))
  }

  private static func writeAndRead(_ path: String, task: Int) throws -> Double {
    let file = try File(creating: path)
    for index in 0..<20 {
      let elements = [Float](repeating: Float(task), count: 1000)
      try file.root.createDataset(
        "\(index)", shape: [10, 100], elements: elements, compressed: true)
      _ = try? file.root.group("none")
    }
    try file.close()
    let root = try File(reading: path).root
    return try root.datasetNames.reduce(0) {
      try $0 + root.dataset($1).readDoubles().reduce(0, +)
    }
  }

  @Test func `the version of the library is known`() {
    #expect(libraryVersion.split(separator: ".").count == 3)
    #expect(libraryVersion.hasPrefix("1.") || libraryVersion.hasPrefix("2."))
  }
}
