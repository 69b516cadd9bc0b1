import Bench
import Files

/// How often halves of a run, which are equal, would be called different: the false alarms of this machine today.
package struct SelfCompareReport {
  let file: SavedBench
  private let found: [(key: SavedBench.Key, alarms: Int, pairs: Int)]

  /// - Throws: ``ReportError`` if there are no times.
  package init(_ file: SavedBench) throws(ReportError) {
    self.file = file
    found = try file.series().map { series in
      let (alarms, pairs) = SeriesComparison.falseAlarms(in: series.series)
      return (series.key, alarms, pairs)
    }
    guard !found.isEmpty else { throw ReportError(description: "\(file.path) has no times") }
  }

  private var entries: [SelfComparisonEntry] {
    found.map { key, alarms, pairs in
      SelfComparisonEntry(
        model: key.model, backend: key.backend, batch: key.batch, threads: key.threads,
        alarms: alarms, pairs: pairs, rate: pairs > 0 ? Double(alarms) / Double(pairs) : nil)
    }
  }

  /// The rates for people.
  package func document() -> Document {
    var document = Document()
    document.add(
      .lines([[Span("halves of \(FileName.last(of: file.path)), compared with each other", .faint)]]
      ))
    document.add(.table(SelfComparisonEntry.table(entries)))
    return document
  }

  /// The rates for scripts.
  ///
  /// - Throws: What the encoder throws.
  package func json() throws -> String { try Record(rows: entries).jsonText() }

  package func csv() -> String { CSVSheet.text([CSVSheet(entries)]) }

  private struct Record: Encodable {
    var rows: [SelfComparisonEntry]
  }
}

/// The false alarms of one candidate.
struct SelfComparisonEntry: ColumnRow {
  var model = ""
  var backend = ""
  var batch = 0
  var threads = 0
  var alarms = 0
  var pairs = 0
  var rate: Double?

  static let columns: [Column<SelfComparisonEntry>] = [
    .kept("model", \.model, "the network", shown: Shown("model", .name)),
    .kept("backend", \.backend, "the backend", shown: Shown("backend", .name)),
    .kept("batch", \.batch, "pictures at once", shown: Shown("batch", .plain)),
    .kept("threads", \.threads, "threads that computed", shown: Shown("threads", .plain)),
    .kept(
      "alarms", \.alarms, "pairs of halves of which a row would be called FASTER or SLOWER",
      better: .lower, shown: Shown("alarms", .plain, isExplained: true)),
    .kept("pairs", \.pairs, "pairs of halves", shown: Shown("pairs", .plain)),
    .kept("rate", \.rate, "their share", better: .lower, shown: Shown("rate", .percent)),
  ]
}
