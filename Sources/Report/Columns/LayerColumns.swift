import Verify

extension LayerEntry {
  /// The columns of a layer and feed.
  static let columns: [Column<LayerEntry>] = [
    .kept("golden", \.golden, "the golden file, or the list of problems"),
    .kept("golden_case", \.goldenCase, "the case of the golden, or problems"),
    .kept("case", \.result.caseName, "the same, or the seed that numbers were drawn from"),
    .kept("layer", \.result.layer, "the step, by its convolution or the node that it is about"),
    .kept("operation", \.result.operation, "the operator of the step's main node"),
    .kept("nodes", \.result.nodes, "the nodes that the step computes in one pass", csv: []),
    .kept("problem", \.result.problem, "the convolution in benchdnn's notation"),
    .kept("shape", \.result.shape, "the shape of the output, [N, C, H, W]", csv: []),
    .kept("requested", \.result.requested, "the backend that was asked for"),
    .kept("executed", \.result.executed, "the backend that ran; empty for other operators"),
    .kept("refusal", \.result.refusal, "why the requested backend did not run", csv: []),
    .kept(
      "feed", \.result.feed,
      "isolated: given the golden's values; network: what the steps before computed"),
    .kept("verdict", \.result.verdict, "by the policy of the run"),
    .kept("reason", \.result.reason, "why, where the verdict needs it"),
    .kept("count", \.deviation.count, "the elements that were compared", unit: "elements"),
    .kept(
      "informative", \.deviation.informative,
      "those whose expected value is larger than the error that is possible there",
      unit: "elements", better: .higher),
    .kept(
      "input_is_constant", \.result.inputIsConstant,
      "every input has one value throughout, so that no shift or swap would show", better: .lower),
    .kept(
      "error_over_bound", \.deviation.errorOverBound,
      "the largest error over its likely bound: above 1 it is no PASS", better: .lower,
      null: .infinity, words: "error/bound"),
    .kept(
      "error_over_worst", \.deviation.errorOverWorst,
      "the largest error over its worst-case bound: above 1 it is a FAIL", better: .lower,
      null: .infinity, words: "error/worst"),
    .kept(
      "rms_over_bound", \.deviation.rmsOverBound,
      "the root of the mean square of all errors over their bounds, over what is likely of it",
      better: .lower, null: .infinity),
    .kept(
      "relative_l2", \.deviation.relativeL2, "‖ŷ − y‖₂ / ‖y‖₂", better: .lower,
      shown: Shown("rel. L2", .scientific)),
    .told(
      "nmse", \.deviation.nmse, "the normalised mean square error, ‖ŷ − y‖² / ‖y‖²",
      better: .lower),
    .told(
      "snr_db", \.deviation.signalToNoise, "the ratio of signal to noise, −20 log₁₀ relative_l2",
      unit: "dB", better: .higher),
    .kept(
      "max_abs", \.deviation.maxAbs, "the largest |ŷ − y|", better: .lower,
      shown: Shown("max abs", .scientific, isOptional: true)),
    .told(
      "max_relative", \.deviation.maxRelative,
      "the largest |ŷ − y| / |y|; infinite if an element that should be 0 is not",
      better: .lower),
    .kept(
      "max_ulp", \.deviation.maxULP,
      "the largest error in units of the last place of the expected value", unit: "ulp",
      better: .lower, null: .infinity, shown: Shown("max ulp", .count)),
    .kept(
      "differing", \.deviation.differing,
      "those that differ from the expected value rounded to 32 bits", unit: "elements",
      better: .lower),
    .kept(
      "non_finite", \.deviation.nonFinite, "those that are NaN or infinite", unit: "elements",
      better: .lower),
    .told(
      "least_atol", { $0.deviation.tolerances.leastAbsolute() },
      "the smallest absolute tolerance that would pass alone", better: .lower),
    .told(
      "least_rtol", \.deviation.tolerances.leastRelative,
      "the smallest relative tolerance that would pass alone", better: .lower),
    .told(
      "least_tolerance", \.deviation.tolerances.leastOfBoth,
      "the smallest number that would pass as both", better: .lower),
    .kept(
      "tolerances", \.tolerances,
      "pairs of |y| and |ŷ − y| on which every pair of tolerances depends", csv: []),
    .kept(
      "guards_intact", \.result.guardsIntact,
      "nothing was written outside of the output, and finite numbers into its spare lanes",
      better: .higher),
    .kept("index", \.index, "the element furthest beyond its bound, [n, c, y, x]"),
    .kept("expected", \.deviation.expected, "what was expected there"),
    .kept("got", \.deviation.got, "what came"),
    .kept("stored", \.result.isStored, "the golden stores the expected value"),
  ]
}
