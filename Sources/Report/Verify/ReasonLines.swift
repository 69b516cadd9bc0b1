import Verify

extension VerifyReport {
  /// Reasons that are listed for one backend unless all are wanted.
  static let listedReasons = 8

  /// Why layers are not simply PASS, and have not failed either, each reason once, as in
  /// `FELL_BACK 100 layers: to tiled: the kernel is no 3×3`.
  func reasonLines(_ rows: [LayerRow], all: Bool) -> [[Span]] {
    var reasons: [Reason: [LayerRow]] = [:]
    var order: [Reason] = []
    for row in rows {
      guard let result = row.feeds.max(by: { $0.verdict < $1.verdict }), !result.verdict.isFailure
      else { continue }
      let text = result.verdict == .marginal ? Reason.marginal : result.reason
      guard let text else { continue }
      let reason = Reason(verdict: result.verdict, text: text)
      if reasons[reason] == nil { order.append(reason) }
      reasons[reason, default: []].append(row)
    }
    let listed = all ? order[...] : order.prefix(Self.listedReasons)
    var lines = listed.map { reason in
      let rows = reasons[reason] ?? []
      let subject = rows.count == 1 ? rows[0].layer : "\(rows.count) layers"
      let text = " \(subject): \(reason.text)"
      return [Span(reason.verdict), Span(text + Self.furthest(reason, rows), .faint)]
    }
    if listed.count < order.count {
      lines.append([Span("… \(order.count - listed.count) more reasons; --all shows them", .faint)])
    }
    return lines
  }

  private struct Reason: Hashable {
    var verdict: Verdict
    var text: String

    static let marginal = "more than rounding makes likely, and no more than it makes possible"
  }

  /// How far the worst of several MARGINAL layers goes, by its worst element or by all together.
  private static func furthest(_ reason: Reason, _ rows: [LayerRow]) -> String {
    guard reason.verdict == .marginal else { return "" }
    func excess(_ row: LayerRow) -> Double {
      row.feeds.filter { $0.verdict == .marginal }
        .reduce(0) { max($0, $1.deviation.errorOverBound, $1.deviation.rmsOverBound) }
    }
    guard let worst = rows.max(by: { excess($0) < excess($1) }) else { return "" }
    let place = rows.count == 1 ? "" : " at \(worst.layer)"
    return "; up to \(NumberText.ratio(excess(worst))) of what is likely\(place)"
  }
}
