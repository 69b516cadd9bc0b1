public import Files
import Net

/// Why there is no map.
public struct ExplainError: ReportedError, Hashable {
  public enum Code: Hashable, Sendable {
    /// The method runs the network again, and was asked for where there is none.
    case needsForwardPasses

    /// The head's weights are missing or do not fit.
    case wrongWeights

    /// The plan keeps no logits or features, or is for inputs of another size.
    case wrongPlan

    /// An option is out of range.
    case wrongOption

    /// The network gives NaN or infinity.
    case notFinite

    /// The caller did not want to go on.
    case cancelled
  }

  public let code: Code

  /// What is wrong, as a sentence without a full stop.
  public let cause: String

  public init(_ code: Code, _ cause: String) {
    self.code = code
    self.cause = cause
  }

  init(_ error: GraphError) { self.init(.wrongWeights, error.description) }

  public var description: String { cause }
}
