package import Files
import FoundationEssentials
import Net
import Synchronization

/// The drawings that densecam has put into a folder, so that it replaces and leaves out its own and no
/// others.
///
/// A drawing is recorded before it is written, with the SHA-256 of its bytes: whenever the process ends, a
/// file with other bytes than those is not its work. May be used from any thread.
package final class DrawingLedger: Sendable {
  /// One drawing.
  package struct Entry: Hashable, Sendable {
    /// The path of its picture.
    package let picture: String

    /// Of its bytes, in lower-case hexadecimal.
    package let sha256: String

    package init(picture: String, sha256: String) {
      self.picture = picture
      self.sha256 = sha256
    }
  }

  private struct State {
    var entries: [ExactName: Entry] = [:]

    /// The places of the files of earlier runs.
    var files: [FileIdentity: String] = [:]
    var filesOfThisRun: Set<FileIdentity> = []
  }

  /// The folder of the drawings.
  package let folder: String
  private let journal: JournalFile?
  private let state: Mutex<State>

  /// - Parameters:
  ///   - folder: Where the drawings are.
  ///   - entries: Those of earlier runs, by their places below the folder.
  ///   - journal: Where to record new ones.
  init(folder: String, entries: [ExactName: Entry] = [:], journal: JournalFile? = nil) {
    self.folder = folder
    self.journal = journal
    var files: [FileIdentity: String] = [:]
    for place in entries.keys {
      if let file = FileIdentity(FileName.join(folder, place.text)) { files[file] = place.text }
    }
    state = Mutex(State(entries: entries, files: files))
  }

  /// A ledger that is not kept on disk.
  package convenience init(folder: String) { self.init(folder: folder, entries: [:], journal: nil) }

  /// The places of drawings by their pictures' paths.
  package var places: [ExactName: String] {
    state.withLock { state in
      Dictionary(
        state.entries.map { (ExactName($0.value.picture), $0.key.text) },
        uniquingKeysWith: { min(ExactName($0), ExactName($1)).text })
    }
  }

  /// Whether a file is a drawing of this or an earlier run, whatever name leads to it.
  ///
  /// A file that has since replaced a drawing is not one.
  package func holds(_ file: FileIdentity) -> Bool {
    if wasWrittenNow(file) { return true }
    return state.withLock { $0.files[file] }.map(isUnchanged) ?? false
  }

  /// Whether a file is a drawing that this run has written.
  package func wasWrittenNow(_ file: FileIdentity) -> Bool {
    state.withLock { $0.filesOfThisRun.contains(file) }
  }

  /// Whether the file at a place has the bytes that were recorded for it.
  package func isUnchanged(_ place: String) -> Bool {
    guard let entry = state.withLock({ $0.entries[place] }) else { return false }
    return (try? SHA256Digest.ofFile(FileName.join(folder, place))) == entry.sha256
  }

  /// Records a drawing that is about to be written.
  ///
  /// - Throws: ``JournalError`` if that cannot be recorded; the drawing must not be written then.
  package func announce(_ place: String, of picture: String, _ bytes: [UInt8]) throws {
    let entry = Entry(picture: picture, sha256: SHA256Digest.of(bytes: bytes))
    guard state.withLock({ $0.entries.updateValue(entry, forKey: ExactName(place)) }) != entry
    else { return }
    try journal?.write(
      JournalLine<Bool>(drawing: place, picture: picture, sha256: entry.sha256).bytes())
  }

  /// Records that a drawing has been written.
  package func add(_ place: String) {
    guard let file = FileIdentity(FileName.join(folder, place)) else { return }
    state.withLock { _ = $0.filesOfThisRun.insert(file) }
  }
}

/// A line of a journal: a picture's result, or a drawing that is about to be written.
struct JournalLine<Row: Codable>: Codable {
  var image: String?
  var result: Row?
  var drawing: String?
  var picture: String?
  var sha256: String?

  /// The drawing that the line records, if any.
  var entry: (place: String, DrawingLedger.Entry)? {
    guard let drawing, let picture, let sha256 else { return nil }
    return (drawing, DrawingLedger.Entry(picture: picture, sha256: sha256))
  }

  func bytes() throws -> [UInt8] { try Self.bytes(self) }

  static func bytes(_ line: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(line)) + [UInt8(ascii: "\n")]
  }
}
