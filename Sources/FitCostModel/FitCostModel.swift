// Measures the 3×3 convolutions that `CostModel` chooses an algorithm for, prints what its choices cost,
// and searches for better factors. Run it alone on the machine:
//
//     swift run -c release fit-cost-model
//
// It is for those who tune kernels; nothing else uses it.

import Kernels

@main
enum FitCostModel {
  /// Input and output channels, and the side of the map.
  ///
  /// The first four are DenseNet's; the others go from one pixel to 112 wide and from 4 to 512 channels.
  private static let shapes: [(inputs: Int, outputs: Int, side: Int)] = [
    (128, 32, 56), (128, 32, 28), (128, 32, 14), (128, 32, 7),
    (64, 64, 56), (128, 128, 28), (256, 256, 14), (512, 512, 7),
    (32, 32, 112), (16, 16, 56), (8, 8, 28), (4, 4, 14),
    (512, 512, 1), (256, 256, 3), (64, 64, 4), (48, 96, 10),
    (24, 24, 20), (40, 80, 33), (4, 64, 56), (512, 32, 5), (64, 4, 28),
  ]

  /// How often every problem is measured.
  private static let rounds = 40

  static func main() throws {
    let problems = try shapes.map { shape in
      try ConvolutionProblem(
        input: TensorShape(
          batch: 1, channels: shape.inputs, height: shape.side, width: shape.side),
        outputChannels: shape.outputs, kernel: Size(3), padding: Padding(1))
    }
    var candidates = try problems.map { problem in
      try CostModel.Choice.allCases.map { try Candidate(problem, $0) }
    }
    // 64 MiB of other data push the weights out of the caches.
    let others = [Float](repeating: 1, count: 16 << 20)
    var sum: Float = 0
    for _ in 0..<rounds {
      for problem in candidates.indices {
        for choice in candidates[problem].indices {
          sum += others.reduce(0, +)
          candidates[problem][choice].measure()
        }
      }
    }
    precondition(sum > 0, "the compiler must not remove the sums")
    let times = candidates.map { ways in
      Dictionary(uniqueKeysWithValues: ways.map { ($0.choice, $0.least) })
    }
    report(problems, times)
  }

  // MARK: - Choices

  /// How many times as long as the fastest way the model's choice takes, for each problem.
  private static func slowdowns(
    _ model: CostModel, _ problems: [ConvolutionProblem], _ times: [[CostModel.Choice: Double]]
  ) -> [Double] {
    zip(problems, times).map { problem, times in
      (times[model.fastest(problem)] ?? 0) / (times.values.min() ?? 1)
    }
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  private static func report(
    _ problems: [ConvolutionProblem], _ times: [[CostModel.Choice: Double]]
  ) {
    print("\(InstructionSet.best), one thread, cold weights; least of \(rounds) runs, µs")
    print("direct  F(2×2)  F(4×4)  choice  slowdown  problem")
    let current = slowdowns(.fitted, problems, times)
    for (index, problem) in problems.enumerated() {
      let ways = CostModel.Choice.allCases.map { decimals((times[index][$0] ?? 0) / 1000, 1) }
      print(
        ways.joined(separator: "  "), CostModel.fitted.fastest(problem),
        decimals(current[index], 2), problem, separator: "  ")
    }
    summarise("these factors", .fitted, current)
    var best = (model: CostModel.fitted, slowdowns: current)
    for transform in stride(from: 0.5, through: 6, by: 0.5) {
      for packing in stride(from: 0.5, through: 4, by: 0.5) {
        for coldWeights in stride(from: 1.0, through: 16, by: 0.5) {
          let model = CostModel(
            transform: transform, packing: packing, coldWeights: coldWeights)
          let all = slowdowns(model, problems, times)
          if mean(all) < mean(best.slowdowns) { best = (model, all) }
        }
      }
    }
    summarise("best factors found", best.model, best.slowdowns)
  }

  private static func summarise(_ title: String, _ model: CostModel, _ slowdowns: [Double]) {
    print(
      "\(title): transform \(model.transform), packing \(model.packing), coldWeights "
        + "\(model.coldWeights); slowdown mean \(decimals(mean(slowdowns), 3)), worst "
        + decimals(slowdowns.max() ?? 1, 2))
  }

  private static func decimals(_ value: Double, _ digits: Int) -> String {
    let factor = (0..<digits).reduce(1.0) { result, _ in result * 10 }
    return "\((value * factor).rounded() / factor)"
  }
}
