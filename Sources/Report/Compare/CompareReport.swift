import Bench
import Files

/// Two benchmarks beside each other.
package struct CompareReport {
  /// One candidate of both.
  struct Pair {
    var base: SavedBench.Key
    var new: SavedBench.Key
    var comparison: SeriesComparison

    /// How often equal halves of each are called different: pairs with a call, and all pairs.
    var alarms: [(alarms: Int, pairs: Int)]
  }

  let base: SavedBench
  let new: SavedBench
  var pairs: [Pair] = []

  /// Whether both are of one file, in which candidates took turns.
  let isPaired: Bool

  /// What is compared, where that is not every candidate with that of its name.
  package struct Choice: Sendable {
    package var base: String?
    package var new: String?

    package init(base: String? = nil, new: String? = nil) {
      self.base = base
      self.new = new
    }
  }

  /// Compares two files, or two backends of one.
  ///
  /// - Parameters:
  ///   - base: The times before.
  ///   - new: The times after; nil for other backends of the same file.
  ///   - choice: The backends, if not those of one name.
  ///   - allowsDifferences: Whether another machine, model or setting is no reason to refuse.
  /// - Throws: ``ReportError`` if there is nothing to compare, or what differs is more than the time.
  package init(
    _ base: SavedBench, _ new: SavedBench?, choice: Choice = Choice(),
    allowsDifferences: Bool = false
  ) throws(ReportError) {
    self.base = base
    self.new = new ?? base
    isPaired = new == nil
    if isPaired, choice.base == nil || choice.new == nil || choice.base == choice.new {
      throw ReportError(
        description:
          "\(base.path): give a second file, or two backends of this one by --base and --new")
    }
    if !allowsDifferences,
      let difference = Self.difference(base.record.context, self.new.record.context)
    {
      throw ReportError(
        description: "\(base.path) and \(self.new.path) are of different runs: \(difference) "
          + "(--across compares them all the same)")
    }
    let (old, other) = (try base.series(), try self.new.series())
    for one in old where choice.base == nil || choice.base == one.key.backend {
      var wanted = one.key
      if let backend = choice.new { wanted.backend = backend }
      guard let two = other.first(where: { $0.key == wanted }) else { continue }
      pairs.append(
        Pair(
          base: one.key, new: two.key, comparison: Self.comparison(one, two, isPaired),
          alarms: isPaired ? [] : [one, two].map { SeriesComparison.falseAlarms(in: $0.series) }))
    }
    guard !pairs.isEmpty else {
      let names = Set(old.map(\.key.backend)).sorted().joined(separator: ", ")
      throw ReportError(
        description: "\(self.new.path) has no times of what \(base.path) has times of (\(names))")
    }
  }

  private static func comparison(
    _ base: SavedBench.Series, _ new: SavedBench.Series, _ isPaired: Bool
  ) -> SeriesComparison {
    guard isPaired else { return SeriesComparison(base.series, new.series) }
    // A repetition that one of both has set aside has no partner.
    var places: [Int: Int] = [:]
    for (place, round) in new.rounds.enumerated() { places[round] = place }
    let matches = base.rounds.enumerated().compactMap { place, round in
      places[round].map { (place, $0) }
    }
    return SeriesComparison(
      base.series.only(matches.map(\.0)), new.series.only(matches.map(\.1)), isPaired: true)
  }

  /// What makes two runs incomparable; nil if nothing does.
  private static func difference(_ base: BenchRecord.Context, _ new: BenchRecord.Context)
    -> String?
  {
    let settings: [(name: String, value: (BenchRecord.Context) -> String)] = [
      ("processor", \.machine.cpu), ("processors", { "\($0.machine.numCpus)" }),
      ("allowed processors", \.machine.allowedCpus), ("instruction set", \.machine.instructionSet),
      ("BLAS kernels", \.machine.openblasCore), ("build", \.machine.buildType),
      ("model", \.model), ("graph", \.symbolSha256), ("weights", \.weightsSha256),
      ("threads pinned", { "\($0.isPinned ?? false)" }),
      ("priority", { "\($0.hasPriority ?? false)" }),
    ]
    for setting in settings {
      let (one, two) = (setting.value(base), setting.value(new))
      if one != two { return "\(setting.name) \(one) and \(two)" }
    }
    return nil
  }

  /// The largest ratio of a network that was called slower; nil if none was.
  package var worstRegression: Double? {
    pairs.flatMap(\.comparison.rows).filter { $0.level == .network && $0.call == .slower }
      .compactMap(
        \.ratio
      ).max()
  }

  var entries: [ComparisonEntry] {
    pairs.flatMap { pair in
      pair.comparison.rows.map { ComparisonEntry($0, pair.base, pair.new) }
    }
  }

  /// The comparison for people: the networks first, then the kinds of layers, then layers that have changed.
  ///
  /// - Parameter layers: Whether all layers are listed.
  /// - Returns: Blocks to print as text or as Markdown.
  package func document(layers: Bool) -> Document {
    var document = Document()
    document.add(
      .lines([
        [Span("base: \(line(base))", .faint)], [Span("new:  \(line(new))", .faint)],
      ]))
    for pair in pairs {
      document.add(.heading(title(of: pair)))
      let rows = pair.comparison.rows
      if let disturbance = pair.comparison.disturbance {
        document.add(
          .lines([
            [Span(Call.unclear.rawValue, .doubtful), Span(": \(disturbance)")],
            [Span("measure longer (bench --seconds), or when the machine is quieter")],
          ]))
        continue
      }
      func table(_ rows: [ComparedRow]) {
        guard !rows.isEmpty else { return }
        let entries = rows.map { ComparisonEntry($0, pair.base, pair.new) }
        document.add(.table(ComparisonEntry.table(entries)))
      }
      table(rows.filter { $0.level == .network })
      table(rows.filter { $0.level == .kind })
      let single = rows.filter { $0.level == .layer }
      let called = single.filter { $0.call == .faster || $0.call == .slower }
      table(layers ? single : called)
      document.add(.lines(notes(on: pair, single, isComplete: layers)))
    }
    return document
  }

  private func line(_ file: SavedBench) -> String {
    let context = file.record.context
    let commit = context.machine.commit.value.map { ", commit \($0.prefix(12))" } ?? ""
    return
      "\(FileName.last(of: file.path)), \(context.date), densecam \(context.densecamVersion)\(commit)"
  }

  private func title(of pair: Pair) -> String {
    let backends =
      pair.base.backend == pair.new.backend
      ? pair.base.backend : "\(pair.new.backend) against \(pair.base.backend)"
    return
      "\(pair.base.model) on \(backends), \(pair.base.threads) thread\(pair.base.threads == 1 ? "" : "s"), "
      + "batch \(pair.base.batch)"
  }

  private func notes(on pair: Pair, _ single: [ComparedRow], isComplete: Bool) -> [[Span]] {
    var lines: [[Span]] = []
    if !isComplete {
      let counts = [Call.same, .faster, .slower, .unclear].compactMap { call -> String? in
        let count = single.count { $0.call == call }
        return count > 0 ? "\(count) \(call.rawValue)" : nil
      }
      lines.append([Span("\(single.count) layers: \(counts.joined(separator: ", "))")])
    }
    if isPaired {
      lines.append([Span("both took turns, so that each ratio is of neighbouring moments", .faint)])
    } else {
      let texts = zip(["base", "new"], pair.alarms).map { name, alarms in
        "\(alarms.alarms) of \(alarms.pairs) in \(name)"
      }
      lines.append([
        Span(
          "equal halves that would have been called different: \(texts.joined(separator: ", "))",
          .faint)
      ])
    }
    return lines
  }

  /// The comparison for scripts.
  ///
  /// - Throws: What the encoder throws.
  package func json() throws -> String {
    try CompareRecord(
      context: CompareRecord.Context(
        kind: "compare", base: CompareRecord.File(base), new: CompareRecord.File(new),
        isPaired: isPaired, falseAlarms: SeriesComparison.falseAlarms),
      pairs: pairs.map(CompareRecord.Pair.init), rows: entries
    ).jsonText()
  }

  /// The rows as comma-separated values.
  package func csv() -> String { CSVSheet.text([CSVSheet(entries)]) }
}
