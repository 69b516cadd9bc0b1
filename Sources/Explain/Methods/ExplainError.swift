import Files
import Net

/// The reason there is no map.
package struct ExplainError: ReportedError, Hashable {
  package enum Code: Hashable, Sendable {
    /// The method runs the network again, and was requested where that is not possible.
    case needsForwardPasses

    /// The head's weights are missing or do not fit.
    case wrongWeights

    /// The plan keeps no logits or features, or is for inputs of another size.
    case wrongPlan

    /// An option is out of range.
    case wrongOption

    /// The network gives NaN or infinity.
    case notFinite

    /// A kernel did not finish.
    case kernelFailed

    /// The caller cancelled.
    case cancelled
  }

  package let code: Code

  /// What is wrong, as a sentence without a full stop.
  package let cause: String

  package init(_ code: Code, _ cause: String) {
    self.code = code
    self.cause = cause
  }

  init(_ error: GraphError) { self.init(.wrongWeights, error.description) }

  package var description: String { cause }
}
