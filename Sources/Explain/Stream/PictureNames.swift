package import Files
import Glibc
import Net

/// The name of one picture among many, distinguished from others by its bytes.
package struct PictureName: Hashable, Sendable {
  /// Where it is read from.
  package let path: String

  /// Its place below the folder that was named, folders included; its last component otherwise.
  package let relativePath: String

  package init(path: String, relativePath: String? = nil) {
    self.path = path
    self.relativePath = relativePath ?? FileName.last(of: path)
  }

  package static func == (one: PictureName, other: PictureName) -> Bool {
    one.path.hasSameBytes(as: other.path)
      && one.relativePath.hasSameBytes(as: other.relativePath)
  }

  package func hash(into hasher: inout Hasher) { ExactName(path).hash(into: &hasher) }
}

/// The pictures that a command line names: files, folders, patterns, and `-` for names on
/// standard input.
///
/// Folders are searched as a whole for `.png`, `.jpg` and `.jpeg` in any case, sorted by the bytes of
/// their names, without hidden files and without following links to folders. A pattern (`*`, `?`,
/// `[…]`) counts as one if there is no file of that very name. Standard input has lines of names, or names
/// that end in a zero byte, and is read as the names are taken.
///
/// Names are texts as ``Files/FileName`` writes them.
package struct PictureNames: Sequence, IteratorProtocol {
  private var names: [PictureName]
  private var place = 0
  private var input: NameReader?

  /// How many there are; nil if some come from standard input.
  package var count: Int? { input == nil ? names.count : nil }

  /// Whether more than one picture may come.
  package var isPlural: Bool { count != 1 }

  /// The names that are known before any is taken: all but those on standard input.
  package var known: [PictureName] { names }

  /// The folders that were left out of a search because they are the omitted one.
  package private(set) var omittedFolders: [String] = []

  /// Looks up the arguments.
  ///
  /// - Parameters:
  ///   - arguments: Paths, patterns and `-`, which may be given once.
  ///   - omitted: A folder that is not searched, such as the one that drawings go to.
  ///   - standardInput: The descriptor that `-` means.
  /// - Throws: ``PictureListError`` if a folder or pattern holds no picture or cannot be read, or if a
  ///   folder is the omitted one.
  package init(
    _ arguments: [String], omitting omitted: FileIdentity? = nil, standardInput: Int32 = 0
  ) throws(PictureListError) {
    names = []
    for argument in arguments {
      if argument == "-" {
        guard input == nil else {
          throw PictureListError("- means standard input and may be given once")
        }
        input = NameReader(descriptor: standardInput)
        continue
      }
      var status = stat()
      let exists = unsafe stat(argument.systemPath, &status) == 0
      if exists, status.st_mode & S_IFMT == S_IFDIR {
        guard omitted == nil || FileIdentity(argument) != omitted else {
          throw PictureListError(
            "\(argument): the drawings would be among the pictures and be taken for pictures; "
              + "give them another folder")
        }
        let found = try pictures(in: argument, omitting: omitted)
        guard !found.isEmpty else {
          throw PictureListError("\(argument): the folder holds no .png, .jpg or .jpeg file")
        }
        names += found
      } else if !exists, argument.utf8.contains(where: { "*?[".utf8.contains($0) }) {
        let found = try Self.matches(of: argument)
        guard !found.isEmpty else { throw PictureListError("\(argument): nothing matches") }
        names += found.map { PictureName(path: $0) }
      } else {
        // A file that does not exist is reported in order with the others.
        names.append(PictureName(path: argument))
      }
    }
  }

  /// The next name: first what was named, then what standard input names.
  package mutating func next() -> PictureName? {
    if place < names.count {
      place += 1
      return names[place - 1]
    }
    return input?.next().map { PictureName(path: $0) }
  }

  /// Reads what is left of standard input, so that all names are known.
  package mutating func readAll() {
    while let path = input?.next() { names.append(PictureName(path: path)) }
    input = nil
  }

  private static func isPicture(_ name: String) -> Bool {
    ["png", "jpg", "jpeg"].contains(FileName.fileExtension(of: name))
  }

  /// The pictures of a folder and of the folders in it.
  private mutating func pictures(
    in folder: String, omitting omitted: FileIdentity?
  ) throws(PictureListError) -> [PictureName] {
    var found: [PictureName] = []
    // Folders still to be read, relative to the first, the next one last.
    var waiting = [""]
    while let relative = waiting.popLast() {
      let path = FileName.join(folder, relative)
      let entries: [String]
      do {
        entries = try FileName.names(in: path)
      } catch {
        throw PictureListError("\(path): cannot read the folder: \(error.cause)")
      }
      for name in entries where name.utf8.first != UInt8(ascii: ".") {
        let place = FileName.join(relative, name)
        let path = FileName.join(folder, place)
        var status = stat()
        guard unsafe lstat(path.systemPath, &status) == 0 else { continue }
        if status.st_mode & S_IFMT != S_IFDIR {
          if Self.isPicture(name) { found.append(PictureName(path: path, relativePath: place)) }
        } else if omitted != nil, FileIdentity(path) == omitted {
          omittedFolders.append(path)
        } else {
          waiting.append(place)
        }
      }
    }
    let sorted = found.map { (name: $0, bytes: FileName.bytes($0.relativePath)) }
      .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    return sorted.map(\.name)
  }

  /// The matches of a pattern, as in the shell, sorted.
  private static func matches(of pattern: String) throws(PictureListError) -> [String] {
    var result = unsafe glob_t()
    defer { unsafe globfree(&result) }
    let status = unsafe glob(pattern.systemPath, 0, nil, &result)
    guard status == 0 || status == GLOB_NOMATCH else {
      throw PictureListError("\(pattern): the pattern cannot be matched")
    }
    return unsafe (0..<Int(result.gl_pathc)).compactMap { index in
      unsafe result.gl_pathv[index].map { unsafe FileName.text(cString: $0) }
    }
  }
}

/// Reads names from a descriptor, one at a time.
struct NameReader {
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isAtEnd = false

  /// What ends a name: a zero byte if the first block has one, else a line feed.
  private var separator: UInt8?

  /// Names are cut off here: no file system has longer ones.
  private static let longestName = 1 << 16

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// The next name that is not empty; nil at the end.
  mutating func next() -> String? {
    while true {
      if let separator, let end = buffer.firstIndex(of: separator) {
        let name = buffer[..<end]
        buffer.removeSubrange(...end)
        if let text = text(name) { return text }
        continue
      }
      guard !isAtEnd, buffer.count < Self.longestName else {
        let rest = buffer[...]
        buffer = []
        return text(rest)
      }
      var block = [UInt8](repeating: 0, count: 4096)
      let count = unsafe block.withUnsafeMutableBytes {
        unsafe read(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        isAtEnd = true
        separator = separator ?? UInt8(ascii: "\n")
        continue
      }
      buffer += block[..<count]
      if separator == nil {
        separator = block[..<count].contains(0) ? 0 : UInt8(ascii: "\n")
        // A list of lines may be a text file of Windows; the output of `find -print0` is not.
        if separator != 0 { buffer = Array(buffer.withoutByteOrderMark) }
      }
    }
  }

  private func text(_ bytes: ArraySlice<UInt8>) -> String? {
    var bytes = bytes
    if separator != 0, bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    return bytes.isEmpty ? nil : FileName.text(Array(bytes))
  }
}
