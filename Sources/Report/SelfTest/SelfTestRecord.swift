import Verify

/// The report of a self-test in JSON.
struct SelfTestRecord: Encodable {
  struct FaultCount: Encodable {
    var fault: String
    var summary: String
    var injected: Int
    var failed: Int
    var marginal: Int
    var failedInExactMode: Int

    /// Those that either failed.
    var caught: Int
    var beyondWorstCase: Int
  }

  struct PolicyCount: Encodable {
    var policy: String
    var faultsCaught: Int
    var rightKernelsFailed: Int
  }

  struct Escape: Encodable {
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
      faults: faults.map { fault in
        let all = trials.filter { $0.fault == fault.name }
        return SelfTestRecord.FaultCount(
          fault: fault.name, summary: fault.summary, injected: all.count,
          failed: all.count { $0.result.verdict == .fail },
          marginal: all.count { $0.result.verdict == .marginal },
          failedInExactMode: all.count(where: \.isCaughtByExactMode),
          caught: all.count(where: Self.isCaught),
          beyondWorstCase: all.count(where: \.exceedsWorstCase))
      },
      policies: policies.enumerated().map { index, policy in
        SelfTestRecord.PolicyCount(
          policy: policy.name, faultsCaught: trials.count { $0.isCaught[index] },
          rightKernelsFailed: alarms.failed[index])
      },
      escaped: trials.filter { !Self.isCaught($0) }.map { trial in
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
