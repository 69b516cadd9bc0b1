import Verify

extension VerifyReport {
  /// The limits of the policy that a layer breaks, each in a few words; none where the derived bounds
  /// judge it.
  func brokenLimits(of layer: LayerResult) -> [String] {
    guard layer.wasRun, let rule = policy.rule(for: layer.layer, operation: layer.operation) else {
      return []
    }
    let deviation = layer.deviation
    var broken: [String] = []
    if rule.bitwise == true, deviation.differing > 0 {
      broken.append("\(deviation.differing) of \(deviation.count) elements differ")
    }
    if rule.atol != nil || rule.rtol != nil {
      let rtol = rule.rtol ?? 0
      if !deviation.tolerances.isWithin(atol: rule.atol ?? 0, rtol: rtol) {
        // All digits, so that the number can be taken as it stands.
        broken.append(
          "needs atol \(deviation.tolerances.leastAbsolute(rtol: rtol))"
            + (rtol > 0 ? " beside rtol \(rtol)" : ""))
      }
    }
    func check(_ name: String, _ value: Double, _ limit: Double?) {
      guard let limit, !(value <= limit) else { return }
      broken.append("\(name) \(NumberText.scientific(value, 2)) exceeds \(limit)")
    }
    check("relative L2", deviation.relativeL2, rule.relativeL2)
    check("NMSE", deviation.nmse, rule.nmse)
    check("max ulp", deviation.maxULP, rule.maxUlp)
    return broken
  }
}
