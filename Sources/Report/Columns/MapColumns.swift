import Verify

extension MapEntry {
  /// The columns of a Class Activation Map.
  static let columns: [Column<MapEntry>] = [
    .kept("golden", \.golden, "the golden file"),
    .kept("case", \.map.caseName, "the case of the golden", csv: ["golden_case", "case"]),
    .kept("backend", \.map.backend, "the backend that ran", csv: ["requested"]),
    .kept("class", \.map.classIndex, "the class that the map is of"),
    .kept("label", \.map.label, "its name, if the golden knows it"),
    .kept(
      "error_over_bound", \.map.errorOverBound,
      "the largest error over its likely bound; missing where the distance from the golden decides",
      better: .lower, null: Double.infinity, omitsNull: true, words: "error/bound",
      shown: Shown("err/bound", .ratio)),
    .kept(
      "error_over_worst", \.map.errorOverWorst,
      "the largest error over its worst-case bound; missing with the other", better: .lower,
      null: Double.infinity, omitsNull: true),
    .kept(
      "relative_l2", \.map.relativeL2, "‖map − golden‖₂ / ‖golden‖₂", better: .lower,
      words: "relative L2", shown: Shown("rel. L2", .scientific)),
    .kept(
      "peak_shift", \.map.peakShift, "how far the peak has moved", unit: "cells", better: .lower,
      words: "peak shift", shown: Shown("peak shift", .plain)),
    .kept(
      "iou", \.map.intersectionOverUnion,
      "intersection over union of the places above half of the maximum", better: .higher,
      words: "IoU", shown: Shown("IoU", .fixed(digits: 3))),
    .kept(
      "identity_error", \.map.identityError, "|mean(map) + bias − logit| over the largest logit",
      better: .lower, words: "identity error", shown: Shown("identity", .scientific)),
    .kept(
      "top1_same", \.isSameTop1, "the backend's likeliest class is the golden's", better: .higher),
    .told("verdict", \.map.verdict, "by the derived bound, or by the distance"),
  ]
}
