/// The outcome of holding one step of a plan against a golden.
public struct LayerResult: Sendable {
  public enum Feed: String, Sendable, Codable, CaseIterable {
    /// The step was given the golden's values: what is wrong is the kernel's own doing.
    case isolated

    /// The step was given what the steps before it computed: what is wrong may be inherited.
    case network
  }

  public let caseName: String

  /// The name of the step: its convolution, or the node that it is about.
  public let layer: String

  /// The names of the nodes that the step computes in one pass.
  public let nodes: [String]

  /// The operator of the step's main node.
  public let operation: String

  /// The backend that was asked for.
  public let requested: String

  /// The backend that ran, which differs if the first refused; empty for steps that are not
  /// convolutions.
  public let executed: String
  public let feed: Feed
  public let deviation: Deviation

  /// Whether something was written behind the output or the scratch memory.
  public let guardsIntact: Bool

  /// The shape of the output, `[N, C, H, W]`.
  public let shape: [Int]

  /// Whether the golden file stores the expected value, or a double-precision run supplied it.
  public let isStored: Bool

  public var verdict: Verdict { guardsIntact ? deviation.verdict : .fail }

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
