import Kernels
package import Net

/// Who computes each convolution of a plan, as a table.
package struct PlanReport: Sendable {
  package var assignments: [Assignment]

  package init(_ assignments: [Assignment]) { self.assignments = assignments }

  /// The report for people.
  package func document() -> Document {
    var table = Table([
      Table.Column("layer", .left, isFlexible: true),
      Table.Column("problem", .left, isFlexible: true),
      Table.Column("backend", .left), Table.Column("algorithm", .left),
      Table.Column("layout", .left),
    ])
    for assignment in assignments {
      let description = assignment.description
      let layouts = description.layouts
      table.add([
        Span(assignment.node), Span("\(assignment.executedProblem)"), Span(assignment.executed),
        Span("\(description.algorithm)"),
        Span(layouts.input == layouts.output ? "\(layouts.input)" : "planar → blocks"),
      ])
    }
    var document = Document()
    document.add(.table(table))
    document.add(
      .lines(
        assignments.compactMap { assignment in
          assignment.refusal.map {
            [Span("\(assignment.node): \(assignment.requested) does not compute it: \($0)")]
          }
        }))
    return document
  }
}
