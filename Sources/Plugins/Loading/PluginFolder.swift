import Files

/// The plugins in a folder.
package enum PluginFolder {
  /// The paths of the shared libraries in a folder, sorted.
  ///
  /// - Throws: `FileError` if the folder cannot be read, ``PluginError`` if there are none.
  package static func files(in folder: String) throws -> [String] {
    let names = try FileName.names(in: folder).filter { $0.hasSuffix(".so") }
    guard !names.isEmpty else { throw PluginError(path: folder, cause: "holds no shared library") }
    return names.sorted().map { FileName.join(folder, $0) }
  }
}
