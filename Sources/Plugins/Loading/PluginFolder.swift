import Files
import Glibc

/// The plugins in a folder.
package enum PluginFolder {
  /// The paths of the shared libraries in a folder, sorted.
  ///
  /// - Throws: `FileError` if the folder cannot be read, ``PluginError`` if there are none.
  package static func files(in folder: String) throws -> [String] {
    guard let handle = unsafe opendir(folder.systemPath) else {
      throw FileError(path: folder, errno: errno)
    }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name.hasSuffix(".so") { names.append(name) }
    }
    guard !names.isEmpty else { throw PluginError(path: folder, cause: "holds no shared library") }
    return names.sorted().map { FileName.join(folder, $0) }
  }
}
