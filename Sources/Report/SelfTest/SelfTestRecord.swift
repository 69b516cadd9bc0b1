import Verify

/// The report of a self-test in JSON.
struct SelfTestRecord: Codable {
  struct FaultCount: Codable {
    var fault: String
    var summary: String
    var injected: Int
    var failed: Int
    var marginal: Int
    var failedInExactMode: Int
    var failedOnImpulses: Int

    /// Those that a check of behaviour failed and nothing before it, by its name.
    var failedByBehavior: [String: Int]

    /// Those that any of these failed.
    var caught: Int
    var beyondWorstCase: Int
  }

  struct PolicyCount: Codable {
    var policy: String
    var faultsCaught: Int
    var rightKernelsFailed: Int
  }

  struct Escape: Codable {
    var fault: String
    var backend: String
    var layer: String
    var verdict: String
    var errorOverBound: JSONNumber
    var errorOverWorst: JSONNumber
    var beyondWorstCase: Bool
  }

  var version: String
  var command: String
  var machine: MachineRecord
  var sharp: Bool
  var faultsInjected: Int

  /// What `verify` says of them as it judges by default.
  var faultsFailed: Int
  var faultsMarginal: Int
  var rightKernels: Int
  var rightKernelsFailed: Int
  var rightKernelsMarginal: Int

  /// Those that were judged on impulses, and those whose behaviour was examined.
  var rightKernelsOnImpulses: Int
  var rightKernelsExamined: Int

  /// The checks of behaviour that right kernels did not pass.
  var rightKernelsMisbehaved: [String]

  /// Faults that anything failed.
  var faultsCaught: Int
  var faults: [FaultCount]
  var policies: [PolicyCount]

  /// Faults that passed.
  var escaped: [Escape]
}

extension SelfTestReport {
  /// The report for scripts; see ``Report`` for what JSON cannot hold.
  ///
  /// - Throws: What the encoder throws.
  package func json() throws -> String {
    try SelfTestRecord(
      version: context.version, command: context.command,
      machine: MachineRecord(context.machine), sharp: isSharp, faultsInjected: trials.count,
      faultsFailed: failedCount, faultsMarginal: trials.count(where: \.isMarginal),
      rightKernels: alarms.count,
      rightKernelsFailed: alarms.suspected.count { $0.verdict == .fail },
      rightKernelsMarginal: alarms.suspected.count { $0.verdict == .marginal },
      rightKernelsOnImpulses: alarms.counts[.impulses] ?? 0,
      rightKernelsExamined: alarms.examined,
      rightKernelsMisbehaved: alarms.misbehaved.map { "\($0.check.rawValue): \($0.text)" },
      faultsCaught: trials.count(where: \.isCaught),
      faults: faults.map { fault in
        let all = trials.filter { $0.fault == fault.name }
        return SelfTestRecord.FaultCount(
          fault: fault.name, summary: fault.summary, injected: all.count,
          failed: all.count(where: \.isCaughtByBounds),
          marginal: all.count { $0.result.verdict == .marginal },
          failedInExactMode: all.count(where: \.isCaughtByExactMode),
          failedOnImpulses: all.count(where: \.isCaughtByImpulses),
          failedByBehavior: Self.behavior(of: all),
          caught: all.count(where: \.isCaught),
          beyondWorstCase: all.count(where: \.exceedsWorstCase))
      },
      policies: policies.enumerated().map { index, policy in
        SelfTestRecord.PolicyCount(
          policy: policy.name, faultsCaught: trials.count { $0.isCaughtByPolicy[index] },
          rightKernelsFailed: alarms.failed[index])
      },
      escaped: trials.filter { !$0.isCaught }.map { trial in
        SelfTestRecord.Escape(
          fault: trial.fault, backend: trial.backend, layer: trial.layer,
          verdict: trial.result.verdict.rawValue,
          errorOverBound: JSONNumber(trial.result.deviation.errorOverBound),
          errorOverWorst: JSONNumber(trial.result.deviation.errorOverWorst),
          beyondWorstCase: trial.exceedsWorstCase)
      }
    ).jsonText()
  }
}
