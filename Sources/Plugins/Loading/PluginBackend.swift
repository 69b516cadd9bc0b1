import CDensecam
import Glibc
package import Kernels

/// A backend of a plugin that this process has loaded.
@safe
package struct PluginBackend: ConvolutionBackend {
  package let name: String
  package let summary: String
  let functions: Functions

  /// What is called.
  @unsafe
  enum Functions: @unchecked Sendable {
    case simple(PluginLibrary.SimpleConvolve, refusal: PluginLibrary.Refusal?)
    case full(UnsafePointer<densecam_backend>)
  }

  /// A description that has been checked.
  struct Description {
    var convolution: ConvolutionDescription

    /// Whether the kernel runs threads of its own.
    var hasOwnThreads = false
  }

  package func refusal(of problem: ConvolutionProblem) -> String? {
    var problem = problem.raw
    let text =
      switch unsafe functions {
      case .simple(_, let refusal): unsafe refusal?(&problem)
      case .full(let table): unsafe table.pointee.refusal?(&problem)
      }
    return unsafe text.map { unsafe String(cString: $0) }
  }

  package func description(of problem: ConvolutionProblem, on target: ExecutionTarget)
    -> ConvolutionDescription
  {
    (try? described(problem, on: target).convolution) ?? ConvolutionDescription(.reassociated)
  }

  /// How the plugin says that it computes a problem.
  ///
  /// - Throws: ``KernelError`` if it says something that cannot be.
  func described(_ problem: ConvolutionProblem, on target: ExecutionTarget) throws(KernelError)
    -> Description
  {
    guard case .full(let table) = unsafe functions, let describe = unsafe table.pointee.describe
    else { return Description(convolution: ConvolutionDescription(.reassociated)) }
    var problem = problem.raw
    let size = MemoryLayout<densecam_description>.size
    var answer = densecam_description()
    answer.size = size
    answer.algorithm = Int32(DENSECAM_REASSOCIATED)
    (answer.input_block, answer.output_block) = (1, 1)
    unsafe describe(&problem, &answer)
    // A plugin of an earlier header leaves alone what it does not know.
    guard (Self.leastDescriptionSize...size).contains(answer.size) else {
      throw invalid("a description of \(answer.size) bytes")
    }
    let algorithm: Algorithm
    switch Int(answer.algorithm) {
    case Int(DENSECAM_DIRECT): algorithm = .direct
    case Int(DENSECAM_REASSOCIATED): algorithm = .reassociated
    case Int(DENSECAM_WINOGRAD): algorithm = .winograd(try transform(answer))
    case Int(DENSECAM_REDUCED):
      guard Algorithm.reducedBits.contains(Int(answer.operand_bits)) else {
        throw invalid("operands of \(answer.operand_bits) bits")
      }
      algorithm = .reduced(bits: Int(answer.operand_bits))
    default: throw invalid("an algorithm number \(answer.algorithm)")
    }
    let known: Fusions = [.prologue, .relu, .averagePool]
    let fusions = Fusions(rawValue: Int(answer.fusions))
    guard known.isSuperset(of: fusions) else {
      throw invalid("fusions \(answer.fusions)")
    }
    func layout(_ block: Int32) throws(KernelError) -> Layout {
      switch Int(block) {
      case 1: return .planar
      case target.instructionSet.laneCount: return .blocked(Int(block))
      default:
        throw invalid(
          "blocks of \(block) channels, where 1 or \(target.instructionSet.laneCount) are possible")
      }
    }
    let layouts = ConvolutionLayouts(
      input: try layout(answer.input_block), output: try layout(answer.output_block))
    guard (0...1).contains(answer.threading) else { throw invalid("threading \(answer.threading)") }
    var description = ConvolutionDescription(algorithm, fusions: fusions, layouts: layouts)
    description.orderVaries = answer.order_varies != 0
    return Description(
      convolution: description,
      hasOwnThreads: Int(answer.threading) == Int(DENSECAM_THREADS_OF_KERNEL))
  }

  package func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    on target: ExecutionTarget
  ) throws(KernelError) -> any PreparedConvolution {
    try PluginConvolution(
      self, problem,
      PluginConvolution.Operands(
        weights: weights, bias: bias.map { WeightBuffer($0) },
        scale: fusion.prologue.map { WeightBuffer($0.scale) },
        shift: fusion.prologue.map { WeightBuffer($0.shift) }), fusion: fusion, on: target)
  }

  /// The bytes of a description in the first version of the header.
  private static let leastDescriptionSize = 32

  /// The transform that a plugin says it uses.
  private func transform(_ answer: densecam_description) throws(KernelError) -> WinogradTransform {
    let tile = Int(answer.tile)
    guard answer.point_count != 0 else {
      guard let known = WinogradTransform.of(tile: tile) else {
        throw invalid("Winograd's algorithm with tiles of \(tile)")
      }
      return known
    }
    var answer = answer
    let points = unsafe withUnsafeBytes(of: &answer.points) {
      unsafe Array($0.bindMemory(to: Double.self))
    }
    guard (0...points.count).contains(Int(answer.point_count)),
      let own = WinogradTransform(tile: tile, points: Array(points.prefix(Int(answer.point_count))))
    else { throw invalid("\(answer.point_count) points for Winograd's tiles of \(tile)") }
    return own
  }

  /// The error of a plugin that breaks the interface.
  func invalid(_ what: String) -> KernelError {
    KernelError(.invalidKernel, "\(name): the plugin gives \(what)")
  }
}

extension ConvolutionProblem {
  /// The problem as plugins are given it.
  var raw: densecam_problem {
    densecam_problem(
      size: MemoryLayout<densecam_problem>.size, batch: Int64(input.batch),
      input_channels: Int64(input.channels), input_height: Int64(input.height),
      input_width: Int64(input.width), output_channels: Int64(outputChannels),
      output_height: Int64(output.height), output_width: Int64(output.width),
      kernel_height: Int64(kernel.height), kernel_width: Int64(kernel.width),
      stride_height: Int64(stride.height), stride_width: Int64(stride.width),
      dilation_height: Int64(dilation.height), dilation_width: Int64(dilation.width),
      padding_top: Int64(padding.top), padding_left: Int64(padding.left),
      padding_bottom: Int64(padding.bottom), padding_right: Int64(padding.right),
      groups: Int64(groups))
  }
}
