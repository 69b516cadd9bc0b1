import Glibc
import Net

/// The name of one picture among many.
public struct PictureName: Hashable, Sendable {
  /// Where it is read from.
  public let path: String

  /// Its place below the folder that was asked for, folders included; its last component otherwise.
  public let relativePath: String

  public init(path: String, relativePath: String? = nil) {
    self.path = path
    self.relativePath =
      relativePath ?? path.split(separator: "/").last.map(String.init) ?? path
  }
}

/// The pictures that a command line asks for: files, folders, patterns, and `-` for names on
/// standard input.
///
/// Folders are searched as a whole for `.png`, `.jpg` and `.jpeg` in any case, sorted by the bytes of
/// their names, without hidden files and without following links to folders. A pattern (`*`, `?`,
/// `[…]`) counts as one if there is no file of that very name. Standard input has a name a line, or names
/// that end in a zero byte, and is read as the names are asked for.
public struct PictureNames: Sequence, IteratorProtocol {
  private var names: [PictureName]
  private var place = 0
  private var input: NameReader?

  /// How many there are; nil if some come from standard input.
  public var count: Int? { input == nil ? names.count : nil }

  /// Whether more than one picture may come.
  public var isPlural: Bool { count != 1 }

  /// Looks up what was asked for.
  ///
  /// - Parameters:
  ///   - arguments: Paths, patterns and `-`, which may come once.
  ///   - standardInput: The descriptor that `-` stands for.
  /// - Throws: ``PictureListError`` if a folder or pattern holds no picture or cannot be read.
  public init(_ arguments: [String], standardInput: Int32 = 0) throws(PictureListError) {
    names = []
    for argument in arguments {
      if argument == "-" {
        guard input == nil else {
          throw PictureListError("- stands for standard input and comes once")
        }
        input = NameReader(descriptor: standardInput)
        continue
      }
      var status = stat()
      let exists = unsafe stat(argument, &status) == 0
      if exists, status.st_mode & S_IFMT == S_IFDIR {
        let found = try Self.pictures(in: argument)
        guard !found.isEmpty else {
          throw PictureListError("\(argument): the folder holds no .png, .jpg or .jpeg file")
        }
        names += found
      } else if !exists, argument.contains(where: { "*?[".contains($0) }) {
        let found = try Self.matches(of: argument)
        guard !found.isEmpty else { throw PictureListError("\(argument): nothing matches") }
        names += found.map { PictureName(path: $0) }
      } else {
        // What does not exist is reported with the others when its turn comes.
        names.append(PictureName(path: argument))
      }
    }
  }

  /// The next name: first what was named, then what standard input names.
  public mutating func next() -> PictureName? {
    if place < names.count {
      place += 1
      return names[place - 1]
    }
    return input?.next().map { PictureName(path: $0) }
  }

  private static func isPicture(_ name: String) -> Bool {
    guard let dot = name.lastIndex(of: ".") else { return false }
    return ["png", "jpg", "jpeg"].contains(name[name.index(after: dot)...].lowercased())
  }

  /// The pictures of a folder and of the folders in it.
  private static func pictures(in folder: String) throws(PictureListError) -> [PictureName] {
    var found: [PictureName] = []
    // Folders that wait to be read, relative to the first, the next one last.
    var waiting = [""]
    while let relative = waiting.popLast() {
      let path = join(folder, relative)
      guard let directory = unsafe opendir(path) else {
        throw PictureListError(
          "\(path): cannot read the folder: \(unsafe String(cString: strerror(errno)))")
      }
      defer { unsafe closedir(directory) }
      var folders: [String] = []
      while let entry = unsafe readdir(directory) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
          unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
        }
        guard !name.hasPrefix(".") else { continue }
        let place = join(relative, name)
        var status = stat()
        guard unsafe lstat(join(folder, place), &status) == 0 else { continue }
        if status.st_mode & S_IFMT == S_IFDIR {
          folders.append(place)
        } else if isPicture(name) {
          found.append(PictureName(path: join(folder, place), relativePath: place))
        }
      }
      waiting += folders
    }
    return found.sorted { $0.relativePath.utf8.lexicographicallyPrecedes($1.relativePath.utf8) }
  }

  private static func join(_ folder: String, _ name: String) -> String {
    folder.isEmpty
      ? name : name.isEmpty ? folder : "\(folder)\(folder.hasSuffix("/") ? "" : "/")\(name)"
  }

  /// What a pattern stands for, as the shell would have it, sorted.
  private static func matches(of pattern: String) throws(PictureListError) -> [String] {
    var result = unsafe glob_t()
    defer { unsafe globfree(&result) }
    let status = unsafe glob(pattern, 0, nil, &result)
    guard status == 0 || status == GLOB_NOMATCH else {
      throw PictureListError("\(pattern): the pattern cannot be matched")
    }
    return unsafe (0..<Int(result.gl_pathc)).compactMap { index in
      unsafe result.gl_pathv[index].map { unsafe String(cString: $0) }
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
        // A list of lines may be a text file of Windows; what `find -print0` gives is none.
        if separator != 0 { buffer = Array(buffer.withoutByteOrderMark) }
      }
    }
  }

  private func text(_ bytes: ArraySlice<UInt8>) -> String? {
    var bytes = bytes
    if separator != 0, bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }
}
