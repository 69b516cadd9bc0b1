import Verify

extension ClassEntry {
  /// The columns of the classes of a case.
  static let columns: [Column<ClassEntry>] = [
    .kept("golden", \.golden, "the golden file"),
    .kept("case", \.classes.caseName, "the case of the golden", csv: ["golden_case", "case"]),
    .kept("backend", \.classes.backend, "the backend that ran", csv: ["requested"]),
    .told(
      "top1_same", \.classes.isSameTop1, "the likeliest class is the golden's", better: .higher,
      shown: Shown("same top 1", .sameness(.bad))),
    .told(
      "top5_same", \.classes.isSameTop5, "so are the first five, in their order", better: .higher,
      shown: Shown("same top 5", .sameness(.doubtful))),
    .kept("top5", \.classes.top5, "the likeliest classes, likeliest first", words: "top 5"),
    .kept("golden_top5", \.classes.goldenTop5, "those of the golden", csv: [], words: "golden"),
    .kept(
      "margin_used", \.classes.marginUsed,
      "the share of the distance between the golden's first two logits that the error has used up",
      better: .lower, words: "margin used", shown: Shown("margin used", .scientific)),
    .kept("verdict", \.verdict, "FAIL if the likeliest class is another one"),
  ]
}
