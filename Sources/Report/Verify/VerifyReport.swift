package import Verify

/// What verification found, in one or more golden files.
package struct VerifyReport: Sendable {
  /// The outcome for one golden file.
  package typealias Golden = GoldenResult

  package var context: ReportContext
  package var threads: Int

  /// By which rules errors became verdicts.
  package var policy: Policy

  /// What the run was asked for.
  package var settings: RunSettings
  package var goldens: [Golden]

  /// Whether the run came to its end: false for the lines of one that was killed.
  package var isFinished = true

  package init(
    context: ReportContext, threads: Int, policy: Policy = .bound,
    settings: RunSettings = RunSettings(), goldens: [Golden]
  ) {
    self.context = context
    self.threads = threads
    self.policy = policy
    self.settings = settings
    self.goldens = goldens
  }

  /// The worst verdict of all; nil if nothing was compared.
  package var verdict: Verdict? {
    goldens.flatMap(\.cases).compactMap(\.verdict).overall
  }

  /// The report for people: a table of layers for each backend, those of the maps and the classes,
  /// three lines for each failure, and one line for each backend.
  ///
  /// - Parameters:
  ///   - all: Whether every layer is listed, in the order of the network; otherwise those that are
  ///     not PASS and the ``listedPasses`` nearest to their bound.
  ///   - rerun: The commands that repeat exactly one layer, given the golden file's path.
  /// - Returns: Blocks to print as text or as Markdown.
  package func document(
    all: Bool, rerun: (_ golden: String, _ layer: LayerResult) -> [String]
  ) -> Document {
    var document = Document()
    document.add(.lines(headerLines))
    for backend in backends {
      let rows = layerRows(of: backend)
      if !rows.isEmpty {
        document.add(.heading("Layers on \(backend)"))
        let listed = all ? rows : LayerRow.mostTelling(rows, passes: Self.listedPasses)
        document.add(.table(layerTable(listed)))
        document.add(.lines(layerNotes(rows: rows, listed: listed) + reasonLines(rows, all: all)))
      }
      document.add(.table(mapTable(of: backend)))
      document.add(.lines(mapNotes(of: backend)))
      document.add(.table(classTable(of: backend)))
    }
    document.add(.lines(failureLines(rerun: rerun)))
    document.add(.lines(summaryLines))
    return document
  }

  /// The layers that passed and are listed all the same, unless all are.
  package static let listedPasses = 10

  private var headerLines: [[Span]] {
    var lines =
      [
        [Span(context.buildLine, .faint)], [Span(context.machineLine, .faint)],
      ] + context.pluginLines.map { [Span($0, .faint)] } + [
        [Span("\(context.model) on \(threads) thread\(threads == 1 ? "" : "s")", .faint)]
      ]
    if !isFinished {
      lines.append([
        Span("warning", .doubtful),
        Span(": the run that wrote this did not come to its end; what it had judged by then:"),
      ])
    }
    if policy != .bound { lines.append([Span("judged by \(policy.name)", .faint)]) }
    for golden in goldens {
      let header = golden.header
      let generator = [header.generator, header.generatorVersion].filter { !$0.isEmpty }
      let origin = [
        generator.joined(separator: " "), header.precision.rawValue, header.created,
      ].filter { !$0.isEmpty }
      lines.append([Span("\(golden.path): " + origin.joined(separator: ", "), .faint)])
      for reason in Set(golden.cases.compactMap(\.noMaps)).sorted() {
        lines.append([Span("\(golden.path): no maps are compared: \(reason)", .faint)])
      }
    }
    return lines
  }

  /// The names of the runs, in the order in which they first appear.
  var backends: [String] {
    var names: [String] = []
    for result in goldens.flatMap(\.cases) {
      for name in result.layers.map(\.requested) + result.maps.map(\.backend)
        + result.classes.map(\.backend)
      where !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// Whether rows have to name their case.
  var hasManyCases: Bool { goldens.reduce(0) { $0 + $1.cases.count } > 1 }

  /// The name of a case in tables, with its file if there are several.
  func label(ofCase name: String, in golden: Golden) -> String {
    guard goldens.count > 1 else { return name }
    let file = golden.path.split(separator: "/").last.map(String.init) ?? golden.path
    return "\(file):\(name)"
  }
}
