/// What a convolution is expected to cost, in vector multiply-adds: the one unit in which all
/// instruction sets are about alike.
///
/// It looks at one image, so that a picture gets the same bits alone and in a batch.
///
/// `swift run -c release fit-cost-model` measures what the factors stand for, with cold weights, and
/// prints how much slower than the fastest each choice is: on a Zen 3 core with AVX2 by 4 % on average
/// over 21 problems, and by a third at worst.
package struct CostModel: Sendable {
  /// The ways to compute a 3×3 convolution among which the model chooses.
  package enum Choice: Hashable, CaseIterable, Sendable {
    case direct
    case winograd2
    case winograd4

    package var backend: any ConvolutionBackend {
      switch self {
      case .direct: TiledBackend()
      case .winograd2: WinogradBackend(tile: 2)
      case .winograd4: WinogradBackend(tile: 4)
      }
    }
  }

  /// The cost of moving one vector of input or output through a Winograd transform, for each element
  /// of a patch.
  package var transform: Double

  /// The cost of packing one vector of input.
  package var packing: Double

  /// The cost of reading one vector of cold weights.
  package var coldWeights: Double

  package init(transform: Double, packing: Double, coldWeights: Double) {
    self.transform = transform
    self.packing = packing
    self.coldWeights = coldWeights
  }

  /// The factors fitted on a Zen 3 core with AVX2.
  package static let fitted = CostModel(transform: 2, packing: 1.5, coldWeights: 8)

  /// The way that is expected to be fastest, for a problem that Winograd can compute.
  package func fastest(_ problem: ConvolutionProblem) -> Choice {
    let tile = winogradTile(problem)
    guard winograd(problem, tile: tile) < direct(problem) else { return .direct }
    return tile == 4 ? .winograd4 : .winograd2
  }

  /// The tile that is expected to be fastest for a problem that Winograd can compute.
  func winogradTile(_ problem: ConvolutionProblem) -> Int {
    winograd(problem, tile: 4) <= winograd(problem, tile: 2) ? 4 : 2
  }

  /// Whether OpenBLAS is expected to be faster than direct summation in this instruction set.
  ///
  /// OpenBLAS picks its own kernels for the processor, whatever instruction set is forced here. Where
  /// those have fused multiply-adds in wider registers, they take less than half the time of
  /// baseline code, unless the matrices are too narrow for them.
  static func prefersOpenBLAS(_ problem: ConvolutionProblem, instructionSet: InstructionSet) -> Bool
  {
    instructionSet == .baseline && instructionSet != .best && problem.depth >= 16
      && problem.groupOutputChannels >= 16
  }

  private func winograd(_ problem: ConvolutionProblem, tile: Int) -> Double {
    let tiles =
      ((problem.output.height + tile - 1) / tile)
      * ((problem.output.width + tile - 1) / tile)
    let elements = Double((tile + 2) * (tile + 2))
    let inputs = Double(problem.input.channels)
    let outputs = Double(problem.outputChannels)
    let count = Double(tiles)
    // Products of vectors of outputs; everything else counts vectors of channels.
    return elements
      * (count * inputs * outputs + transform * count * (inputs + outputs)
        + coldWeights * inputs * outputs)
  }

  private func direct(_ problem: ConvolutionProblem) -> Double {
    let products = Double(problem.output.imageCount) * Double(problem.depth)
    return products + packing * Double(problem.input.imageCount)
      + coldWeights * Double(problem.weightCount)
  }
}
