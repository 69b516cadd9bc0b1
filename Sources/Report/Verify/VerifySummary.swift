import Verify

extension VerifyReport {
  /// For each layer that failed what is needed to go after it.
  func failureLines(rerun: (_ golden: String, _ layer: LayerResult) -> [String]) -> [[Span]] {
    var lines: [[Span]] = []
    for golden in goldens {
      for result in golden.cases {
        for layer in result.layers where layer.verdict.isFailure {
          let position = layer.worstPosition.map(String.init).joined(separator: ",")
          let deviation = layer.deviation
          var text =
            " \(layer.layer) [\(position)]: expected \(Float(deviation.expected)), "
            + "got \(Float(deviation.got)), "
            + "error/bound \(NumberText.ratio(deviation.errorOverBound))"
          for limit in brokenLimits(of: layer) { text += ", \(limit)" }
          if deviation.nonFinite > 0 { text += ", \(deviation.nonFinite) elements not finite" }
          if let fault = layer.memoryFault { text += ", \(fault)" }
          if !layer.wasRun { text = " \(layer.layer): \(layer.reason ?? "it was not run")" }
          let isAsked = layer.executed.isEmpty || layer.executed == layer.requested
          let ran = isAsked ? "" : " (ran on \(layer.executed))"
          lines.append([Span(layer.verdict), Span(text)])
          lines.append([
            Span(
              "     \(layer.requested)\(ran), \(layer.feed.rawValue) feed, case "
                + label(ofCase: layer.caseName, in: golden))
          ])
          lines += rerun(golden.path, layer).map { [Span("     " + $0)] }
        }
      }
    }
    return lines
  }

  /// One line for each backend.
  var summaryLines: [[Span]] {
    let backends = backends
    guard !backends.isEmpty else { return [[Span("nothing was compared", .bad)]] }
    let width = backends.map(\.displayWidth).max() ?? 0
    return backends.map { backend in
      let rows = layerRows(of: backend)
      let cases = goldens.flatMap(\.cases)
      let maps = cases.flatMap(\.maps).filter { $0.backend == backend }
      let classes = cases.flatMap(\.classes).filter { $0.backend == backend }
      let verdict =
        (rows.compactMap(\.verdict) + maps.map(\.verdict) + classes.map(\.verdict)).overall
      var parts: [String] = []
      if !rows.isEmpty { parts.append(Self.tally(rows.compactMap(\.verdict), "layer")) }
      let judged = rows.filter { $0.feeds.contains(where: \.wasRun) }
      if let worst = judged.max(by: { $0.errorOverBound < $1.errorOverBound }) {
        parts.append(
          "worst \(NumberText.ratio(worst.errorOverBound)) of its bound at \(worst.layer)"
            + (worst.judged.map { " (\($0.feed.rawValue))" } ?? ""))
      }
      if !maps.isEmpty { parts.append(Self.tally(maps.map(\.verdict), "map")) }
      if !classes.isEmpty {
        let same = classes.count { $0.isSameTop1 }
        parts.append("top 1 same in \(same) of \(classes.count)")
      }
      return [
        Span(backend.padded(to: width, .left) + "  "), Span(verdict),
        Span("  " + parts.joined(separator: "; ")),
      ]
    }
  }

  /// Such as `3 layers: 2 PASS, 1 FELL_BACK, 0 FAIL`, where PASS and FAIL are always told.
  private static func tally(_ verdicts: [Verdict], _ noun: String) -> String {
    let counts = Verdict.allCases.compactMap { verdict in
      let count = verdicts.count { $0 == verdict }
      let isAlwaysTold = verdict == .pass || verdict == .fail
      return count > 0 || isAlwaysTold ? "\(count) \(verdict.rawValue)" : nil
    }
    return "\(verdicts.count) \(noun)\(verdicts.count == 1 ? "" : "s"): "
      + counts.joined(separator: ", ")
  }
}

extension LayerResult {
  /// What a step did to memory that it must not do; nil if nothing.
  var memoryFault: String? {
    guardsIntact ? nil : "wrote outside of its memory, or no numbers into its spare lanes"
  }
}
