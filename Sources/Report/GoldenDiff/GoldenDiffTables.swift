package import Verify

extension GoldenDiff {
  /// The arrays that are listed unless all are.
  package static let listedItems = 10

  /// The difference for people.
  ///
  /// - Parameters:
  ///   - old: The file that the difference is from.
  ///   - new: The file that it leads to.
  ///   - all: Whether every array is listed, in the order of the files.
  /// - Returns: Blocks to print as text or as Markdown.
  package func document(_ old: GoldenFile, _ new: GoldenFile, all: Bool) -> Document {
    var document = Document()
    document.add(.lines([origin("old", old), origin("new", new)]))
    document.add(.heading("What the values follow from"))
    document.add(.lines(sideLines))
    document.add(.lines(oneSidedLines(onlyInOld, "old", all)))
    document.add(.lines(oneSidedLines(onlyInNew, "new", all)))
    let listed = all ? items : Array(differing.prefix(Self.listedItems))
    if !listed.isEmpty { document.add(.heading("Values")) }
    document.add(.table(table(of: listed)))
    document.add(.lines(tally(listed: listed.count)))
    document.add(.lines([[Span(explanation, .strong)]]))
    return document
  }

  /// One line that says how far the values have moved, and why.
  package var summary: String {
    guard let most = differing.first else { return explanation }
    let distance = most.distance.map { "relative L2 \(NumberText.scientific($0.relativeL2))" }
    return "\(differing.count) of \(items.count) arrays differ, most of all \(most.name) "
      + "(\(distance ?? "another shape")); \(explanation)"
  }

  private func origin(_ which: String, _ golden: GoldenFile) -> [Span] {
    let header = golden.header
    return [
      Span(
        "\(which)  \(golden.path): \(header.generator) \(header.generatorVersion), "
          + "\(header.precision.rawValue), \(header.created)", .faint)
    ]
  }

  /// For each side its changes, or that it is the same.
  private var sideLines: [[Span]] {
    let hasManyCases = Set(items.map(\.caseName)).count > 1
    func label(_ change: Change) -> String {
      change.attribute + (hasManyCases ? change.caseName.map { " of \($0)" } ?? "" : "")
    }
    let width = changes.map { label($0).count }.max() ?? 0
    return Side.allCases.flatMap { side -> [[Span]] in
      let changes = changes.filter { $0.side == side }
      let name = side.rawValue.padded(to: 11, .left)
      guard !changes.isEmpty else { return [[Span(name), Span("the same", .faint)]] }
      return changes.enumerated().flatMap { index, change -> [[Span]] in
        let head = index == 0 ? name : "".padded(to: 11, .left)
        let (old, new) = (Self.shortened(change.old), Self.shortened(change.new))
        let line = "\(head)\(label(change).padded(to: width, .left))  \(old) → \(new)"
        guard line.count > Document.standardWidth else { return [[Span(line)]] }
        return [
          [Span(head + label(change))],
          [Span("".padded(to: 13, .left) + "old  \(old)")],
          [Span("".padded(to: 13, .left) + "new  \(new)")],
        ]
      }
    }
  }

  /// A checksum by its first digits, which tell two apart; anything else as it is.
  private static func shortened(_ value: String) -> String {
    value.count == 64 && value.allSatisfy(\.isHexDigit) ? value.prefix(12) + "…" : value
  }

  private func oneSidedLines(_ places: [Place], _ which: String, _ all: Bool) -> [[Span]] {
    let listed = all ? places[...] : places.prefix(Self.listedItems)
    var lines = listed.map { place in
      [
        Span("only \(which)   ", .doubtful),
        Span(
          place.array.map { "\($0) of \(place.caseName)" } ?? "the case \(place.caseName)"),
      ]
    }
    if listed.count < places.count {
      lines.append([Span("only \(which)   and \(places.count - listed.count) more: see --all")])
    }
    return lines
  }

  private func table(of listed: [Item]) -> Table {
    let hasManyCases = Set(items.map(\.caseName)).count > 1
    let hasNoise = listed.contains { $0.noise != nil }
    var columns = hasManyCases ? [Table.Column("case", .left, isFlexible: true)] : []
    columns += [
      Table.Column("array", .left, isFlexible: true), Table.Column("elements"),
      Table.Column("differ"), Table.Column("max ulp"), Table.Column("rel. L2"),
    ]
    if hasNoise { columns += [Table.Column("f32 noise"), Table.Column("L2/noise")] }
    var table = Table(columns)
    for item in listed {
      var cells = hasManyCases ? [Span(item.caseName)] : []
      cells += [Span(item.name), Span("\(item.count)")]
      if let distance = item.distance {
        let style: Style = distance.differing == 0 ? .faint : .plain
        cells += [
          Span("\(distance.differing)", style), Span("\(distance.maxULP)", style),
          Span(NumberText.scientific(distance.relativeL2), style),
        ]
      } else {
        cells += [Span("shape", .bad), "–", "–"]
      }
      cells += [
        Span(item.noise.map { NumberText.scientific($0) } ?? "–"), Self.judgement(of: item),
      ]
      table.add(cells)
    }
    return table
  }

  private static func judgement(of item: Item) -> Span {
    guard let ratio = item.noiseRatio else { return Span("–", .faint) }
    guard ratio > 1 else { return Span("within", .good) }
    return Span(
      ratio < 1000 ? NumberText.fixed(ratio, 1) + "×" : NumberText.scientific(ratio), .doubtful)
  }

  private func tally(listed: Int) -> [[Span]] {
    guard !items.isEmpty else { return [] }
    let count = differing.count
    var text = "\(count) of \(items.count) arrays differ"
    if count > listed { text += "; \(listed) are shown, --all shows every one" }
    if hasNoMaps { text += "; neither file stores maps" }
    return [[Span(text, .faint)]]
  }
}
