import Verify

/// One row of the table of layers: both feeds of one step.
struct LayerRow: Sendable {
  /// The name of the case in tables.
  var label: String
  var layer: String
  var requested: String

  /// Empty for steps that are not convolutions.
  var executed: String
  var isolated: LayerResult?
  var network: LayerResult?

  var feeds: [LayerResult] { [isolated, network].compactMap { $0 } }

  var verdict: Verdict? { feeds.map(\.verdict).max() }

  /// The feed that tells most about the kernel: the isolated one.
  ///
  /// With the network's, a step that rounds nothing and passes on what it was given reaches its
  /// bound exactly.
  var judged: LayerResult? { isolated ?? network }

  var errorOverBound: Double { judged?.deviation.errorOverBound ?? 0 }

  /// The feed whose distances are shown: the network's, which shows what has accumulated.
  var shown: LayerResult? { network ?? isolated }

  /// How much further from the golden the network's own input leads than the golden's does.
  ///
  /// It is the ratio of the relative L2 distances; nil if one is missing or not to be divided by.
  var growth: Double? {
    guard let network, let isolated, isolated.deviation.relativeL2 > 0 else { return nil }
    return network.deviation.relativeL2 / isolated.deviation.relativeL2
  }

  /// Those that are not PASS and the worst of the others, worst first.
  static func mostTelling(_ rows: [LayerRow], passes: Int) -> [LayerRow] {
    // Places keep the order among equals.
    let sorted = rows.enumerated().sorted { a, b in
      let (left, right) = (a.element, b.element)
      if let l = left.verdict, let r = right.verdict, l != r, max(l, r) >= .marginal {
        return l > r
      }
      if left.errorOverBound != right.errorOverBound {
        return left.errorOverBound > right.errorOverBound
      }
      return a.offset < b.offset
    }.map(\.element)
    let isGood = { (row: LayerRow) in row.verdict.map { $0 < .marginal } ?? true }
    return sorted.filter { !isGood($0) } + sorted.filter(isGood).prefix(passes)
  }
}

extension VerifyReport {
  /// The rows of one backend, in the order of the cases and of the network.
  func layerRows(of backend: String) -> [LayerRow] {
    var rows: [LayerRow] = []
    for golden in goldens {
      for result in golden.cases {
        // One problem may be there with several seeds, each a case of its own.
        var places: [[String]: Int] = [:]
        for layer in result.layers where layer.requested == backend {
          let key = [layer.caseName, layer.layer]
          let place = places[key] ?? rows.count
          if place == rows.count {
            places[key] = place
            rows.append(
              LayerRow(
                label: label(ofCase: result.name, in: golden), layer: layer.layer,
                requested: layer.requested, executed: layer.executed))
          }
          switch layer.feed {
          case .isolated: rows[place].isolated = layer
          case .network: rows[place].network = layer
          }
        }
      }
    }
    return rows
  }

  /// The table of some rows, with only those columns that have something to say.
  func layerTable(_ rows: [LayerRow]) -> Table {
    let hasIsolated = rows.contains { $0.isolated != nil }
    let hasNetwork = rows.contains { $0.network != nil }
    let isPresent = [
      LayerRow.caseColumn.name: hasManyCases,
      LayerRow.executedColumn.name: rows.contains {
        !$0.executed.isEmpty && $0.executed != $0.requested
      },
      LayerRow.isolatedColumn.name: hasIsolated, LayerRow.networkColumn.name: hasNetwork,
      LayerRow.growthColumn.name: hasIsolated && hasNetwork,
    ]
    let columns = LayerRow.columns.shown().filter { isPresent[$0.name] ?? true }
    let distances = LayerEntry.columns.shown()
    var table = Table(columns.map(\.column) + distances.map(\.column))
    for row in rows {
      var cells = columns.map { column in
        // The error of a feed has the colour of its verdict.
        guard let verdict = row.feed(of: column.name)?.verdict, verdict != .pass else {
          return column.span(row)
        }
        return Span(column.span(row).text, Style(verdict))
      }
      let entry = row.feeds.contains(where: \.wasRun) ? row.shown.map { LayerEntry($0) } : nil
      cells += distances.map { distance in entry.map(distance.span) ?? "–" }
      table.add(cells)
    }
    return table
  }

  /// How many rows a table has left out.
  func layerNotes(rows: [LayerRow], listed: [LayerRow]) -> [[Span]] {
    guard listed.count < rows.count else { return [] }
    let counts = Verdict.allCases.compactMap { verdict in
      let count = rows.count { $0.verdict == verdict } - listed.count { $0.verdict == verdict }
      return count > 0 ? "\(count) more \(verdict.rawValue)" : nil
    }
    return [[Span("… \(counts.joined(separator: ", ")); --all shows them", .faint)]]
  }
}
