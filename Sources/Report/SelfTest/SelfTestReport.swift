package import Verify

/// How sharp the verdicts are: the share of faults that each policy catches, and its false alarms.
package struct SelfTestReport: Sendable {
  package var context: ReportContext
  package var threads: Int

  /// The faults that were injected, with what they are.
  package var faults: [Fault]

  /// What judged them; the derived bounds first.
  package var policies: [Policy]
  package var trials: [SelfTest.Trial]
  package var alarms: SelfTest.FalseAlarms

  /// The seeds whose random problems right kernels were judged on.
  package var seeds: ClosedRange<UInt64>?

  package init(
    context: ReportContext, threads: Int, faults: [Fault], policies: [Policy],
    trials: [SelfTest.Trial], alarms: SelfTest.FalseAlarms, seeds: ClosedRange<UInt64>?
  ) {
    self.context = context
    self.threads = threads
    self.faults = faults
    self.policies = policies
    self.trials = trials
    self.alarms = alarms
    self.seeds = seeds
  }

  /// Those that no rounding can explain and that passed all the same: there must be none.
  package var escapes: [SelfTest.Trial] {
    trials.filter { $0.exceedsWorstCase && !$0.isCaughtByBounds }
  }

  /// How many trials each check of behaviour fails, by its name, where nothing before it does.
  static func behavior(of trials: [SelfTest.Trial]) -> [String: Int] {
    trials.compactMap(\.behavior).reduce(into: [:]) { $0[$1.check.rawValue, default: 0] += 1 }
  }

  /// The faults that `verify` fails as it judges by default, and so tells a script.
  var failedCount: Int { trials.count(where: \.isCaughtByBounds) }

  /// The share of all faults with an effect that anything fails.
  package var caughtShare: Double {
    trials.isEmpty ? 0 : Double(trials.count(where: \.isCaught)) / Double(trials.count)
  }

  /// The least share that counts as sharp.
  package static let sufficientShare = 0.995

  /// Whether everything beyond the worst case was failed, enough of all, and no right kernel was failed
  /// or found MARGINAL.
  package var isSharp: Bool {
    escapes.isEmpty && alarms.isEmpty
      && (trials.isEmpty || caughtShare >= Self.sufficientShare)
  }

  /// The report for people.
  package func document() -> Document {
    var document = Document()
    document.add(
      .lines([
        [Span(context.buildLine, .faint)], [Span(context.machineLine, .faint)],
        [Span("\(context.model) on \(threads) thread\(threads == 1 ? "" : "s")", .faint)],
      ]))
    if !trials.isEmpty {
      document.add(.heading("Faults caught"))
      document.add(.table(faultTable))
      document.add(.lines(escapeLines))
    }
    document.add(.heading("Policies side by side"))
    document.add(.table(policyTable))
    document.add(.lines(alarmLines + summaryLines))
    return document
  }

  /// Such as `40 of 40`, or `–` for none.
  private func share(_ part: Int, _ whole: Int) -> String { whole == 0 ? "–" : "\(part)/\(whole)" }

  private var faultTable: Table {
    var table = Table([
      Table.Column("fault", .left), Table.Column("FAIL"), Table.Column("MARGINAL"),
      Table.Column("exact"), Table.Column("impulses"), Table.Column("behaviour", .left),
      Table.Column("caught"),
      Table.Column("what is wrong", .left, isFlexible: true),
    ])
    for fault in faults {
      let all = trials.filter { $0.fault == fault.name }
      guard !all.isEmpty else { continue }
      let caught = all.count(where: \.isCaught)
      let exact = all.filter { $0.exact != nil }
      let impulses = all.filter { $0.impulses != nil }
      let behavior = Self.behavior(of: all).sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      table.add([
        Span(fault.name), Span("\(all.count(where: \.isCaughtByBounds))"),
        Span("\(all.count { $0.result.verdict == .marginal })"),
        Span(share(exact.count(where: \.isCaughtByExactMode), exact.count)),
        Span(share(impulses.count(where: \.isCaughtByImpulses), impulses.count)),
        Span(behavior.map { "\($0.key) \($0.value)" }.joined(separator: ", ")),
        Span(share(caught, all.count), caught == all.count ? .good : .doubtful),
        Span(fault.summary, .faint),
      ])
    }
    return table
  }

  private var policyTable: Table {
    var table = Table([
      Table.Column("policy", .left, isFlexible: true), Table.Column("faults caught"),
      Table.Column("share"), Table.Column("right kernels failed"), Table.Column("share"),
    ])
    func add(_ name: String, _ caught: Int, _ failed: Int) {
      table.add([
        Span(name), Span(share(caught, trials.count)), Span(percent(caught, trials.count)),
        Span(share(failed, alarms.count)), Span(percent(failed, alarms.count)),
      ])
    }
    add("all checks", trials.count(where: \.isCaught), alarms.failed[0] + alarms.misbehavedCount)
    for (index, policy) in policies.enumerated() {
      add(
        policy == .bound ? "derived bounds" : policy.name,
        trials.count { $0.isCaughtByPolicy[index] },
        alarms.failed[index])
    }
    return table
  }

  private func percent(_ part: Int, _ whole: Int) -> String {
    whole == 0 ? "–" : NumberText.fixed(100 * Double(part) / Double(whole), 1) + " %"
  }

  /// What passed that should not have; nothing, if all is well.
  private var escapeLines: [[Span]] {
    escapes.map { trial in
      [
        Span("ESCAPED", .bad),
        Span(
          " \(trial.fault) in \(trial.backend) at \(trial.layer): "
            + "\(trial.result.verdict.rawValue), error/worst case "
            + NumberText.ratio(trial.result.deviation.errorOverWorst)),
      ]
    }
  }

  private var alarmLines: [[Span]] {
    let misbehaved = alarms.misbehaved.map { result in
      [Span(result.verdict), Span(" false alarm: \(result.check.rawValue), \(result.text)")]
    }
    return misbehaved
      + alarms.suspected.map { result in
        [
          Span(result.verdict),
          Span(
            " false alarm: \(result.requested) at \(result.layer), \(result.caseName): error/bound "
              + NumberText.ratio(result.deviation.errorOverBound)),
        ]
      }
  }

  private var summaryLines: [[Span]] {
    var lines: [[Span]] = []
    if !trials.isEmpty {
      let beyond = trials.filter(\.exceedsWorstCase)
      let marginal = trials.count(where: \.isMarginal)
      let more = trials.count { !$0.isCaughtByBounds && $0.isCaughtByExactMode }
      lines.append([
        Span(
          "\(faults.count) faults, \(trials.count) times injected with effect: "
            + "\(percent(failedCount, trials.count)) FAIL as verify judges by default, "
            + "\(percent(marginal, trials.count)) MARGINAL, on which it exits with 0; "
            + "--policy exact fails \(percent(more, trials.count)) more; with impulses and checks of "
            + "behaviour \(percent(trials.count(where: \.isCaught), trials.count)) are caught")
      ])
      lines.append([
        Span(
          "\(beyond.count) beyond the worst case, \(beyond.count - escapes.count) of them FAIL")
      ])
    }
    if let seeds {
      let kinds = [ConvolutionTrial.Values.uniform, .small, .large, .impulses].compactMap {
        values in
        alarms.counts[values].map {
          "\($0) \(values == .uniform || values == .impulses ? "on " : "")\(values.name)"
        }
      }
      let failed = alarms.suspected.count { $0.verdict == .fail }
      lines.append([
        Span(
          "\(alarms.count) right kernels on the problems of seeds \(seeds.lowerBound) to "
            + "\(seeds.upperBound) (\(kinds.joined(separator: ", "))): \(failed) FAIL, "
            + "\(alarms.suspected.count - failed) MARGINAL; "
            + "\(alarms.misbehavedCount) of \(alarms.examined) failed for their behaviour")
      ])
    }
    lines.append([Span(isSharp ? "SHARP" : "BLUNT", isSharp ? .good : .bad)])
    return lines
  }
}
