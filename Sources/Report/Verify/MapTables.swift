import Verify

extension VerifyReport {
  /// The Class Activation Maps of one backend, a row each.
  func mapTable(of backend: String) -> Table {
    let namesCase = hasManyCases
    var columns = namesCase ? [Table.Column("case", .left, isFlexible: true)] : []
    columns += [
      Table.Column("CAM of class", .left, isFlexible: true), Table.Column("verdict", .left),
      Table.Column("err/bound"), Table.Column("rel. L2"), Table.Column("peak shift"),
      Table.Column("IoU"), Table.Column("identity"),
    ]
    var table = Table(columns)
    for golden in goldens {
      for result in golden.cases {
        for map in result.maps where map.backend == backend {
          let name = [String(map.classIndex), map.label ?? ""].filter { !$0.isEmpty }
          table.add(
            (namesCase ? [Span(label(ofCase: result.name, in: golden))] : []) + [
              Span(name.joined(separator: " ")), Span(map.verdict),
              Span(map.errorOverBound.map { NumberText.ratio($0) } ?? "–"),
              Span(NumberText.scientific(map.relativeL2)),
              Span(map.peakShift.map(String.init) ?? "–"),
              Span(NumberText.fixed(map.intersectionOverUnion, 3)),
              Span(NumberText.scientific(map.identityError)),
            ])
        }
      }
    }
    return table
  }

  /// How the maps of one backend were judged, where that does not go without saying.
  func mapNotes(of backend: String) -> [[Span]] {
    let maps = goldens.flatMap(\.cases).flatMap(\.maps).filter { $0.backend == backend }
    var notes: [String] = []
    if maps.contains(where: { !$0.hasBound }) {
      notes.append(
        "a map without err/bound is judged by its distance from the golden's: a layer before it failed or "
          + "was not judged with the network feed, or the input is not the golden's own")
    }
    let changed = maps.count { $0.hasBound && $0.verdict == .pass && $0.meaning != .pass }
    if changed > 0 {
      notes.append(
        "\(changed) of the maps that rounding explains \(changed == 1 ? "looks" : "look") different from "
          + "the golden's: rel. L2, peak shift and IoU say how much")
    }
    return notes.map { [Span($0, .faint)] }
  }

  /// The classes that one backend tells, a row a case.
  func classTable(of backend: String) -> Table {
    let namesCase = hasManyCases
    var columns = namesCase ? [Table.Column("case", .left, isFlexible: true)] : []
    columns += [
      Table.Column("top 5", .left, isFlexible: true), Table.Column("verdict", .left),
      Table.Column("same top 1", .left), Table.Column("same top 5", .left),
      Table.Column("margin used"),
    ]
    var table = Table(columns)
    for golden in goldens {
      for result in golden.cases {
        for classes in result.classes where classes.backend == backend {
          table.add(
            (namesCase ? [Span(label(ofCase: result.name, in: golden))] : []) + [
              Span(classes.top5.map(String.init).joined(separator: " ")), Span(classes.verdict),
              Span(classes.isSameTop1 ? "yes" : "NO", classes.isSameTop1 ? .plain : .bad),
              Span(classes.isSameTop5 ? "yes" : "NO", classes.isSameTop5 ? .plain : .doubtful),
              Span(NumberText.scientific(classes.marginUsed)),
            ])
        }
      }
    }
    return table
  }
}
