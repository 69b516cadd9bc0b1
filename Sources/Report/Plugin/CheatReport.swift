package import Verify

/// Which kernels that are wrong on purpose were caught, and by what.
package struct CheatReport: Sendable {
  /// A kernel of the catalogue.
  package struct Entry: Sendable {
    package var name: String
    package var results: [BehaviorResult]

    package init(name: String, results: [BehaviorResult]) {
      self.name = name
      self.results = results
    }

    /// The checks that it does not pass.
    var failures: [BehaviorResult] { results.filter(\.verdict.isFailure) }

    package var isCaught: Bool { !failures.isEmpty }
  }

  package var entries: [Entry]

  package init(entries: [Entry]) { self.entries = entries }

  /// Whether every one was caught, and there was one.
  package var isSharp: Bool { !entries.isEmpty && entries.allSatisfy(\.isCaught) }

  /// A row for each kernel.
  package func document() -> Document {
    var document = Document()
    var table = Table([
      Table.Column("cheat", .left), Table.Column("caught by", .left),
      Table.Column("seen", .left, isFlexible: true),
    ])
    for entry in entries {
      let failures = entry.failures
      table.add([
        Span(entry.name),
        failures.first.map { first in
          let others = failures.count - 1
          return Span(first.check.rawValue + (others > 0 ? " and \(others) more" : ""))
        } ?? Span("nothing", .bad),
        Span(failures.first.map { "\($0.verdict.rawValue): \($0.text)" } ?? ""),
      ])
    }
    document.add(.table(table))
    let count = entries.count(where: \.isCaught)
    document.add(
      .lines([[Span("caught \(count) of \(entries.count)", isSharp ? .good : .bad)]]))
    return document
  }
}
