import Glibc
import HDF5

/// A folder of one test, removed with all in it at the end.
final class Scratch {
  let path: String

  init() {
    var template = Array("/tmp/HDF5Tests.XXXXXX".utf8CString)
    path = mkdtemp(&template).map { String(cString: $0) } ?? "/nonexistent"
  }

  deinit {
    for name in names { unlink(file(name)) }
    rmdir(path)
  }

  /// The path of a file in the folder.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  private var names: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        })
    }
    return names
  }
}

/// The path of a committed file; see `Fixtures/make_fixtures.py`.
func fixture(_ name: String, testFile: String = #filePath) -> String {
  let folder = testFile.lastIndex(of: "/").map { testFile[..<$0] } ?? "."
  return "\(folder)/Fixtures/\(name)"
}

/// All bytes of a file; none if it cannot be read.
func readBytes(_ path: String) -> [UInt8] {
  let descriptor = open(path, O_RDONLY)
  defer { close(descriptor) }
  let count = max(0, Int(lseek(descriptor, 0, SEEK_END)))
  var bytes = [UInt8](repeating: 0, count: count)
  return pread(descriptor, &bytes, count, 0) == count ? bytes : []
}

/// Writes a file.
///
/// - Returns: Whether all of it was written.
func writeBytes(_ bytes: some Collection<UInt8>, to path: String) -> Bool {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
  defer { close(descriptor) }
  return write(descriptor, Array(bytes), bytes.count) == bytes.count
}

/// The cause of the ``HDF5Error`` that an action throws, or nil if it throws none.
func cause<Result>(of action: () throws -> Result) -> String? {
  do {
    _ = try action()
    return nil
  } catch {
    return (error as? HDF5Error)?.cause ?? "not an HDF5Error: \(error)"
  }
}

/// Waits until the second of the clock has changed.
func sleepBriefly() { usleep(1_050_000) }
