import Net

/// The names of a network's classes.
struct Labels {
  /// Lines of a synset file, such as `n02123045 tabby, tabby cat`.
  let lines: [String]

  static let none = Labels(lines: [])

  private init(lines: [String]) { self.lines = lines }

  /// Reads one name a line.
  ///
  /// - Throws: `FileError`, or ``UsageError`` if the file is not UTF-8 or has another number of
  ///   lines than the network has classes.
  init(path: String?, classCount: Int) throws {
    guard let path else {
      lines = []
      return
    }
    let file = try MappedFile(path: path)
    let text = unsafe file.withBytes { unsafe String(validating: $0, as: UTF8.self) }
    guard let text else { throw UsageError("\(path): is not UTF-8 text") }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      String(line.hasSuffix("\r") ? line.dropLast() : line)
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count == classCount else {
      throw UsageError(
        "\(path): has \(lines.count) labels, but the network has \(classCount) classes")
    }
    self.lines = lines
  }

  /// What to print for a class: the label without its `nXXXXXXXX ` prefix, or the index.
  func name(_ index: Int) -> String {
    guard lines.indices.contains(index) else { return "class \(index)" }
    let line = lines[index]
    let words = line.split(separator: " ", maxSplits: 1)
    guard words.count == 2, Self.isSynsetIdentifier(words[0]) else { return line }
    return String(words[1])
  }

  private static func isSynsetIdentifier(_ word: Substring) -> Bool {
    word.count == 9 && word.first == "n" && word.dropFirst().allSatisfy(\.isNumber)
  }

  /// The class with an index, a synset identifier, or a name; a name may leave out the synonyms
  /// after its first comma.
  ///
  /// - Throws: ``UsageError`` if there is none, or several.
  func index(of text: String, classCount: Int) throws -> Int {
    if let index = Int(text) {
      guard (0..<classCount).contains(index) else {
        throw UsageError("--class \(index): the classes are 0 to \(classCount - 1)")
      }
      return index
    }
    let wanted = text.lowercased()
    let found = lines.indices.filter { index in
      let name = name(index).lowercased()
      return lines[index].lowercased().hasPrefix(wanted + " ") || name == wanted
        || name.split(separator: ",").contains { $0.trimmed == wanted }
    }
    guard let first = found.first else {
      throw UsageError(
        "--class \(text): there is no such class"
          + (lines.isEmpty ? "; give its index, or the names with --labels FILE" : ""))
    }
    guard found.count == 1 else {
      throw UsageError("--class \(text): classes \(found) all have that name; give an index")
    }
    return first
  }
}

extension Substring {
  /// Without spaces at either end.
  fileprivate var trimmed: Substring {
    drop { $0 == " " }.reversed().drop { $0 == " " }.reversed().reduce(into: "") { $0.append($1) }
  }
}
