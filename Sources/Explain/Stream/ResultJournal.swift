import FoundationEssentials
import Glibc

/// What has been done of a long run, a line of JSON for each picture, so that an interrupted run can go
/// on where it ended.
///
/// The first line says with which settings the run was begun; results of other settings are not mixed.
/// A line is written after everything that it speaks of is on disk, and a last line that an
/// interruption has cut off does not count.
public final class ResultJournal<Row: Codable> {
  public let path: String

  /// The rows that were there, by the picture's path.
  public private(set) var rows: [String: Row] = [:]

  private let descriptor: Int32
  private var pending: [UInt8] = []

  private struct Line: Codable {
    var image: String
    var result: Row
  }

  private struct Header: Codable {
    var settings: [String: String]
  }

  /// Begins a journal, or opens one to go on.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - settings: What results depend on.
  ///   - resuming: Whether to go on with a file that is there; without one, a new one is begun.
  ///   - overwriting: Whether to begin anew although there is a file.
  /// - Throws: ``JournalError`` if there is a file and it may be neither continued nor replaced, if it
  ///   is no journal or one of other settings, or if it cannot be written.
  public init(
    path: String, settings: [String: String], resuming: Bool, overwriting: Bool
  ) throws(JournalError) {
    self.path = path
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw JournalError(path, errno: errno) }
    let old = try Self.read(descriptor, path)
    let isNew = old.isEmpty || (overwriting && !resuming)
    guard isNew || resuming else {
      close(descriptor)
      throw JournalError(
        "\(path): is of an earlier run; --resume goes on with it, --force begins anew")
    }
    var kept = 0
    if !isNew { kept = try load(old, settings) }
    // What an interruption has cut off goes.
    guard ftruncate(descriptor, kept) == 0, lseek(descriptor, kept, SEEK_SET) == kept else {
      throw JournalError(path, errno: errno)
    }
    if kept == 0 {
      try encode(Header(settings: settings))
      try flush()
    }
  }

  deinit { close(descriptor) }

  /// Notes a picture; it is on disk after ``flush()``.
  public func append(_ image: String, _ row: Row) throws(JournalError) {
    rows[image] = row
    try encode(Line(image: image, result: row))
  }

  /// Forgets pictures, as if they had not been done; their lines are overruled by later ones.
  public func forget(_ images: some Sequence<String>) {
    for image in images { rows[image] = nil }
  }

  /// Writes what was noted to disk.
  public func flush() throws(JournalError) {
    while !pending.isEmpty {
      let count = unsafe pending.withUnsafeBytes {
        unsafe write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw JournalError(path, errno: count < 0 ? errno : EIO) }
      pending.removeFirst(count)
    }
    guard fsync(descriptor) == 0 else { throw JournalError(path, errno: errno) }
  }

  private func encode(_ line: some Encodable) throws(JournalError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      pending += try encoder.encode(line)
      pending.append(UInt8(ascii: "\n"))
    } catch {
      throw JournalError("\(path): a result cannot be written as JSON: \(error)")
    }
  }

  /// Reads the lines that are whole; returns how many bytes they have.
  private func load(
    _ bytes: [UInt8], _ settings: [String: String]
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
          let differing = names.filter { header.settings[$0] != settings[$0] }
          guard differing.isEmpty else {
            throw JournalError(
              "\(path): the run was begun with another \(differing.joined(separator: ", ")): "
                + (header.settings[differing[0]] ?? "none")
                + "; --force begins anew")
          }
        } else {
          let entry = try JSONDecoder().decode(Line.self, from: line)
          rows[entry.image] = entry.result
        }
      } catch let error as JournalError {
        throw error
      } catch {
        throw JournalError(
          "\(path): line \(number) is none of a run that could be gone on with; "
            + "--force begins anew")
      }
      start = end + 1
    }
    return start
  }

  /// The longest journal that is read, in bytes: some million pictures.
  private static var largestCount: Int { 1 << 30 }

  private static func read(_ descriptor: Int32, _ path: String) throws(JournalError) -> [UInt8] {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw JournalError(path, errno: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw JournalError("\(path): is not a regular file")
    }
    guard status.st_size <= largestCount else { throw JournalError("\(path): is too large") }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe block.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw JournalError(path, errno: errno) }
      guard count > 0 else { return bytes }
      bytes += block[..<count]
    }
  }
}

/// Why a run's journal cannot be used; names it in one line.
public struct JournalError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }

  init(_ path: String, errno code: Int32) {
    self.init("\(path): cannot be written: \(unsafe String(cString: strerror(code)))")
  }
}
