import Files
import FoundationEssentials

/// A file of results, read for a page.
package struct ResultFile {
  /// The name without its folders, which say something of a machine and nothing of the results.
  let name: String

  let kind: ResultKind
  let section: any HTMLSection

  /// The largest file that is read, in bytes: some hours of `bench`.
  private static let largestSize = 1 << 30

  /// Reads what `--format json` of a command wrote.
  ///
  /// - Throws: `FileError` if the file cannot be read, ``ReportError`` that says what is wrong in it.
  package init(path: String) throws {
    try self.init(json: TextFile.read(path, upTo: Self.largestSize), name: path)
  }

  /// Reads results of any kind.
  ///
  /// - Parameters:
  ///   - text: The JSON.
  ///   - name: What the file is called.
  /// - Throws: ``ReportError`` that says what is wrong.
  package init(json text: String, name: String) throws(ReportError) {
    self.name = FileName.last(of: name)
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let document = try decoder.decode(Document.self, from: Data(text.utf8))
      (kind, section) = (document.kind, document.section)
    } catch let fault as RecordFault {
      throw ReportError(description: "\(name.escaped): \(fault.cause)")
    } catch {
      let fault = JSONFault(error, isSnakeCase: true)
      let hint =
        fault.isSyntaxError && Self.isLines(text)
        ? "; these are lines of JSON, and a page is made of --format json" : ""
      throw ReportError(
        description: "\(name.escaped) is not what \(ResultKind.commands) wrote: \(fault)\(hint)")
    }
  }

  /// Whether the text could be `--format jsonl`: its first line is whole.
  private static func isLines(_ text: String) -> Bool {
    let line = text.prefix { $0 != "\n" }
    return line.hasPrefix("{") && line.hasSuffix("}") && line.utf8.count < text.utf8.count
  }

  /// A document of which only its keys say what it is.
  ///
  /// It is decoded once: a benchmark of some minutes has fifty megabytes.
  private struct Document: Decodable {
    let kind: ResultKind
    let section: any HTMLSection

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      guard let kind = ResultKind(keys: Set(container.allKeys.map(\.stringValue))) else {
        let schema = try? container.decode(String.self, forKey: Key(stringValue: "schema"))
        throw RecordFault(
          "is not what \(ResultKind.commands) wrote: "
            + (schema.map { "its schema is \($0.prefix(80))" }
              ?? "it has other keys (\(container.allKeys.map(\.stringValue).sorted().prefix(4)))"))
      }
      self.kind = kind
      section = try kind.section.init(from: decoder)
    }
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { return nil }
  }
}
