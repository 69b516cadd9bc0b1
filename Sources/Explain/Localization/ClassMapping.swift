/// Which class of a network each category of a ``BoxAnnotations`` file is.
///
/// With labels, names decide; ``ClassLabel`` defines a line of them. A category has a class if its name is,
/// except for case and spaces at the ends,
///
/// 1. the whole line, or the identifier, such as `n02123045`; if no line is,
/// 2. the line without the identifier, or one of the synonyms between its commas.
///
/// If several lines match by the same rule, none is used. Without labels, the category's id is the
/// index of the class, counted from 0. Two categories may be one class.
package struct ClassMapping: Hashable, Sendable {
  /// The class of each category id.
  package let indices: [AnnotationID: Int]

  /// The categories without a class, and why.
  package let unmatched: [Unmatched]

  /// A category without a class.
  package struct Unmatched: Hashable, Sendable {
    package let category: BoxAnnotations.Category

    /// The classes that its name matches, if there are several.
    package let candidates: [Int]
  }

  /// Finds the classes of categories.
  ///
  /// - Parameters:
  ///   - categories: Such as ``BoxAnnotations/usedCategories``.
  ///   - labels: The lines of the labels file, one per class; empty if there is none.
  ///   - classCount: The number of classes of the network.
  package init(categories: [BoxAnnotations.Category], labels: [String], classCount: Int) {
    let labels = labels.prefix(max(classCount, 0)).map(LowercaseLabel.init)
    var indices: [AnnotationID: Int] = [:]
    var unmatched: [Unmatched] = []
    for category in categories {
      let found =
        labels.isEmpty
        ? [category.id.number].compactMap(\.self).filter { 0 <= $0 && $0 < classCount }
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
  /// - Returns: Nil if the name matches no label, or several.
  package static func classIndex(named name: String, in labels: [String]) -> Int? {
    let found = classIndices(named: name, in: labels)
    return found.count == 1 ? found[0] : nil
  }

  /// The classes that a name matches, by the rule above; linear in the labels.
  package static func classIndices(named name: String, in labels: [String]) -> [Int] {
    classIndices(named: name, in: labels.map(LowercaseLabel.init))
  }

  /// Passes if every category has a class.
  ///
  /// - Throws: ``AnnotationError`` that lists those without.
  package func requireAll(path: String) throws(AnnotationError) {
    guard !unmatched.isEmpty else { return }
    let shown = unmatched.prefix(10).map { entry in
      "\"\(entry.category.name)\" (id \(entry.category.id))"
        + (entry.candidates.isEmpty
          ? "" : ", which is \(entry.candidates.count) classes: \(entry.candidates.prefix(5))")
    }
    let rest = unmatched.count - shown.count
    throw AnnotationError(
      .unmatchedCategory, path: path, place: "categories",
      cause: "these are not classes of the network: " + shown.joined(separator: "; ")
        + (rest > 0 ? "; and \(rest) more" : ""))
  }

  private static func classIndices(named name: String, in labels: [LowercaseLabel]) -> [Int] {
    let wanted = ClassLabel(name).line.lowercased()
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

/// The parts of a label, in the form in which names are compared.
private struct LowercaseLabel {
  let line: String
  let identifier: String?
  let name: String
  let synonyms: [String]

  init(_ text: String) {
    let label = ClassLabel(text)
    line = label.line.lowercased()
    identifier = label.identifier?.lowercased()
    name = label.name.lowercased()
    synonyms = label.synonyms.map { $0.lowercased() }
  }
}
