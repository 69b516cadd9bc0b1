/// What a page shows of `densecam selftest`.
struct SelfTestSection: HTMLSection {
  private let record: SelfTestRecord

  init(from decoder: any Decoder) throws { record = try SelfTestRecord(from: decoder) }

  var subject: String { "the verdicts themselves" }

  var verdict: HTMLVerdict {
    record.sharp
      ? HTMLVerdict(word: "SHARP", style: "pass") : HTMLVerdict(word: "BLUNT", style: "fail")
  }

  var summary: String {
    "\(record.faultsCaught) of \(record.faultsInjected) faults caught; "
      + "\(record.rightKernelsFailed) of \(record.rightKernels) right kernels failed"
  }

  var html: HTML {
    "<h3>Policies side by side</h3>\n" + policyTable.html + "<h3>Faults</h3>\n" + faultTable.html
      + (record.escaped.isEmpty ? "" : "<h3>Faults that passed</h3>\n" + escapeTable.html)
  }

  private var policyTable: HTMLTable {
    HTMLTable(
      caption: "What each policy would have caught, and which right kernels it would have failed",
      columns: [
        HTMLTable.Column(title: "policy", alignment: .left),
        HTMLTable.Column(title: "faults caught"), HTMLTable.Column(title: "right kernels failed"),
      ],
      rows: record.policies.map {
        [HTMLCell($0.policy), Self.count($0.faultsCaught), Self.count($0.rightKernelsFailed)]
      })
  }

  private var faultTable: HTMLTable {
    HTMLTable(
      caption: "Faults by what fails them",
      columns: [
        HTMLTable.Column(title: "fault", alignment: .left), HTMLTable.Column(title: "injected"),
        HTMLTable.Column(title: "caught", meaning: "failed by anything"),
        HTMLTable.Column(title: "FAIL", meaning: "failed by the derived bounds"),
        HTMLTable.Column(title: "MARGINAL", meaning: "possible, but larger than it should be"),
        HTMLTable.Column(title: "exact", meaning: "failed on integers whose sums are exact"),
        HTMLTable.Column(title: "impulses", meaning: "failed on inputs that are zero but for one"),
        HTMLTable.Column(
          title: "behaviour",
          meaning: "failed by a check of behaviour and by nothing before it"),
        HTMLTable.Column(title: "what is wrong", alignment: .left),
      ],
      rows: record.faults.filter { $0.injected > 0 }.map { fault in
        [
          HTMLCell(fault.fault), Self.count(fault.injected), Self.count(fault.caught),
          Self.count(fault.failed), Self.count(fault.marginal),
          Self.count(fault.failedInExactMode), Self.count(fault.failedOnImpulses),
          Self.count(fault.failedByBehavior.values.reduce(0) { $0.addingReportingOverflow($1).0 }),
          HTMLCell(fault.summary),
        ]
      })
  }

  private var escapeTable: HTMLTable {
    HTMLTable(
      caption: "Faults that nothing failed",
      columns: [
        HTMLTable.Column(title: "fault", alignment: .left),
        HTMLTable.Column(title: "backend", alignment: .left),
        HTMLTable.Column(title: "layer", alignment: .left),
        HTMLTable.Column(title: "verdict", alignment: .left),
        HTMLTable.Column(title: "err/worst case"),
      ],
      rows: record.escaped.map { escape in
        [
          HTMLCell(escape.fault), HTMLCell(escape.backend), HTMLCell(escape.layer),
          HTMLCell(escape.verdict),
          HTMLCell(
            NumberText.ratio(escape.errorOverWorst.value), value: escape.errorOverWorst.value),
        ]
      })
  }

  private static func count(_ count: Int) -> HTMLCell {
    HTMLCell("\(count)", value: Double(count))
  }

  var circumstances: [(name: String, values: [String])] {
    ReportContext(
      version: record.version, machine: record.machine.description, model: "",
      command: record.command
    ).circumstances
  }

  var warnings: [String] { record.rightKernelsMisbehaved }

  func data(_ commands: HTMLReport.Commands) throws -> (any Encodable)? { nil }
}
