package import Files
import FoundationEssentials

/// The results so far of a long run, a line of JSON for each picture, so that an interrupted run can be
/// resumed where it ended.
///
/// The first line has the settings of the run; results of other settings are not mixed.
/// A picture's line is written after everything that it refers to is on disk, and a last line that an
/// interruption has cut off does not count. Lines of another kind record each drawing before it is
/// written; see ``DrawingLedger``.
package final class ResultJournal<Row: Codable> {
  /// The rows of earlier runs, by the picture's path.
  package private(set) var rows: [ExactName: Row] = [:]

  /// The drawings of this and earlier runs.
  package let drawings: DrawingLedger

  private let file: JournalFile
  private var pending: [UInt8] = []

  package var path: String { file.path }

  private struct Header: Codable {
    var settings: [String: String]
  }

  /// Begins a journal, or opens one to continue.
  ///
  /// - Parameters:
  ///   - path: The file; drawings are in its folder.
  ///   - settings: The settings that results depend on.
  ///   - resuming: Whether to continue an existing file; without one, a new one is begun.
  ///   - overwriting: Whether to start over although there is a file.
  /// - Throws: ``JournalError`` if there is a file and it may be neither continued nor replaced, if it
  ///   is not a journal or has other settings, or if it cannot be written.
  package init(
    path: String, settings: [String: String], resuming: Bool, overwriting: Bool
  ) throws(JournalError) {
    let begins = overwriting && !resuming
    // The drawings of an earlier run stay known even if nothing else of it counts.
    var known = begins ? Self.drawings(notedIn: path) : [:]
    let earlier = known.sorted { $0.key < $1.key }
    let file = try JournalFile(path: path, overwriting: begins)
    let old = try file.read()
    guard old.isEmpty || resuming else {
      throw JournalError(
        "\(path): is of an earlier run; --resume continues it, --force starts over")
    }
    let header = try Self.encode(Header(settings: settings), path)
    var rows: [ExactName: Row] = [:]
    var kept = 0
    if !old.isEmpty {
      kept = try Self.load(old, path, settings, header, &rows, &known)
    }
    // A line cut off by an interruption is removed.
    try file.truncate(to: kept)
    if kept == 0 {
      var lines = header
      for (place, entry) in earlier {
        lines += try Self.encode(
          JournalLine<Row>(
            drawing: place.text, picture: entry.picture, sha256: entry.sha256), path)
      }
      try file.write(lines)
      try file.synchronize()
    }
    self.file = file
    self.rows = rows
    drawings = DrawingLedger(folder: FileName.parent(of: path), entries: known, journal: file)
  }

  /// Records a picture; it is on disk after ``flush()``.
  package func append(_ image: String, _ row: Row) throws(JournalError) {
    rows[image] = row
    pending += try Self.encode(JournalLine(image: image, result: row), path)
  }

  /// Forgets pictures, as if they had not been done; their lines are overruled by later ones.
  package func forget(_ images: some Sequence<String>) {
    for image in images { rows[image] = nil }
  }

  /// Writes what was recorded to disk.
  package func flush() throws(JournalError) {
    try file.write(pending)
    pending = []
    try file.synchronize()
  }

  private static func encode(
    _ line: some Encodable, _ path: String
  ) throws(JournalError) -> [UInt8] {
    do {
      return try JournalLine<Row>.bytes(line)
    } catch {
      throw JournalError("\(path): a result cannot be written as JSON: \(error)")
    }
  }

  /// Reads the lines that are whole; returns how many bytes they have.
  private static func load(
    _ bytes: [UInt8], _ path: String, _ settings: [String: String], _ expected: [UInt8],
    _ rows: inout [ExactName: Row], _ drawings: inout [ExactName: DrawingLedger.Entry]
  ) throws(JournalError) -> Int {
    var start = 0
    var number = 0
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      number += 1
      let line = Data(bytes[start..<end])
      do {
        if number == 1 {
          let header = try JSONDecoder().decode(Header.self, from: line)
          let names = Set(header.settings.keys).union(settings.keys).sorted()
          let differing = names.filter {
            header.settings[$0].map { ExactName($0) } != settings[$0].map { ExactName($0) }
          }
          guard differing.isEmpty else {
            throw JournalError(
              "\(path): the run was started with another \(differing.joined(separator: ", ")): "
                + (header.settings[differing[0]] ?? "none")
                + "; --force starts over")
          }
        } else {
          let line = try JSONDecoder().decode(JournalLine<Row>.self, from: line)
          if let image = line.image, let result = line.result {
            rows[image] = result
          } else if let (place, entry) = line.entry {
            drawings[place] = entry
          } else {
            throw other(number, path)
          }
        }
      } catch let error as JournalError {
        throw error
      } catch {
        throw other(number, path)
      }
      start = end + 1
    }
    // Half of a first line is a journal that was just begun, or a whole file of another kind.
    guard start > 0 || expected.starts(with: bytes) else { throw other(1, path) }
    return start
  }

  private static func other(_ number: Int, _ path: String) -> JournalError {
    JournalError(
      "\(path): line \(number) is not one of a run that can be resumed; --force starts over")
  }

  /// The drawings recorded in a file and still existing, whatever else is in it; none if no journal.
  private static func drawings(notedIn path: String) -> [ExactName: DrawingLedger.Entry] {
    guard FileIdentity(path) != nil,
      let bytes = try? JournalFile(path: path, overwriting: false).read()
    else { return [:] }
    let folder = FileName.parent(of: path)
    var drawings: [ExactName: DrawingLedger.Entry] = [:]
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let line = try? JSONDecoder().decode(JournalLine<Bool>.self, from: Data(line))
      if let (place, entry) = line?.entry, FileIdentity(FileName.join(folder, place)) != nil {
        drawings[place] = entry
      }
    }
    return drawings
  }
}
