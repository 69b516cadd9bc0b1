import Verify

extension VerifyReport {
  /// The Class Activation Maps of one backend, a row each.
  func mapTable(of backend: String) -> Table {
    table(about: "CAM of class") { result in
      result.maps.filter { $0.backend == backend }.map { map in
        let name = [String(map.classIndex), map.label ?? ""].filter { !$0.isEmpty }
        return (name.joined(separator: " "), map.verdict, MapEntry(map))
      }
    }
  }

  /// The classes that one backend tells, a row a case.
  func classTable(of backend: String) -> Table {
    table(about: "top 5") { result in
      result.classes.filter { $0.backend == backend }.map { classes in
        let top5 = classes.top5.map(String.init).joined(separator: " ")
        return (top5, classes.verdict, ClassEntry(classes))
      }
    }
  }

  /// A table of the rows of all cases: what each is about, the verdict, and the columns that tables show.
  private func table<Entry: ColumnRow>(
    about title: String,
    _ rows: (CaseResult) -> [(about: String, verdict: Verdict, entry: Entry)]
  ) -> Table {
    let namesCase = hasManyCases
    let shown = Entry.columns.shown()
    var table = Table(
      (namesCase ? [Table.Column("case", .left, isFlexible: true)] : [])
        + [Table.Column(title, .left, isFlexible: true), Table.Column("verdict", .left)]
        + shown.map(\.column))
    for golden in goldens {
      for result in golden.cases {
        for row in rows(result) {
          table.add(
            (namesCase ? [Span(label(ofCase: result.name, in: golden))] : [])
              + [Span(row.about), Span(row.verdict)]
              + shown.map { $0.span(row.entry) })
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
}
