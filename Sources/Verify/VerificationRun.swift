public import Kernels
public import Net

/// One way of running the network that is to be verified.
public struct VerificationRun: Sendable {
  /// The name in reports, such as `im2col-openblas`.
  public var name: String
  public var backends: BackendChoice
  public var options: PlanOptions

  /// The plan to judge, as it will be run elsewhere; nil to compile one.
  ///
  /// One that is compiled here keeps the values that maps and classes need. With a plan from
  /// elsewhere only the steps are judged.
  public var plan: Plan?

  public init(
    name: String, backends: BackendChoice, options: PlanOptions = .standard, plan: Plan? = nil
  ) {
    self.name = name
    self.backends = backends
    self.options = options
    self.plan = plan
  }
}

/// What to verify, and how.
public struct VerificationOptions: Sendable {
  public var feeds: Set<LayerResult.Feed>

  /// Decides by name whether a layer is judged.
  public var includes: @Sendable (_ layer: String) -> Bool

  /// The rules by which errors become verdicts.
  public var policy: Policy

  /// Inputs to use instead of the golden's, by case: the pictures, decoded and prepared again.
  public var inputs: [String: Tensor<Float>]

  /// Whether kernels that can be are run on operands between protected pages.
  public var guardsOperands: Bool

  /// Whether the input is zero nearly everywhere, so that convolutions are judged by the bound of the few
  /// products that are not.
  ///
  /// That holds for a convolution which is given the input itself, so with the isolated feed alone.
  package var isInputSparse = false

  public init(
    feeds: Set<LayerResult.Feed> = Set(LayerResult.Feed.allCases),
    includes: @escaping @Sendable (_ layer: String) -> Bool = { _ in true },
    policy: Policy = .bound, inputs: [String: Tensor<Float>] = [:], guardsOperands: Bool = true
  ) {
    self.feeds = feeds
    self.includes = includes
    self.policy = policy
    self.inputs = inputs
    self.guardsOperands = guardsOperands
  }
}

/// The outcome of verifying one case of a golden file.
public struct CaseResult: Sendable {
  public var name: String
  public var layers: [LayerResult] = []
  public var maps: [MapComparison] = []
  public var classes: [ClassComparison] = []

  /// What each run computed with the network feed, by its name.
  package var outputs: [String: NetworkOutput] = [:]

  /// Why no maps were compared although the network was run on a golden; nil if some were, or if there was
  /// nothing to compare them with.
  public var noMaps: String?

  public init(name: String) { self.name = name }

  /// The worst verdict of all; nil if nothing was compared.
  public var verdict: Verdict? {
    (layers.map(\.verdict) + maps.map(\.verdict) + classes.map(\.verdict)).overall
  }
}

/// The output of a network in one run.
package struct NetworkOutput: Sendable {
  package let elements: [Float]

  /// What each element may be off by at most, given what the steps before it have computed; empty if the last
  /// step was not judged.
  package let allowed: [Double]

  package init(elements: [Float], allowed: [Double]) {
    self.elements = elements
    self.allowed = allowed
  }
}
