/// What a convolution is expected to cost, in vector multiply-adds: the one unit in which all
/// instruction sets are about alike.
///
/// It looks at one image, so that a picture gets the same bits alone and in a batch.
///
/// The factors were fitted to measurements on a Zen 3 core with AVX2: direct, F(2×2) and F(4×4) on 21
/// problems of 3×3, 1 to 56 pixels and 4 to 512 channels wide, with weights in no cache. Of those the
/// model picks the fastest or one that takes at most 15 % longer. Whether it does on another machine,
/// `densecam bench --backend tiled,winograd,auto --layers` tells.
enum CostModel {
  /// The cost of moving one vector of input or output through a Winograd transform, for each element
  /// of a patch.
  private static let transform = 2.0

  /// The cost of packing one vector of input.
  private static let packing = 1.5

  /// The cost of reading one vector of weights that is in no cache.
  private static let coldWeights = 8.0

  /// The tile that is expected to be fastest for a problem that Winograd can compute.
  static func winogradTile(_ problem: ConvolutionProblem) -> Int {
    winograd(problem, tile: 4) <= winograd(problem, tile: 2) ? 4 : 2
  }

  /// Whether Winograd is expected to be faster than direct summation, for a problem that it can
  /// compute.
  static func prefersWinograd(_ problem: ConvolutionProblem) -> Bool {
    winograd(problem, tile: winogradTile(problem)) < direct(problem)
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

  private static func winograd(_ problem: ConvolutionProblem, tile: Int) -> Double {
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

  private static func direct(_ problem: ConvolutionProblem) -> Double {
    let products = Double(problem.output.imageCount) * Double(problem.depth)
    return products + packing * Double(problem.input.imageCount)
      + coldWeights * Double(problem.weightCount)
  }
}
