package import Files

/// The names of a network's classes.
package struct Labels: Sendable {
  /// Lines of a synset file, such as `n02123045 tabby, tabby cat`.
  package let lines: [String]

  package static let none = Labels(lines: [])

  private init(lines: [String]) { self.lines = lines }

  /// Reads one name per line; see ``ClassLabel`` for what a line may hold.
  ///
  /// - Throws: `FileError` if the file cannot be read, is not UTF-8 or has another number of lines than the
  ///   network has classes.
  package init(path: String?, classCount: Int) throws(FileError) {
    guard let path else {
      lines = []
      return
    }
    var lines = try TextFile.lines(path)
    while lines.count > classCount, lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count == classCount else {
      throw FileError(
        path: path,
        cause: "has \(lines.count) labels, but the network has \(classCount) classes")
    }
    self.lines = lines
  }

  /// What to print for a class: the label without its identifier, or the index.
  package func name(_ index: Int) -> String {
    guard lines.indices.contains(index) else { return "class \(index)" }
    let name = ClassLabel(lines[index]).name
    return name.isEmpty ? lines[index] : name
  }

  /// The class with an index, an identifier, or a name; a name may be one of the synonyms between
  /// commas.
  ///
  /// - Throws: ``LabelsError`` if there is none, or several.
  package func index(of text: String, classCount: Int) throws(LabelsError) -> Int {
    if let index = Int(text) {
      guard (0..<classCount).contains(index) else {
        throw LabelsError("--class \(index): the classes are 0 to \(classCount - 1)")
      }
      return index
    }
    let found = ClassMapping.classIndices(named: text, in: lines)
    guard let first = found.first else {
      throw LabelsError(
        "--class \(text): there is no such class"
          + (lines.isEmpty ? "; give its index, or the names with --labels FILE" : ""))
    }
    guard found.count == 1 else {
      throw LabelsError("--class \(text): classes \(found) all have that name; give an index")
    }
    return first
  }
}

/// The reason a requested class cannot be found.
package struct LabelsError: ReportedError, Hashable {
  package let description: String

  init(_ description: String) { self.description = description }
}
