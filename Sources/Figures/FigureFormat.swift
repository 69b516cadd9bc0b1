/// The kinds of file that a figure is written as.
package enum FigureFormat: String, CaseIterable, Hashable, Sendable {
  /// Pixels, lossless, so that colours can be read back exactly.
  case png

  /// Pages for print: text stays text, pictures stay pixels.
  case pdf

  /// Drawings for the web: text becomes outlines, pictures stay pixels.
  case svg

  /// The format that a file's extension names, in either case.
  ///
  /// - Throws: ``FigureError/unknownFormat(path:)``.
  package init(path: String) throws(FigureError) {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex,
      let format = Self(rawValue: name[name.index(after: dot)...].lowercased())
    else { throw .unknownFormat(path: path) }
    self = format
  }

  /// The extensions, as listed in a sentence.
  static var listing: String {
    let names = allCases.map { "." + $0.rawValue }
    return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
  }
}
