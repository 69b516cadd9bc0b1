public import Files
import FoundationEssentials

/// The rules by which an error becomes a verdict.
///
/// The derived bounds are the standard. Other rules are for people who have to match another tool; the
/// numbers they use are in every ``Deviation``, so that a result can be judged again by another policy
/// without a run.
public struct Policy: Hashable, Sendable {
  public var name: String

  /// The rules; a layer is judged by the first that fits it, or by the derived bounds if none does.
  public var rules: [Rule]

  public init(name: String, rules: [Rule]) {
    self.name = name
    self.rules = rules
  }

  /// The limits for some layers, all of which must be kept.
  public struct Rule: Hashable, Sendable, Codable {
    /// A regular expression that is looked for in the layer's name; nil fits every name.
    public var match: String?

    /// An operator, such as `Convolution`; nil fits every one.
    public var operation: String?

    /// Whether the derived bounds have to hold.
    public var bound: Bool?

    /// Whether every element has to be the expected value rounded to 32 bits.
    public var bitwise: Bool?

    /// `|ŷ − y| ≤ atol + rtol · |y|`; if only one is given, the other is 0.
    public var atol: Double?
    public var rtol: Double?

    /// The limits of single numbers of a ``Deviation``.
    public var relativeL2: Double?
    public var nmse: Double?
    public var maxUlp: Double?

    public init(
      match: String? = nil, operation: String? = nil, bound: Bool? = nil, bitwise: Bool? = nil,
      atol: Double? = nil, rtol: Double? = nil, relativeL2: Double? = nil, nmse: Double? = nil,
      maxUlp: Double? = nil
    ) {
      self.match = match
      self.operation = operation
      self.bound = bound
      self.bitwise = bitwise
      self.atol = atol
      self.rtol = rtol
      self.relativeL2 = relativeL2
      self.nmse = nmse
      self.maxUlp = maxUlp
    }
  }

  /// The derived bounds.
  public static let bound = Policy(name: "bound", rules: [])

  /// Equality of every bit, except for the sign of zero.
  public static let bitwise = Policy(name: "bitwise", rules: [Rule(bitwise: true)])

  /// Tolerances for every element.
  public static func tolerances(atol: Double, rtol: Double) -> Policy {
    Policy(name: "atol \(atol) rtol \(rtol)", rules: [Rule(atol: atol, rtol: rtol)])
  }

  /// The policies of other tools, with their customary names.
  public static let usual = [
    Policy(name: "NMSE 5e-4", rules: [Rule(nmse: 5e-4)]),
    Policy(name: "1e-3 + 1e-3·|e|", rules: [Rule(atol: 1e-3, rtol: 1e-3)]),
    Policy(name: "1e-5 + 1e-5·|e|", rules: [Rule(atol: 1e-5, rtol: 1e-5)]),
    Policy(name: "relative L2 2e-5", rules: [Rule(relativeL2: 2e-5)]),
  ]
}

extension Policy {
  /// The verdict on a layer.
  ///
  /// NaN, infinity and damage outside of the output fail by any policy, except by the derived bounds where
  /// a sum may overflow.
  ///
  /// - Parameters:
  ///   - deviation: How far the layer is off.
  ///   - guardsIntact: Whether nothing was written outside of the output.
  ///   - layer: The layer's name.
  ///   - operation: The layer's operator.
  /// - Returns: PASS, MARGINAL or FAIL.
  public func verdict(
    on deviation: Deviation, guardsIntact: Bool, layer: String, operation: String
  ) -> Verdict {
    guard guardsIntact else { return .fail }
    // The derived bounds know where overflow has to be expected; tolerances do not.
    guard let rule = rule(for: layer, operation: operation) else { return deviation.verdict }
    return deviation.nonFinite == 0 || rule.isBoundAlone ? rule.verdict(on: deviation) : .fail
  }

  /// The rule that a layer is judged by; nil for the derived bounds.
  public func rule(for layer: String, operation: String) -> Rule? {
    rules.first { $0.fits(layer: layer, operation: operation) }
  }
}

