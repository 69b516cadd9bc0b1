import Files

/// A line of a labels file: a name, and perhaps an identifier before it.
///
/// `n02123045 tabby, tabby cat` of a synset file has an identifier, and so has every line with a tab
/// after its first column, such as `/m/01yrx<TAB>Cat`. The name may list synonyms between commas.
package struct ClassLabel: Hashable, Sendable {
  /// The line, without white space at either end.
  package let line: String

  /// Such as `n02123045`; nil if the line has a name only.
  package let identifier: String?

  /// The line without the identifier; empty if there is nothing else.
  package let name: String

  /// The names between the commas of ``name``.
  package var synonyms: [String] { name.split(separator: ",").map { $0.trimmed } }

  package init(_ text: String) {
    line = text[...].trimmed
    let columns = line.split(separator: "\t", maxSplits: 1)
    let words = line.split(maxSplits: 1, whereSeparator: \.isWhitespace)
    if columns.count == 2 {
      identifier = columns[0].trimmed
      name = columns[1].trimmed
    } else if let first = words.first, first.isSynsetIdentifier {
      identifier = String(first)
      name = words.count == 2 ? words[1].trimmed : ""
    } else {
      identifier = nil
      name = line
    }
  }
}

extension Substring {
  /// Whether this is WordNet's name of a noun: `n` and eight digits.
  fileprivate var isSynsetIdentifier: Bool {
    utf8.count == 9 && utf8.first == UInt8(ascii: "n")
      && utf8.dropFirst().allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
  }
}
