/// Which class of a network each category of a ``BoxAnnotations`` file is.
///
/// With labels, names decide. A label is a plain name, or a line of a synset file, such as
/// `n02123045 tabby, tabby cat`. A category has a class if its name is, but for case and spaces at
/// the ends,
///
/// 1. the whole line, or the identifier `n02123045`; if no line is,
/// 2. the line without the identifier, or one of the synonyms between its commas.
///
/// If several lines fit by the same rule, none is taken. Without labels, the category's id is the
/// index of the class, counted from 0. Two categories may be one class.
public struct ClassMapping: Hashable, Sendable {
  /// The class of each category id.
  public let indices: [Int: Int]

  /// The categories without a class, and why.
  public let unmatched: [Unmatched]

  /// A category without a class.
  public struct Unmatched: Hashable, Sendable {
    public let category: BoxAnnotations.Category

    /// The classes that its name fits, if there are several.
    public let candidates: [Int]
  }

  /// Finds the classes of categories.
  ///
  /// - Parameters:
  ///   - categories: Such as ``BoxAnnotations/usedCategories``.
  ///   - labels: The lines of the labels file, one a class; empty if there is none.
  ///   - classCount: The number of classes of the network.
  public init(categories: [BoxAnnotations.Category], labels: [String], classCount: Int) {
    let labels = labels.prefix(max(classCount, 0)).map(ClassLabel.init)
    var indices: [Int: Int] = [:]
    var unmatched: [Unmatched] = []
    for category in categories {
      let found =
        labels.isEmpty
        ? [category.id].filter { 0 <= $0 && $0 < classCount }
        : Self.classIndices(named: category.name, in: labels)
      if found.count == 1 {
        indices[category.id] = found[0]
      } else {
        unmatched.append(Unmatched(category: category, candidates: found))
      }
    }
    self.indices = indices
    self.unmatched = unmatched
  }

  /// The one class of a name, by the rule above.
  ///
  /// - Returns: Nil if the name fits no label, or several.
  public static func classIndex(named name: String, in labels: [String]) -> Int? {
    let found = classIndices(named: name, in: labels.map(ClassLabel.init))
    return found.count == 1 ? found[0] : nil
  }

  /// Passes if every category has a class.
  ///
  /// - Throws: ``AnnotationError`` that lists those without.
  public func requireAll(path: String) throws(AnnotationError) {
    guard !unmatched.isEmpty else { return }
    let shown = unmatched.prefix(10).map { entry in
      "\"\(entry.category.name)\" (id \(entry.category.id))"
        + (entry.candidates.isEmpty
          ? "" : ", which is \(entry.candidates.count) classes: \(entry.candidates.prefix(5))")
    }
    let rest = unmatched.count - shown.count
    throw AnnotationError(
      .unmatchedCategory, path: path, place: "categories",
      cause: "these are no class of the network: " + shown.joined(separator: "; ")
        + (rest > 0 ? "; and \(rest) more" : ""))
  }

  private static func classIndices(named name: String, in labels: [ClassLabel]) -> [Int] {
    let wanted = name.trimmedLowercase
    guard !wanted.isEmpty else { return [] }
    let whole = labels.indices.filter {
      labels[$0].line == wanted || labels[$0].identifier == wanted
    }
    if !whole.isEmpty { return whole }
    return labels.indices.filter {
      labels[$0].name == wanted || labels[$0].synonyms.contains(wanted)
    }
  }
}

/// A line of a labels file, in lower case.
private struct ClassLabel {
  let line: String

  /// Such as `n02123045`.
  let identifier: String?

  /// The line without the identifier.
  let name: String
  let synonyms: [String]

  init(_ label: String) {
    line = label.trimmedLowercase
    let words = line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
    let isIdentifier =
      words.first.map { word in
        word.count == 9 && word.first == "n"
          && word.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
      } ?? false
    identifier = isIdentifier ? words.first.map(String.init) : nil
    name = isIdentifier ? words.dropFirst().first.map { String($0).trimmedLowercase } ?? "" : line
    synonyms = name.split(separator: ",").map { String($0).trimmedLowercase }
  }
}

extension String {
  /// In lower case, without white space at either end.
  fileprivate var trimmedLowercase: String {
    let start = drop(while: \.isWhitespace)
    let end = start.lastIndex { !$0.isWhitespace }
    return end.map { String(start[...$0]) }?.lowercased() ?? ""
  }
}
