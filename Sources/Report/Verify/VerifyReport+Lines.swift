import Files
import FoundationEssentials
package import Verify

extension VerifyReport {
  /// The report as lines of JSON, each an object with a `kind`: first `context`, then one `layer` a line, one `cam`,
  /// one `class`, one `no_maps` for each golden of which no maps were compared, and last `verdict`.
  ///
  /// They can be written one after the other while results come: ``openingLine()``, ``line(_:golden:goldenCase:)``
  /// for each layer, ``closingLines()``.
  ///
  /// - Throws: What the encoder throws.
  package func jsonLines() throws -> String {
    var text = try openingLine()
    for golden in goldens {
      for result in golden.cases {
        for layer in result.layers {
          text += try Self.line(layer, golden: golden.path, goldenCase: result.name)
        }
      }
    }
    return text + (try closingLines())
  }

  /// The line that says what is run, which needs no results.
  ///
  /// - Throws: What the encoder throws.
  package func openingLine() throws -> String {
    var context = record.context
    for index in context.goldens.indices { context.goldens[index].noMaps = nil }
    return try KindOf(kind: Kind.context.rawValue, value: context).jsonLine()
  }

  /// The line of a layer.
  ///
  /// - Throws: What the encoder throws.
  package static func line(_ layer: LayerResult, golden: String, goldenCase: String) throws
    -> String
  {
    let entry = LayerEntry(layer, golden: golden, goldenCase: goldenCase)
    return try KindOf(kind: Kind.layer.rawValue, value: entry).jsonLine()
  }

  /// The lines of all that is known only when layers are done.
  ///
  /// - Throws: What the encoder throws.
  package func closingLines() throws -> String {
    let record = record
    var text = ""
    for map in record.cams {
      text += try KindOf(kind: Kind.cam.rawValue, value: map).jsonLine()
    }
    for item in record.classes {
      text += try KindOf(kind: Kind.class.rawValue, value: item).jsonLine()
    }
    for golden in record.context.goldens {
      guard let reason = golden.noMaps else { continue }
      text += try KindOf(
        kind: Kind.noMaps.rawValue, value: NoMaps(golden: golden.path, reason: reason)
      ).jsonLine()
    }
    return text
      + (try KindOf(kind: Kind.verdict.rawValue, value: ["verdict": record.verdict]).jsonLine())
  }

  fileprivate enum Kind: String, Decodable {
    case context
    case layer
    case cam
    case `class`
    case noMaps = "no_maps"
    case verdict
  }

  fileprivate struct NoMaps: Codable {
    var golden: String
    var reason: String
  }
}

// MARK: - Reading

extension VerifyReport {
  /// Reads a report that ``json()`` or ``jsonLines()`` wrote; see ``init(json:name:)``.
  ///
  /// - Throws: ``ReportError`` that says what is wrong.
  package init(text: String, name: String) throws(ReportError) {
    // A record of one object begins with a line that is no whole object.
    let first = text.prefix { $0 != "\n" }
    if (try? Self.decode(LineKind.self, String(first)))?.kind == .context {
      try self.init(jsonLines: text, name: name)
    } else {
      try self.init(json: text, name: name)
    }
  }

  /// Reads lines, of which the last may be missing or cut: then the report is of a run that did not come to its
  /// end.
  private init(jsonLines text: String, name: String) throws(ReportError) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    // What comes after the last line feed is nothing, or was cut off.
    lines.removeLast()
    var record: VerifyRecord?
    var isFinished = false
    for (index, line) in lines.enumerated() where !isFinished {
      do {
        let line = String(line)
        let kind = try Self.decode(LineKind.self, line).kind
        if kind == .context, record == nil {
          record = VerifyRecord(
            context: try Self.decode(VerifyRecord.Context.self, line), verdict: Nullable(nil),
            layers: [], cams: [], classes: [])
        }
        switch kind {
        case .context: break
        case .layer: record?.layers.append(try Self.decode(LayerEntry.self, line))
        case .cam: record?.cams.append(try Self.decode(MapEntry.self, line))
        case .class: record?.classes.append(try Self.decode(ClassEntry.self, line))
        case .noMaps:
          let noMaps = try Self.decode(NoMaps.self, line)
          guard let count = record?.context.goldens.count else { break }
          for golden in 0..<count where record?.context.goldens[golden].path == noMaps.golden {
            record?.context.goldens[golden].noMaps = noMaps.reason
          }
        case .verdict: isFinished = true
        }
      } catch {
        throw ReportError(
          description:
            "\(name), line \(index + 1), is not one of a report of `densecam verify --format jsonl`: "
            + "\(JSONFault(error, isSnakeCase: true))")
      }
    }
    guard let record else {
      throw ReportError(description: "\(name): the line that says what was run is cut")
    }
    try self.init(record, name: name)
    self.isFinished = isFinished
  }

  private struct LineKind: Decodable {
    var kind: Kind
  }

  private static func decode<Value: Decodable>(_ type: Value.Type, _ line: String) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: Data(line.utf8))
  }
}
