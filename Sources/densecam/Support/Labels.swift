import Files
import Explain

/// The names of a network's classes.
struct Labels {
  /// Lines of a synset file, such as `n02123045 tabby, tabby cat`.
  let lines: [String]

  static let none = Labels(lines: [])

  private init(lines: [String]) { self.lines = lines }

  /// Reads one name a line; see `ClassLabel` for what a line may hold.
  ///
  /// - Throws: `FileError`, or ``UsageError`` if the file is not UTF-8 or has another number of
  ///   lines than the network has classes.
  init(path: String?, classCount: Int) throws {
    guard let path else {
      lines = []
      return
    }
    var lines = try SmallTextFile.lines(path)
    while lines.count > classCount, lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count == classCount else {
      throw UsageError(
        "\(path): has \(lines.count) labels, but the network has \(classCount) classes")
    }
    self.lines = lines
  }

  /// What to print for a class: the label without its identifier, or the index.
  func name(_ index: Int) -> String {
    guard lines.indices.contains(index) else { return "class \(index)" }
    let name = ClassLabel(lines[index]).name
    return name.isEmpty ? lines[index] : name
  }

  /// The class with an index, an identifier, or a name; a name may be one of the synonyms between
  /// commas.
  ///
  /// - Throws: ``UsageError`` if there is none, or several.
  func index(of text: String, classCount: Int) throws -> Int {
    if let index = Int(text) {
      guard (0..<classCount).contains(index) else {
        throw UsageError("--class \(index): the classes are 0 to \(classCount - 1)")
      }
      return index
    }
    let found = ClassMapping.classIndices(named: text, in: lines)
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
