import Files

/// The reason boxes could not be read, or do not belong to a picture or a network.
package struct AnnotationError: ReportedError, Hashable {
  /// The kind of failure.
  package enum Code: String, Hashable, Sendable, CaseIterable {
    /// The file, or a list in it, exceeds ``AnnotationLimits``.
    case tooLarge
    /// The file is not UTF-8 text.
    case notUTF8
    /// The file is not valid JSON, or nested too deeply.
    case notJSON
    /// A key is missing, a value does not have COCO's type, or is invalid.
    case malformed
    /// Two entries have the same id or the same file name.
    case duplicate
    /// An annotation names a category that is not in the file.
    case unknownIdentifier
    /// Several pictures of the file could be meant.
    case ambiguousPicture
    /// The picture has another shape than the one that was annotated.
    case sizeMismatch
    /// Categories are not a class of the network, or more than one.
    case unmatchedCategory
  }

  package let code: Code

  /// The file, as the caller named it.
  package let path: String

  /// Where in the file, such as `annotations[12].bbox`; nil if it is about all of it.
  package let place: String?

  /// What is wrong, as the end of a sentence.
  package let cause: String

  package init(_ code: Code, path: String, place: String? = nil, cause: String) {
    self.code = code
    self.path = path
    self.place = place
    self.cause = cause
  }

  /// The file, the place and the cause, in one line.
  package var description: String {
    let line = [path, place, cause].compactMap(\.self).joined(separator: ": ")
    let scalars = line.unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar
    }
    return String(String.UnicodeScalarView(scalars))
  }
}
