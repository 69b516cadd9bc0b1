import Verify

/// A verdict as a page shows it: by its word, and by a shape and a colour that the style sheet has for its class.
struct HTMLVerdict: Hashable, Sendable {
  let word: String

  /// The class in the style sheet.
  let style: String

  init(word: String, style: String) {
    self.word = word
    self.style = style
  }

  init(_ verdict: Verdict?) {
    guard let verdict else {
      self.init(word: "no verdict", style: "none")
      return
    }
    self.init(
      word: verdict.rawValue,
      style: String(verdict.rawValue.lowercased().map { $0 == "_" ? "-" : $0 }))
  }

  var html: HTML { "<span class=\"verdict v-\(style)\">\(word)</span>" }
}

extension Verdict {
  /// The place in the order from the best to the worst, for a page to sort by.
  var rank: Int { Self.allCases.count { $0 < self } }

  /// Such as `957 PASS, 87 FELL_BACK`, the worst first.
  static func tally(_ verdicts: [Verdict?]) -> String {
    let counts = allCases.sorted(by: >).compactMap { verdict -> String? in
      let count = verdicts.count { $0 == verdict }
      return count > 0 ? "\(count) \(verdict.rawValue)" : nil
    }
    let none = verdicts.count { $0 == nil }
    return (counts + (none > 0 ? ["\(none) without a verdict"] : [])).joined(separator: ", ")
  }
}
