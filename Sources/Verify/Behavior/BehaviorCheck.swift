/// Something that a kernel has to do, or must not do, whatever it computes.
package enum BehaviorCheck: String, CaseIterable, Sendable {
  case loading
  case correctness
  case repetition
  case newData = "new-data"
  case threads
  case order
  case negation
  case scaling
  case impulses
  case signs
  case linearity
  case shift
  case zeros
  case nonFinite = "non-finite"
  case memory
  case processes
  case clock
  case effort

  /// What is asked, in one line.
  package var summary: String {
    switch self {
    case .loading: "loading the file changes nothing in its process"
    case .correctness:
      "random problems, within their bounds, on guarded operands that are only read"
    case .repetition: "the same data give the same bits, 250 times"
    case .newData:
      "other data in the same place give other results, and the first data the first bits"
    case .threads: "1, 2 and more threads give the same bits"
    case .order: "its tasks from the last to the first give the same bits"
    case .negation: "the negated input gives the negated output, bit for bit"
    case .scaling: "an input times a power of two gives the output times it, bit for bit"
    case .impulses: "inputs that are 0 but for single elements give back the weights"
    case .signs: "errors are as often up as down, and as often towards zero as away from it"
    case .linearity: "the sum of two inputs gives the sum of the outputs, within twice the bound"
    case .shift: "an input shifted by whole tiles gives the shifted output, within twice the bound"
    case .zeros: "an input of zeros, of either sign, gives the bias"
    case .nonFinite: "NaN and infinities reach the results that they belong to, and no others"
    case .memory: "no memory is lost from call to call"
    case .processes: "no process is left running"
    case .clock: "time passes in its process as it does outside"
    case .effort: "data that it has seen before take as long as new ones"
    }
  }
}

/// The verdict on one check.
package struct BehaviorResult: Sendable {
  package let check: BehaviorCheck
  package let verdict: Verdict

  /// What was seen, or why it was not looked at.
  package let text: String

  package init(_ check: BehaviorCheck, _ verdict: Verdict, _ text: String) {
    self.check = check
    self.verdict = verdict
    self.text = text
  }
}
