/// The outcome of comparing one step of a plan with a golden.
///
/// A run fills it in; only code that reads saved results sets single values.
public struct LayerResult: Sendable {
  public enum Feed: String, Sendable, Codable, CaseIterable {
    /// The step was given the golden's values: any fault is the kernel's own.
    case isolated

    /// The step was given what the steps before it computed: a fault may be inherited.
    case network
  }

  public package(set) var caseName: String

  /// The name of the step: its convolution, or its node.
  public package(set) var layer: String

  /// The names of the nodes that the step computes in one pass.
  public package(set) var nodes: [String]

  /// The operator of the step's main node.
  public package(set) var operation: String

  /// The requested backend.
  public package(set) var requested: String

  /// The backend that ran, which differs if the first refused; empty for steps that are not
  /// convolutions.
  public package(set) var executed: String
  public package(set) var feed: Feed
  public package(set) var deviation: Deviation

  /// Whether nothing was written outside the output and the scratch memory, and only finite numbers to
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

  /// Why the requested backend did not run, or why nothing ran.
  public package(set) var refusal: String?

  /// The verdict by the policy that the step was judged by.
  public package(set) var verdict: Verdict

  /// The reason for a verdict that needs one.
  public package(set) var reason: String?

  /// Creates the result of a step that was run.
  ///
  /// - Parameters:
  ///   - caseName: The case of the golden.
  ///   - layer: The name of the step.
  ///   - nodes: The nodes that the step computes.
  ///   - operation: The operator of its main node.
  ///   - problem: The convolution, if it is one.
  ///   - requested: The requested backend.
  ///   - executed: The backend that ran; empty if the step is not a convolution.
  ///   - refusal: Why the requested backend refused the problem, if it did.
  ///   - feed: What the step was given.
  ///   - deviation: How far its output is off.
  ///   - guardsIntact: Whether it wrote nothing outside of its output, and finite numbers to spare lanes.
  ///   - inputIsConstant: Whether each input had one value throughout.
  ///   - shape: The shape of the output.
  ///   - isStored: Whether the golden file stores the expected value.
  ///   - policy: The rules by which the error becomes a verdict.
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

  /// Creates the result of a step that was not run, or not to its end.
  ///
  /// - Parameters:
  ///   - caseName: The case of the golden, or the list of problems.
  ///   - layer: The name of the step.
  ///   - nodes: The nodes that the step computes; the layer alone unless given.
  ///   - operation: The operator of the step.
  ///   - problem: The convolution.
  ///   - requested: The requested backend.
  ///   - executed: The backend that ran without finishing; empty if none did.
  ///   - feed: What the step was to be given.
  ///   - shape: The shape of the output.
  ///   - verdict: UNSUPPORTED, SKIPPED, or what became of a kernel that did not finish.
  ///   - reason: Why.
  public init(
    caseName: String, layer: String, nodes: [String] = [], operation: String = "Convolution",
    problem: String?, requested: String, executed: String = "", feed: Feed = .isolated,
    shape: [Int], notRun verdict: Verdict, reason: String
  ) {
    self.init(
      caseName: caseName, layer: layer, nodes: nodes.isEmpty ? [layer] : nodes,
      operation: operation, problem: problem, requested: requested, executed: executed,
      refusal: reason, feed: feed,
      deviation: Deviation(), guardsIntact: true, inputIsConstant: false, shape: shape,
      isStored: false, policy: .bound)
    self.verdict = verdict
    self.reason = reason
  }

  /// Whether the step was run.
  public var wasRun: Bool { deviation.count > 0 }

  /// Judges the step again.
  ///
  /// A step that was not run keeps its verdict.
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
