/// The outcome of holding one step of a plan against a golden.
///
/// It is a run's to fill in; only what reads saved results sets single values.
public struct LayerResult: Sendable {
  public enum Feed: String, Sendable, Codable, CaseIterable {
    /// The step was given the golden's values: what is wrong is the kernel's own doing.
    case isolated

    /// The step was given what the steps before it computed: what is wrong may be inherited.
    case network
  }

  public package(set) var caseName: String

  /// The name of the step: its convolution, or the node that it is about.
  public package(set) var layer: String

  /// The names of the nodes that the step computes in one pass.
  public package(set) var nodes: [String]

  /// The operator of the step's main node.
  public package(set) var operation: String

  /// The backend that was asked for.
  public package(set) var requested: String

  /// The backend that ran, which differs if the first refused; empty for steps that are not
  /// convolutions.
  public package(set) var executed: String
  public package(set) var feed: Feed
  public package(set) var deviation: Deviation

  /// Whether nothing was written outside of the output and the scratch memory, and only finite numbers into
  /// the output's spare lanes.
  public package(set) var guardsIntact: Bool

  /// The shape of the output, `[N, C, H, W]`.
  public package(set) var shape: [Int]

  /// Whether the golden file stores the expected value, or a double-precision run supplied it.
  public package(set) var isStored: Bool

  /// The convolution in benchdnn's notation, if the step computes one.
  public package(set) var problem: String?

  /// Whether every input of the step had one value in all of its elements.
  public package(set) var inputIsConstant: Bool

  /// Why the backend that was asked for did not run, or why nothing ran.
  public package(set) var refusal: String?

  /// What the step comes out as by the policy that it was judged by.
  public package(set) var verdict: Verdict

  /// The reason of a verdict that needs one.
  public package(set) var reason: String?

  /// Puts together what is known of a step that was run.
  ///
  /// - Parameters:
  ///   - caseName: The case of the golden.
  ///   - layer: The name of the step.
  ///   - nodes: The nodes that the step computes.
  ///   - operation: The operator of its main node.
  ///   - problem: The convolution, if it is one.
  ///   - requested: The backend that was asked for.
  ///   - executed: The backend that ran; empty if the step is no convolution.
  ///   - refusal: Why the requested backend refused the problem, if it did.
  ///   - feed: What the step was given.
  ///   - deviation: How far its output is off.
  ///   - guardsIntact: Whether it wrote nothing outside of its output, and finite numbers into spare lanes.
  ///   - inputIsConstant: Whether each input had one value throughout.
  ///   - shape: The shape of the output.
  ///   - isStored: Whether the golden file stores the expected value.
  ///   - policy: By which rules the error becomes a verdict.
  public init(
    caseName: String, layer: String, nodes: [String], operation: String, problem: String?,
    requested: String, executed: String, refusal: String?, feed: Feed, deviation: Deviation,
    guardsIntact: Bool, inputIsConstant: Bool, shape: [Int], isStored: Bool, policy: Policy
  ) {
    self.caseName = caseName
    self.layer = layer
    self.nodes = nodes
    self.operation = operation
    self.problem = problem
    self.requested = requested
    self.executed = executed
    self.refusal = refusal
    self.feed = feed
    self.deviation = deviation
    self.guardsIntact = guardsIntact
    self.inputIsConstant = inputIsConstant
    self.shape = shape
    self.isStored = isStored
    verdict = .pass
    judge(by: policy)
  }

  /// Says that a step was not run.
  ///
  /// - Parameters:
  ///   - caseName: The case of the golden, or the list of problems.
  ///   - layer: The name of the step.
  ///   - operation: The operator of the step.
  ///   - problem: The convolution.
  ///   - requested: The backend that was asked for.
  ///   - shape: The shape of the output.
  ///   - verdict: UNSUPPORTED or SKIPPED.
  ///   - reason: Why.
  public init(
    caseName: String, layer: String, operation: String = "Convolution", problem: String?,
    requested: String, shape: [Int], notRun verdict: Verdict, reason: String
  ) {
    self.init(
      caseName: caseName, layer: layer, nodes: [layer], operation: operation, problem: problem,
      requested: requested, executed: "", refusal: reason, feed: .isolated,
      deviation: Deviation(), guardsIntact: true, inputIsConstant: false, shape: shape,
      isStored: false, policy: .bound)
    self.verdict = verdict
    self.reason = reason
  }

  /// Whether the step was run.
  public var wasRun: Bool { deviation.count > 0 }

  /// Judges the step again.
  ///
  /// What was not run stays as it is.
  public mutating func judge(by policy: Policy) {
    guard wasRun else { return }
    verdict = policy.verdict(
      on: deviation, guardsIntact: guardsIntact, layer: layer, operation: operation)
    reason = nil
    guard verdict != .fail else { return }
    let doubt = Evidence.doubt(
      informative: deviation.informative, count: deviation.count,
      inputIsConstant: inputIsConstant)
    if let doubt {
      verdict = .mistrusted
      reason = doubt
    } else if let refusal, verdict == .pass {
      verdict = .fellBack
      reason = "to \(executed): \(refusal)"
    }
  }

  /// The worst element as indices `[n, c, y, x]`.
  public var worstPosition: [Int] {
    var rest = deviation.worstIndex
    var position: [Int] = []
    for side in shape.reversed() where side > 0 {
      position.append(rest % side)
      rest /= side
    }
    return position.reversed()
  }
}
