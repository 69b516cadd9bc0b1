import Kernels
import TestSupport

/// A backend that is wrong on purpose, in one way, on problems of one kind.
struct WrongBackend: ConvolutionBackend {
  enum Fault: String, CaseIterable, Sendable {
    case droppedChannel
    case lostBorderPixel
    case oneNaN
    case oneInfinity
    case missingBiasOrOffset
    case oneElementOff
    case notWritten
    case writesBehind
    case reducedPrecision
  }

  let fault: Fault

  /// By how much `oneElementOff` is off.
  var amount: Float = 0.05

  /// Which problems go wrong.
  let isStruck: @Sendable (ConvolutionProblem) -> Bool

  let name = "faulty"
  let summary = "wrong on purpose"

  func refusal(of problem: ConvolutionProblem) -> String? { nil }

  func description(of problem: ConvolutionProblem, on target: ExecutionTarget)
    -> ConvolutionDescription
  {
    ConvolutionDescription(.reassociated)
  }

  func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    on target: ExecutionTarget
  ) throws(KernelError) -> any PreparedConvolution {
    let struck = isStruck(problem)
    var used = weights
    if struck, fault == .reducedPrecision {
      // bfloat16 keeps the upper half of a float.
      used = weights.withElements { elements in
        WeightBuffer(
          elements.indices.map { Float(bitPattern: elements[$0].bitPattern & 0xFFFF_0000) })
      }
    }
    if struck, fault == .droppedChannel {
      used = weights.withElements { elements in
        let plane = problem.kernel.height * problem.kernel.width
        let last = problem.groupInputChannels - 1
        return WeightBuffer(
          elements.indices.map {
            $0 / plane % problem.groupInputChannels == last ? 0 : elements[$0]
          })
      }
    }
    let fault = struck ? fault : nil
    let amount = amount
    let altered = used
    let backend = AlteredBackend(weights: { _, _ in altered }) { problem, _, task, output in
      let plane = problem.output.planeCount
      let (image, channel) = task.quotientAndRemainder(dividingBy: problem.outputChannels)
      let values = output.plane(image, channel)
      switch fault {
      case .lostBorderPixel where channel == 0: values[plane - 1] = 0
      case .oneNaN where channel == 1: values[plane / 2] = .nan
      case .oneInfinity where channel == 1: values[plane / 2] = .infinity
      case .missingBiasOrOffset: for i in 0..<plane { values[i] += 0.01 }
      case .oneElementOff where channel == 2: values[0] += amount
      case .notWritten where channel == 0: values[0] = .nan
      case .writesBehind where task == problem.output.batch * problem.outputChannels - 1:
        let size = problem.output.imageCount
        output.base[(problem.output.batch - 1) * output.batchStride + (size + 15) / 16 * 16] = 1
      default: break
      }
    }
    return try backend.prepare(
      problem, weights: used, bias: bias, fusion: fusion, on: target)
  }
}
