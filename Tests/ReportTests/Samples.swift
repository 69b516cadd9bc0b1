import Kernels
import Net
import Report

@testable import Bench
@testable import Verify

/// Small results with known numbers.
enum Samples {
  static let machine = MachineDescription(
    date: "2026-01-02T03:04:05+00:00", hostName: "bench1",
    processor: ProcessorDescription(
      model: "Example 9000", megahertz: 2445.4,
      caches: [.init(type: "Data", level: 1, size: 49152, sharingCount: 2)], governor: nil),
    processorCount: 4, allowedProcessors: "0-1", instructionSet: "avx2",
    isInstructionSetForced: true, blasCore: "Zen", forcedBLASCore: nil,
    blasConfiguration: "OpenBLAS 0.3.21", swiftVersion: "6.3", isDebugBuild: false, commit: nil,
    loadAverage: [0.25, 0.5, 1])

  static let context = ReportContext(
    version: "0.1.0", machine: machine, model: "tiny", symbolSHA256: "5e1f", weightsSHA256: "c0de",
    command: "densecam verify tiny.h5")

  static func layer(
    _ name: String, _ feed: LayerResult.Feed, bound: Double, worst: Double, l2: Double = 1e-7,
    requested: String = "fast", executed: String = "fast", nonFinite: Int = 0,
    guardsIntact: Bool = true
  ) -> LayerResult {
    let empty = Tensor<Double>(shape: TensorShape(batch: 0, channels: 0), elements: [])
    var deviation = Deviation(of: [], from: empty, exact: empty, likely: empty, worst: empty)
    deviation.count = 60
    deviation.informative = 60
    deviation.errorOverBound = bound
    deviation.errorOverWorst = worst
    deviation.relativeL2 = l2
    deviation.maxAbs = 0.25
    deviation.maxULP = 3.5
    deviation.nonFinite = nonFinite
    deviation.worstIndex = 27
    deviation.expected = 1.5
    deviation.got = nonFinite > 0 ? .nan : 1.75
    return LayerResult(
      caseName: "dog", layer: name, nodes: [name], operation: "Convolution",
      problem: "mb1ic8ih4iw5oc3oh4ow5kh1kw1", requested: requested, executed: executed,
      refusal: nil, feed: feed, deviation: deviation, guardsIntact: guardsIntact,
      inputIsConstant: false, shape: [1, 3, 4, 5], isStored: true, policy: .bound)
  }

  static let maps = [
    MapComparison(
      caseName: "dog", backend: "fast",
      map: ClassActivationMap(classIndex: 7, height: 1, width: 2, values: [1, 3]),
      golden: StoredMap(
        classIndex: 7, height: 1, width: 2, values: [1, 3], label: "Hund", rank: 0,
        probability: 0.9),
      bias: 0.5, logit: 2.5, largestLogit: 4)
  ]

  static let classes = [
    ClassComparison(
      caseName: "dog", backend: "fast", logits: [0, 1, 2, 3, 5, 4],
      goldenLogits: [0, 1, 2, 3, 5, 4])
  ]

  /// `passes` layers that pass and those given.
  static func verifyReport(passes: Int = 1, _ layers: [LayerResult]) -> VerifyReport {
    var result = CaseResult(name: "dog")
    for index in 0..<passes {
      let bound = 0.01 * Double(index + 1)
      result.layers += [
        layer("conv\(index)", .isolated, bound: bound, worst: bound / 10),
        layer("conv\(index)", .network, bound: bound / 2, worst: bound / 10, l2: 4e-7),
      ]
    }
    result.layers += layers
    result.maps = maps
    result.classes = classes
    let header = GoldenHeader(
      generator: "mxnet", generatorVersion: "1.9.1", precision: .f32, model: "tiny",
      weightsSHA256: "c0de", symbolSHA256: "5e1f", created: "2026-01-01T00:00:00Z", command: "")
    return VerifyReport(
      context: context, threads: 2,
      goldens: [VerifyReport.Golden(path: "tiny.h5", header: header, cases: [result])])
  }

  static func benchmark(
    _ backend: String, scale: Int = 1, executed: String? = nil, verdict: Verdict? = .pass
  ) -> BenchmarkResult {
    func problem(_ kernel: Int, _ input: Int, _ output: Int) -> ConvolutionProblem? {
      try? ConvolutionProblem(
        input: TensorShape(channels: input, height: 56, width: 56), outputChannels: output,
        kernel: Size(kernel), padding: Padding(kernel / 2))
    }
    func step(
      _ name: String, _ operation: String, _ problem: ConvolutionProblem?, _ samples: [Int]
    ) -> StepTiming {
      StepTiming(
        name: name, operation: operation, problem: problem,
        outputShape: TensorShape(channels: 32, height: 56, width: 56),
        executed: problem == nil ? "" : executed ?? backend, samples: samples.map { $0 * scale },
        verdict: verdict, errorOverBound: verdict == nil ? nil : 0.125)
    }
    return BenchmarkResult(
      model: "tiny", backend: backend, threads: 2, instructionSet: .avx2,
      inputShape: TensorShape(channels: 3, height: 224, width: 224),
      network: [6_500_000, 6_100_000, 6_300_000].map { $0 * scale },
      processor: [12_000_000, 12_100_000, 12_200_000],
      steps: [
        step("unit1_conv1", "Convolution", problem(1, 64, 128), [1_200_000, 1_000_000, 1_100_000]),
        step("unit1_conv2", "Convolution", problem(3, 128, 32), [2_000_000, 2_100_000, 2_200_000]),
        step("unit2_conv2", "Convolution", problem(3, 128, 32), [3_000_000, 2_900_000, 2_900_000]),
        step("pool", "Pooling", nil, [100_000, 50_000, 50_000]),
      ], warmUpCount: 4, isWarm: true)
  }
}
