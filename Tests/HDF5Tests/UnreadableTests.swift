import Glibc
import Testing

@testable import HDF5

/// Files that are whole, and that this library or machine cannot read.
@Suite struct UnreadableTests {
  let scratch = Scratch()

  /// What the error says that an action throws.
  func error<Result>(of action: () throws -> Result) -> HDF5Error? {
    do {
      _ = try action()
      return nil
    } catch {
      return error as? HDF5Error
    }
  }

  @Test func `a filter is named by the name that people know`() throws {
    let error = error { try File(reading: fixture("hostile.h5")).root.dataset("lzf") }
    #expect(error?.kind == .unsupported)
    #expect(error?.cause.contains("filter 32000 (LZF") == true)
    #expect(error?.cause.contains("h5repack -f SHUF -f GZIP=6") == true)
  }

  @Test(arguments: ["outside", "virtual"])
  func `elements in other files are no damage`(name: String) throws {
    let error = error { try File(reading: fixture("hostile.h5")).root.dataset(name) }
    #expect(error?.kind == .unsupported)
  }

  /// The version of the superblock follows the signature of eight bytes.
  @Test func `a file of a later version of the format is not damaged`() throws {
    var bytes = readBytes(fixture("modern.h5"))
    bytes[8] = 9
    let path = scratch.file("later.h5")
    #expect(writeBytes(bytes, to: path))
    let error = error { try File(reading: path) }
    #expect(error?.kind == .newer, "\(String(describing: error))")
    #expect(error?.cause.contains("HDF5 \(libraryVersion) does not know") == true)
  }

  /// Looks for layout messages: version 3, class 1 (in one piece), an address of 8 bytes and a size of 8
  /// (HDF5 File Format Specification 3.0, section IV.A.2.i).
  ///
  /// The oldest format has no checksum that would notice.
  @Test func `a layout of a later version is not damaged`() throws {
    var bytes = readBytes(fixture("classic.h5"))
    // Two float32, "big endian", have 8 bytes.
    let size: [UInt8] = [8, 0, 0, 0, 0, 0, 0, 0]
    let place = bytes.indices.dropLast(18).filter {
      bytes[$0] == 3 && bytes[$0 + 1] == 1 && Array(bytes[($0 + 10)..<($0 + 18)]) == size
    }
    try #require(!place.isEmpty)
    for index in place { bytes[index] = 5 }
    let path = scratch.file("later.h5")
    #expect(writeBytes(bytes, to: path))
    let error = error {
      try File(reading: path).root.group("cases").group("ä b").dataset("big endian")
    }
    #expect(error?.kind == .newer, "\(String(describing: error))")
  }

  /// As HDF5 1.10.8 and 1.14.3 write them (H5FDsec2.c, `H5FD_sec2_lock`).
  @Test(arguments: [
    "unable to lock file, errno = 37, error message = 'No locks available'",
    "unable to lock file, errno = 95, error message = 'Operation not supported'",
    "file locking disabled on this file system (use HDF5_USE_FILE_LOCKING environment variable to "
      + "override), errno = 38, error message = 'Function not implemented'",
  ])
  func `a file system without locks has its remedy named`(message: String) {
    let (kind, words) = HDF5Error.cause(of: [message, "unable to lock the file", "unable to open"])
    #expect(kind == .lock)
    #expect(words.contains("HDF5_USE_FILE_LOCKING=FALSE"))
  }

  @Test func `a lock that another program holds is no missing lock`() {
    let message =
      "unable to lock file, errno = 11, error message = 'Resource temporarily unavailable'"
    #expect(HDF5Error.cause(of: [message]).kind == .inUse)
  }
}
