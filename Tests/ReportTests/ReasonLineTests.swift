import Testing

@testable import Report
@testable import Verify

@Suite("Reasons below the table") struct ReasonLineTests {
  static func layer(_ name: String, informative: Int = 60, refusal: String? = nil) -> LayerResult {
    var deviation = Samples.layer(name, .isolated, bound: 0.5, worst: 0.1).deviation
    deviation.informative = informative
    return LayerResult(
      caseName: "dog", layer: name, nodes: [name], operation: "Convolution", problem: nil,
      requested: "fast", executed: refusal == nil ? "fast" : "tiled", refusal: refusal,
      feed: .isolated, deviation: deviation, guardsIntact: true, inputIsConstant: false,
      shape: [1, 3, 4, 5], isStored: true, policy: .bound)
  }

  static func text(_ layers: [LayerResult], all: Bool = false) -> String {
    Samples.verifyReport(passes: 1, layers).document(all: all) { _, _ in [] }.text()
  }

  @Test("are told once, with the number of layers") func once() {
    let text = Self.text(
      (0..<100).map { Self.layer("c\($0)", refusal: "the kernel is no 3×3") }
        + [Self.layer("z", informative: 2)]
        + (1...3).map { Samples.layer("m\($0)", .isolated, bound: 1 + Double($0) / 2, worst: 0.5) }
        + [
          LayerResult(
            caseName: "dog", layer: "r", problem: "mb1", requested: "fast", shape: [1, 3, 4, 5],
            notRun: .skipped, reason: "it takes 9 GiB")
        ])
    #expect(text.contains("\nFELL_BACK 100 layers: to tiled: the kernel is no 3×3\n"))
    #expect(
      text.contains("\nMISTRUSTED z: only 2 of 60 expected values exceed their worst-case bound\n"))
    #expect(
      text.contains(
        "\nMARGINAL 3 layers: more than rounding makes likely, and no more than it makes possible; "
          + "up to 2.50 of what is likely at m3\n"))
    #expect(text.contains("\nSKIPPED r: it takes 9 GiB\n"))
    #expect(text.contains("91 more FELL_BACK") || text.contains("90 more FELL_BACK"))
  }

  @Test("of all elements together count, too") func together() {
    var deviation = Samples.layer("m", .isolated, bound: 0.5, worst: 0.1).deviation
    deviation.rmsOverBound = 1.25
    let layer = LayerResult(
      caseName: "dog", layer: "m", nodes: [], operation: "Convolution", problem: nil,
      requested: "fast", executed: "fast", refusal: nil, feed: .isolated, deviation: deviation,
      guardsIntact: true, inputIsConstant: false, shape: [1, 3, 4, 5], isStored: true,
      policy: .bound)
    #expect(Self.text([layer]).contains("possible; up to 1.25 of what is likely\n"))
  }

  @Test("are no more than fit on a page unless all are wanted") func many() {
    let layers = (0..<30).map { Self.layer("c\($0)", refusal: "reason \($0)") }
    let few = Self.text(layers)
    #expect(few.contains("reason 7\n") && !few.contains("reason 8\n"))
    #expect(few.contains("\n… 22 more reasons; --all shows them\n"))
    #expect(Self.text(layers, all: true).contains("reason 29\n"))
  }

  @Test("of a policy name the limit and what it takes") func limits() {
    var report = Samples.verifyReport(passes: 0, [])
    var deviation = Samples.layer("a", .isolated, bound: 0.5, worst: 0.1).deviation
    deviation.tolerances = ToleranceFrontier(points: [.init(magnitude: 2, error: 0.5)])
    deviation.differing = 7
    deviation.relativeL2 = 0.25
    for (rule, text) in [
      (Policy.Rule(bitwise: true), "7 of 60 elements differ\n"),
      (Policy.Rule(atol: 0.25), "needs atol 0.5\n"),
      (Policy.Rule(atol: 0.125, rtol: 0.125), "needs atol 0.24999999999999997 beside rtol 0.125\n"),
      (Policy.Rule(rtol: 0.125), "needs atol 0.24999999999999997 beside rtol 0.125\n"),
      (Policy.Rule(relativeL2: 0.125), "relative L2 2.50e-01 exceeds 0.125\n"),
      (Policy.Rule(nmse: 0.03125), "NMSE 6.25e-02 exceeds 0.03125\n"),
      (Policy.Rule(maxUlp: 2), "max ulp 3.50e+00 exceeds 2.0\n"),
    ] {
      report.policy = Policy(name: "ours", rules: [rule])
      let layer = LayerResult(
        caseName: "dog", layer: "a", nodes: [], operation: "Convolution", problem: nil,
        requested: "fast", executed: "fast", refusal: nil, feed: .isolated, deviation: deviation,
        guardsIntact: true, inputIsConstant: false, shape: [1, 3, 4, 5], isStored: true,
        policy: report.policy)
      #expect(layer.verdict == .fail)
      report.goldens[0].cases[0].layers = [layer]
      let printed = report.document(all: false) { _, _ in [] }.text()
      #expect(printed.contains(text), "\(printed)")
      #expect(printed.contains("\njudged by ours\n"))
      #expect(report.junit { _, _ in [] }.contains(text.dropLast()))
    }
  }
}
