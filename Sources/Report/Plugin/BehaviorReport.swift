package import Verify

/// What the checks of a kernel have shown.
package struct BehaviorReport: Sendable {
  /// The name of the kernel.
  package var backend: String
  package var results: [BehaviorResult]

  package init(backend: String, results: [BehaviorResult]) {
    self.backend = backend
    self.results = results
  }

  /// Whether no check failed.
  package var isGood: Bool { !results.contains { $0.verdict.isFailure } }

  /// The checks, one row each.
  package func document() -> Document {
    var document = Document()
    document.add(.heading("Checks of \(backend)"))
    var table = Table([
      Table.Column("check", .left), Table.Column("verdict", .left), Table.Column("seen", .left),
    ])
    for result in results {
      table.add([Span(result.check.rawValue), Span(result.verdict), Span(result.text)])
    }
    document.add(.table(table))
    return document
  }
}
