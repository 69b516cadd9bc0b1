/// A failure to read or write an HDF5 file, or the refusal to.
package struct HDF5Error: Error, Hashable, Sendable {
  /// The kind of failure, as far as it affects what can be done about it.
  package enum Kind: Hashable, Sendable {
    /// Bytes in the file have changed: a checksum does not match, or data do not unpack.
    case damaged

    /// The file is shorter than its structure says.
    case truncated

    /// The file is something else.
    case notHDF5

    /// Another program, or another part of this one, has the file open in a way that excludes us.
    case inUse

    /// The file is being written without a lock, or its writer ended before it had finished.
    case unfinished

    /// The file system has no locks, or refuses them; the file is not at fault.
    case lock

    /// The file uses a feature that this program or its library does not read; nothing is damaged.
    case unsupported

    /// A version number in the file is unknown to the library: the file is newer, or a byte
    /// has changed.
    case newer

    /// The operating system refuses, for lack of permission or space for example.
    case system

    case other
  }

  /// What was attempted, to follow "cannot", such as `read the elements`.
  package let operation: String

  /// The path of the file.
  package let path: String

  /// The path of the group or dataset inside the file, followed by `@` and a name for an attribute.
  package let object: String?

  /// Why it failed: for common causes in plain words, otherwise the HDF5 library's innermost message.
  package let cause: String

  package let kind: Kind
}

extension HDF5Error: CustomStringConvertible {
  package var description: String {
    "\(path): \(object.map { "\($0): " } ?? "")cannot \(operation): \(cause)"
  }
}

extension HDF5Error {
  /// Condenses the library's error stack into one line.
  ///
  /// - Parameter messages: The stack, innermost first. The innermost message is the one nearest to
  ///   the cause, unless one of the known messages is further out.
  /// - Returns: The kind and the cause, in plain words if it is a known one.
  static func cause(of messages: [String]) -> (kind: Kind, words: String) {
    for message in messages {
      for (fragment, kind, words) in knownCauses where message.contains(fragment) {
        return (kind, words)
      }
      if message.contains("unable to lock file") || message.contains("file locking disabled") {
        return (.lock, lockAdvice)
      }
      if isOfVersion(message) {
        return (
          .newer,
          "a part of it is of a version that HDF5 \(libraryVersion) does not know (\(message)): unless bytes "
            + "have changed, nothing is damaged; read it with a newer HDF5, whose `h5repack OLD NEW` stores "
            + "it in the oldest form"
        )
      }
    }
    guard let innermost = messages.first else {
      return (.other, "the HDF5 library gives no reason")
    }
    return systemMessage(in: innermost).map { (.system, $0) } ?? (.other, innermost)
  }

  private static let lockAdvice =
    "the file system has no locks, as some network drives; set HDF5_USE_FILE_LOCKING=FALSE in the "
    + "environment if no other program writes the file"

  /// Whether the library has met an unknown version number: it says "bad version
  /// number for …", "bad object header version number", "unknown … version" and the like.
  private static func isOfVersion(_ message: String) -> Bool {
    message.contains("version")
      && ["bad ", "wrong ", "unknown ", "unsupported ", "incorrect ", "can't handle "].contains {
        message.contains($0)
      }
  }

  /// Fragments of messages of HDF5 1.10 to 1.14 that users meet, and what they mean.
  private static let knownCauses: [(String, Kind, String)] = [
    ("unable to lock file, errno = 11,", .inUse, "the file is open in another program"),
    (
      "h5clear", .unfinished,
      "the file is being written, or the program that wrote it did not finish"
    ),
    ("file signature not found", .notHDF5, "it is not an HDF5 file"),
    ("truncated file", .truncated, "the file is cut short"),
    (
      "detected by Fletcher32", .damaged,
      "the data are damaged: their Fletcher-32 checksum does not match"
    ),
    ("inflate() failed", .damaged, "the data are damaged: they do not unpack"),
    (
      "incorrect metadata checksum", .damaged,
      "the structure is damaged: a checksum does not match"
    ),
    ("no write intent", .other, "the file was opened for reading"),
  ]

  /// The text between quotes in "..., errno = 17, error message = 'File exists', ...".
  private static func systemMessage(in message: String) -> String? {
    let marker = "error message = '"
    guard let start = message.utf8Range(of: marker)?.upperBound else { return nil }
    let text = message[start...].prefix { $0 != "'" }
    return text.isEmpty ? nil : text.lowercased()
  }
}

extension String {
  /// Where a text first occurs, byte by byte.
  fileprivate func utf8Range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
