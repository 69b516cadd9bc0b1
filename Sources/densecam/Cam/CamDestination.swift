import Explain
import Files
import Imaging
import Net

/// Where one drawing is written, and what may be there already.
struct CamDestination: Sendable {
  let path: String

  /// The path of the picture.
  let picture: String

  /// Whether a file that is there is replaced.
  var isReplacing: Bool

  /// Whether the file may be there already with just these bytes, by a run that was cut off.
  var mayBeThere = false

  /// The drawing's place in its folder, and what is known of the drawings there.
  var place: String?
  var ledger: DrawingLedger?

  /// Writes a drawing, whole or not at all.
  ///
  /// - Throws: `ImageError` or ``UsageError`` if what is there is in the way, `JournalError` if the
  ///   drawing cannot be noted first.
  func write(_ bytes: [UInt8]) throws {
    if mayBeThere, !isReplacing {
      guard try SHA256Digest.ofFile(path) == SHA256Digest.of(bytes: bytes) else {
        throw UsageError(
          "\(path): exists, and the run that is resumed has not written it; move it away, or "
            + "begin anew with --force")
      }
    }
    if let place { try ledger?.announce(place, of: picture, bytes) }
    if !mayBeThere || isReplacing {
      try checkNewness()
      try replaceFile(at: path, with: bytes, replacing: isReplacing)
    }
    if let place { ledger?.add(place) }
  }

  /// Refuses a path at which this run has put another drawing: some file systems take letters of either
  /// case, or two ways to write é, for one.
  func checkNewness() throws {
    guard let ledger, let file = FileIdentity(path), ledger.wasWrittenNow(file) else { return }
    throw UsageError(
      "\(picture): its drawing, \(path), would replace that of another picture; this file system "
        + "takes the two names for one")
  }
}