extension Policy.Rule {
  func fits(layer: String, operation: String) -> Bool {
    if let wanted = self.operation, wanted != operation { return false }
    guard let match else { return true }
    return (try? Regex(match)).map { layer.contains($0) } ?? false
  }

  /// Whether the rule is the derived bounds alone.
  fileprivate var isBoundAlone: Bool {
    self == Policy.Rule(match: match, operation: operation, bound: true)
  }

  func verdict(on deviation: Deviation) -> Verdict {
    // Each comparison has to hold, so NaN, for which none holds, fails.
    var holds = true
    if bitwise == true { holds = holds && deviation.differing == 0 }
    if atol != nil || rtol != nil {
      holds = holds && deviation.tolerances.isWithin(atol: atol ?? 0, rtol: rtol ?? 0)
    }
    if let relativeL2 { holds = holds && deviation.relativeL2 <= relativeL2 }
    if let nmse { holds = holds && deviation.nmse <= nmse }
    if let maxUlp { holds = holds && deviation.maxULP <= maxUlp }
    guard holds else { return .fail }
    return bound == true ? deviation.verdict : .pass
  }

  /// Why the rule is not valid; nil if it does.
  public var objection: String? {
    let limits = [atol, rtol, relativeL2, nmse, maxUlp].compactMap { $0 }
    if limits.contains(where: { !($0 >= 0 && $0.isFinite) }) {
      return "a limit is negative or not a number"
    }
    if limits.isEmpty, bound != true, bitwise != true { return "a rule limits nothing" }
    if let match, (try? Regex(match)) == nil {
      return "\(match.debugDescription) is not a regular expression"
    }
    return nil
  }
}

/// The reason a file is not a valid policy.
public struct PolicyError: ReportedError, Hashable {
  public let description: String
}

extension Policy {
  private struct File: Codable {
    var name: String?
    var rules: [Rule]
  }

  /// Reads a policy in JSON.
  ///
  /// Keys are in snake case:
  /// `{"name": "ours", "rules": [{"match": "conv2$", "atol": 1e-5, "rtol": 1e-4}, {"bound": true}]}`
  ///
  /// - Parameters:
  ///   - text: The JSON.
  ///   - name: The policy's name if the file gives none.
  /// - Throws: ``PolicyError`` that says what is wrong.
  public init(json text: String, name: String) throws(PolicyError) {
    let data = Data(text.utf8)
    let file: File
    do {
      let decoder = JSONDecoder()
      // A key that is not read would be a limit that is not checked.
      try Self.check(
        decoder.decode([String: Ignored].self, from: data).keys, known: ["name", "rules"], of: name)
      for rule in try decoder.decode(RuleKeys.self, from: data).rules {
        try Self.check(
          rule.keys,
          known: [
            "match", "operation", "bound", "bitwise", "atol", "rtol", "relative_l2", "nmse",
            "max_ulp",
          ], of: name)
      }
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      file = try decoder.decode(File.self, from: data)
    } catch let error as PolicyError {
      throw error
    } catch {
      let fault = JSONFault(error, isSnakeCase: true)
      throw PolicyError(description: "\(name) is not a policy in JSON: \(fault)")
    }
    for rule in file.rules {
      if let objection = rule.objection { throw PolicyError(description: "\(name): \(objection)") }
    }
    guard !file.rules.isEmpty else { throw PolicyError(description: "\(name) has no rules") }
    self.init(name: file.name ?? name, rules: file.rules)
  }

  private static func check(_ keys: some Sequence<String>, known: Set<String>, of name: String)
    throws(PolicyError)
  {
    guard let typo = keys.sorted().first(where: { !known.contains($0) }) else { return }
    throw PolicyError(
      description: "\(name): \(typo.debugDescription) is none of "
        + known.sorted().joined(separator: ", "))
  }

  private struct RuleKeys: Decodable {
    var rules: [[String: Ignored]]
  }

  private struct Ignored: Decodable {
    init(from decoder: any Decoder) throws {}
  }
}
