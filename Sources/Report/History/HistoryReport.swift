import Bench
import Files
import FoundationEssentials
import Glibc

/// The runs of a folder of results, by what was timed.
package struct HistoryReport {
  /// What is shown; nil for all.
  package struct Selection {
    package var model: String?
    package var backend: String?
    package var layer: String?

    package init(model: String? = nil, backend: String? = nil, layer: String? = nil) {
      self.model = model
      self.backend = backend
      self.layer = layer
    }
  }

  /// What belongs together: the same work on the same kind of machine.
  private struct Key: Hashable {
    var model: String
    var backend: String
    var batch: Int
    var threads: Int
    var layer: String
    var machine: String
  }

  private var series: [(key: Key, entries: [HistoryEntry])] = []

  /// Why files were left out, a line each.
  package private(set) var objections: [String] = []

  /// Reads a folder.
  ///
  /// A file that cannot be read is left out, and said.
  ///
  /// - Parameters:
  ///   - folder: Where `--save` put results.
  ///   - selection: What is shown.
  /// - Throws: `FileError` if the folder cannot be read, ``ReportError`` if it has no times of what is asked for.
  package init(folder: String, _ selection: Selection = Selection()) throws {
    var places: [Key: Int] = [:]
    let files = try SavedFile.all(of: "bench", in: folder)
    for file in files {
      let run: SavedRun
      do {
        run = try SavedRun(path: file)
      } catch {
        objections.append("\(error)")
        continue
      }
      for entry in run.entries(layer: selection.layer)
      where (selection.model == nil || selection.model == entry.model)
        && (selection.backend == nil || selection.backend == entry.backend)
      {
        let key = Key(
          model: entry.model, backend: entry.backend, batch: entry.batch, threads: entry.threads,
          layer: entry.layer, machine: entry.machine)
        if let place = places[key] {
          series[place].entries.append(entry)
        } else {
          places[key] = series.count
          series.append((key, [entry]))
        }
      }
    }
    guard !series.isEmpty else {
      throw ReportError(
        description: files.isEmpty
          ? "\(folder): has no results; `densecam bench --save \(folder)` puts them there"
          : "\(folder): has no times of that, in \(files.count) files")
    }
    for index in series.indices {
      series[index].entries.sort { ($0.date, $0.file) < ($1.date, $1.file) }
      Self.noteChanges(&series[index].entries)
    }
  }

  private static func noteChanges(_ entries: inout [HistoryEntry]) {
    let known = entries.indices.filter { entries[$0].minimum != nil }
    let times = known.compactMap { entries[$0].minimum }
    let changes = ChangePoints.find(in: times)
    let bounds = [0] + changes + [times.count]
    func mean(_ level: Int) -> Double {
      let part = times[bounds[level]..<bounds[level + 1]]
      return exp(part.reduce(0) { $0 + log($1) } / Double(max(1, part.count)))
    }
    for (index, change) in changes.enumerated() {
      entries[known[change]].change = mean(index + 1) / mean(index)
    }
  }

  /// The history for people: a plot and a table of each thing that was timed.
  ///
  /// - Parameter limit: The most runs in a table, the last ones.
  /// - Returns: Blocks to print as text or as Markdown.
  package func document(limit: Int) -> Document {
    var document = Document()
    for (key, entries) in series {
      let what = key.layer == TimingEntry.wholeNetwork ? key.model : "\(key.layer) of \(key.model)"
      document.add(
        .heading(
          "\(what) on \(key.backend), \(key.threads) thread\(key.threads == 1 ? "" : "s"), batch \(key.batch)"
        ))
      document.add(.lines([[Span(key.machine, .faint)], [Span(Self.plot(entries))]]))
      document.add(.table(HistoryEntry.table(Array(entries.suffix(limit)))))
      if entries.count > limit {
        document.add(.lines([[Span("the last \(limit) of \(entries.count) runs", .faint)]]))
      }
    }
    return document
  }

  /// The shortest times of the last runs, from the least to the most, as blocks of eight heights.
  private static func plot(_ entries: [HistoryEntry]) -> String {
    let times = entries.suffix(60).compactMap(\.minimum)
    guard let least = times.min(), let most = times.max() else { return "no times" }
    let blocks = Array("▁▂▃▄▅▆▇█")
    let bars = times.map { time -> Character in
      let share = most > least ? (time - least) / (most - least) : 0
      return blocks[min(blocks.count - 1, Int(share * Double(blocks.count)))]
    }
    return
      "\(String(bars))  \(NumberText.milliseconds(least)) to \(NumberText.milliseconds(most)) ms"
  }

  private var entries: [HistoryEntry] { series.flatMap(\.entries) }

  /// The history for scripts.
  ///
  /// - Throws: What the encoder throws.
  package func json() throws -> String { try Record(rows: entries).jsonText() }

  /// The rows as comma-separated values.
  package func csv() -> String { CSVSheet.text([CSVSheet(entries)]) }

  private struct Record: Encodable {
    var rows: [HistoryEntry]
  }
}
