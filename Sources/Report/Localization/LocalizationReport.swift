package import Explain

/// How well maps find objects, on one backend or several, as tables and as JSON.
package struct LocalizationReport: Sendable {
  /// The scores of one backend's maps.
  package struct Entry: Sendable {
    package let backend: String
    package let score: LocalizationScore

    package init(backend: String, score: LocalizationScore) {
      self.backend = backend
      self.score = score
    }
  }

  /// The backends; the first is what the others are compared with.
  package let entries: [Entry]

  /// The name of a class.
  package let label: @Sendable (_ classIndex: Int) -> String

  package init(entries: [Entry], label: @escaping @Sendable (_ classIndex: Int) -> String) {
    self.entries = entries
    self.label = label
  }

  /// What the other backends decide differently from the first, by backend.
  package var changes: [(backend: String, change: LocalizationChange)] {
    guard let first = entries.first else { return [] }
    return entries.dropFirst().map {
      ($0.backend, LocalizationChange(from: first.score, to: $0.score))
    }
  }

  /// Whether all backends decide alike; true for a single one.
  package var isUnchanged: Bool { changes.allSatisfy(\.change.isUnchanged) }

  // MARK: - Tables

  /// A table with a row a class for the first backend, and a line for each other one.
  package var document: Document {
    var document = Document()
    guard let first = entries.first else { return document }
    document.add(.table(table(of: first)))
    document.add(.lines(notes(on: first).map { [Span($0)] }))
    document.add(
      .lines(
        changes.map { [Span(line($0.backend, $0.change), $0.change.isUnchanged ? .plain : .bad)] }))
    return document
  }

  private func table(of entry: Entry) -> Table {
    var table = Table([
      Table.Column("class", .left, isFlexible: true), Table.Column("maps"),
      Table.Column("pointing"), Table.Column("box"), Table.Column("mean IoU"),
      Table.Column("MaxBoxAcc"), Table.Column("V2"), Table.Column("top-1"),
      Table.Column("top-1 loc"),
    ])
    let rows = entry.score.rows(name: label)
    for row in rows {
      if row.classIndex == nil { table.addRule() }
      table.add(
        [
          row.name, "\(row.count)", percent(row.pointing), percent(row.boxAccuracy),
          percent(row.meanOverlap), percent(row.maxBoxAccuracy), percent(row.maxBoxAccuracyV2),
          percent(row.top1), percent(row.top1Localization),
        ].map { Span($0) })
    }
    return table
  }

  private func notes(on entry: Entry) -> [String] {
    let settings = entry.score.settings
    let all = LocalizationRow(name: "all", classIndex: nil, summary: entry.score.overall)
    var lines = [
      "\(entry.backend), in percent; 95 % intervals of all: pointing "
        + "\(interval(all.pointingInterval)), box \(interval(all.boxAccuracyInterval))",
      "pointing: the map's largest pixel is in a box"
        + (settings.pointingTolerance > 0
          ? ", or within \(NumberText.fixed(settings.pointingTolerance, 0)) pixels of one" : ""),
      "box: round the largest part above \(percent(settings.maximumShare)) % of the maximum; it has "
        + "IoU ≥ \(NumberText.fixed(settings.requiredOverlap, 1))",
    ]
    if let threshold = all.bestThreshold {
      lines += [
        "MaxBoxAcc: the same at the best threshold for all, which is "
          + NumberText.fixed(threshold, 2),
        "V2: the same at IoU ≥ 0.3, 0.5 and 0.7, averaged, with the best of all parts",
      ]
    }
    if all.flat + all.nonFinite > 0 {
      lines.append(
        "\(all.flat) maps are flat and \(all.nonFinite) not finite; they count as misses")
    }
    return lines
  }

  private func line(_ backend: String, _ change: LocalizationChange) -> String {
    let name = entries.first?.backend ?? ""
    guard !change.isUnchanged else {
      return
        "\(backend): decides as \(name) in all of \(change.compared) maps; IoU moves by at most "
        + NumberText.scientific(change.largestOverlapChange)
    }
    return "\(backend): FAIL: decides otherwise than \(name): \(change.pointingChanges) pointings, "
      + "\(change.boxChanges) boxes, \(change.conditionChanges + change.unpaired.count) maps; IoU "
      + "moves by up to \(NumberText.scientific(change.largestOverlapChange))"
  }

  private func percent(_ share: Double?) -> String {
    share.map { NumberText.fixed(100 * $0, 1) } ?? "–"
  }

  private func interval(_ ends: [Double]?) -> String {
    guard let ends, ends.count == 2 else { return "–" }
    return "\(percent(ends[0]))–\(percent(ends[1]))"
  }

  // MARK: - JSON

  /// What JSON holds: for each backend its rows and what it decides otherwise than the first.
  package var record: some Encodable & Sendable { Record(self) }

  private struct Record: Encodable, Sendable {
    struct Backend: Encodable, Sendable {
      var backend: String
      var rows: [LocalizationRow]

      /// Both missing for the first backend.
      var changes: LocalizationChangeRow?
      var differences: [LocalizationChange.Difference]?
    }

    var settings: LocalizationSettings?
    var backends: [Backend]

    init(_ report: LocalizationReport) {
      settings = report.entries.first?.score.settings
      let changes = Dictionary(
        report.changes.map { ($0.backend, $0.change) }, uniquingKeysWith: { first, _ in first })
      backends = report.entries.map { entry in
        let change = changes[entry.backend]
        return Backend(
          backend: entry.backend, rows: entry.score.rows(name: report.label),
          changes: change.map { LocalizationChangeRow(name: entry.backend, change: $0) },
          differences: change?.differences)
      }
    }
  }
}
