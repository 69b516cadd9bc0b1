import Files

/// Writes a file whole or not at all, as `writeFile` does.
///
/// - Parameters:
///   - path: The file.
///   - bytes: Its contents.
///   - replacing: Whether a regular file of that name is replaced.
/// - Throws: ``ImageError`` with the code ``ImageError/Code/unwritable`` and the cause.
package func replaceFile(
  at path: String, with bytes: [UInt8], replacing: Bool = true
) throws(ImageError) {
  do {
    try writeFile(at: path, bytes, replacing: replacing)
  } catch {
    throw ImageError(.unwritable, path: path, cause: "cannot be written: \(error.cause)")
  }
}
