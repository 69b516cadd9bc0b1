extension Regex<AnyRegexOutput> {
  /// A pattern that is looked for in names of nodes and layers.
  ///
  /// Names are compared by their scalars, as files store them. What Swift takes for one character may
  /// reach beyond what a pattern says: a mark behind a line break, say, belongs to the line break.
  ///
  /// - Throws: What `Regex` throws if the text is no regular expression.
  package init(forNames text: String) throws {
    self = try Regex(text).matchingSemantics(.unicodeScalar)
  }
}
