/// 3×3 convolution by minimal filtering: four times fewer multiplications than the definition for
/// tiles of 4×4 results, 2.25 times fewer for 2×2.
public struct WinogradBackend: ConvolutionBackend {
  public let name: String
  public let summary: String

  /// The side of the tiles; nil to choose for each problem.
  private let tile: Int?

  public init() {
    name = "winograd"
    summary = "minimal filtering F(2×2) or F(4×4) on blocked maps; 3×3, stride 1, one group"
    tile = nil
  }

  /// The backend with one size of tiles, for measurements and tests.
  ///
  /// - Parameter tile: The side of a tile of results: 2 or 4.
  public init(tile: Int) {
    name = "winograd-f\(tile)"
    summary = "minimal filtering F(\(tile)×\(tile)) on blocked maps"
    self.tile = tile
  }

  public func refusal(of problem: ConvolutionProblem) -> String? {
    if problem.kernel != Size(3) { return "its kernel is not 3×3" }
    if problem.stride != Size(1) { return "its stride is not 1" }
    if problem.dilation != Size(1) { return "it is dilated" }
    if problem.groups != 1 { return "it has groups" }
    return nil
  }

  public func description(of problem: ConvolutionProblem, on target: ExecutionTarget)
    -> ConvolutionDescription
  {
    let layout = Layout.blocked(target.instructionSet.laneCount)
    return ConvolutionDescription(
      .winograd(transform(for: problem)), fusions: .relu,
      layouts: ConvolutionLayouts(input: layout, output: layout))
  }

  public func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    on target: ExecutionTarget
  ) throws(KernelError) -> any PreparedConvolution {
    try validate(problem, weights, bias)
    precondition(
      fusion.prologue == nil && fusion.averagePool == nil, "winograd fuses nothing but ReLU")
    let prepared = try WinogradConvolution(
      problem, transform(for: problem), weights: weights, bias: bias, relu: fusion.relu,
      microkernels: target.instructionSet.microkernels)
    try validate(
      scratchBytes: max(prepared.scratchByteCount, prepared.workspaceByteCount), for: problem)
    return prepared
  }

  private func transform(for problem: ConvolutionProblem) -> WinogradTransform {
    (tile ?? CostModel.fitted.winogradTile(problem)) == 4 ? .f4 : .f2
  }
}
