import Files
import Imaging

/// Where one drawing is written, and which existing file is allowed there.
package struct DrawingDestination: Sendable {
  package let path: String

  /// The path of the picture.
  let picture: String

  /// Whether an existing file is replaced.
  var isReplacing: Bool

  /// Whether the file may already exist with the same bytes, from a run that was cut off.
  var mayBeThere = false

  /// The drawing's place in its folder, and the folder's ledger.
  var place: String?
  var ledger: DrawingLedger?

  /// Writes a drawing, whole or not at all.
  ///
  /// May be called on any thread.
  ///
  /// - Throws: `ImageError` or ``FileError`` if an existing file is in the way, ``JournalError`` if the
  ///   drawing cannot be recorded first.
  package func write(_ bytes: [UInt8]) throws {
    if mayBeThere, !isReplacing {
      guard try SHA256Digest.ofFile(path) == SHA256Digest.of(bytes: bytes) else {
        throw FileError(
          path: path,
          cause: "exists, and was not written by the resumed run; move it away, or "
            + "start over with --force")
      }
    }
    if let place { try ledger?.announce(place, of: picture, bytes) }
    if !mayBeThere || isReplacing {
      try checkNewness()
      try replaceFile(at: path, with: bytes, replacing: isReplacing)
    }
    if let place { ledger?.add(place) }
  }

  /// Refuses a path at which this run has put another drawing: some file systems equate letters of either
  /// case, or two encodings of é.
  func checkNewness() throws(FileError) {
    guard let ledger, let file = FileIdentity(path), ledger.wasWrittenNow(file) else { return }
    throw FileError(
      path: picture,
      cause: "its drawing, \(path), would replace that of another picture; this file system "
        + "treats the two names as one")
  }
}
