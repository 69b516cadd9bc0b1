import Kernels
import Net
import TestSupport
import Testing

@testable import Verify

/// Bounds where floats end: at the smallest numbers, whose relative accuracy is lost, and at the largest.
@Suite("Bounds at the ends of floats") struct ExtremeBoundTests {
  let team: WorkerTeam

  init() throws { team = try WorkerTeam(count: 2) }

  static let backends: [any ConvolutionBackend] =
    BackendRegistry.builtIn.all + [WinogradBackend(tile: 2), WinogradBackend(tile: 4)]

  /// A convolution between batch norms, with a weight, a scale or a shift that is tiny where a test says so.
  private struct Layers {
    var channels = 16
    var kernel = 3
    var weightScale: (_ output: Int) -> Float = { _ in 1 }
    var frontScale: (_ channel: Int) -> Float = { _ in 1 }
    var backScale: (_ channel: Int) -> Float = { _ in 1 }
    var pools = false

    /// data → norm0 → relu0 → conv → norm1 → relu1, or → conv → pool.
    func network() throws -> SmallNetwork {
      var generator = SeededGenerator(seed: 12)
      var parameters = Parameters()
      func norm(_ name: String, _ scale: (Int) -> Float, _ generator: inout SeededGenerator) {
        let gamma = (0..<channels).map {
          scale($0) * Float.random(in: 0.5..<1.5, using: &generator)
        }
        // Where nothing but the scale is left, results are as small as it is.
        let beta = (0..<channels).map {
          scale($0) == 1 ? Float.random(in: -1..<1, using: &generator) : 0
        }
        let mean = (0..<channels).map {
          scale($0) == 1 ? Float.random(in: -1..<1, using: &generator) : 0
        }
        for (part, values) in [
          ("gamma", gamma), ("beta", beta), ("mean", mean),
          ("variance", (0..<channels).map { _ in Float.random(in: 0.5..<2, using: &generator) }),
        ] {
          parameters.add("\(name)_\(part)", Parameter(shape: [channels], elements: values))
        }
      }
      func nodes(of norm: String) -> [String] {
        ["gamma", "beta", "mean", "variance"].map { "\(norm)_\($0)" }
      }
      norm("norm0", frontScale, &generator)
      norm("norm1", backScale, &generator)
      let depth = channels * kernel * kernel
      let weights = (0..<channels).flatMap { output in
        generator.floats(depth).map { $0 * weightScale(output) }
      }
      parameters.add(
        "weight", Parameter(shape: [channels, channels, kernel, kernel], elements: weights))
      var list = [
        Node(name: "data", operation: .input, inputs: []),
        Node(
          name: "norm0", operation: .batchNorm(epsilon: 0, fixGamma: false), inputs: [0],
          parameters: nodes(of: "norm0")),
        Node(name: "relu0", operation: .activation(.relu), inputs: [1]),
        Node(
          name: "conv",
          operation: .convolution(
            ConvolutionAttributes(
              outputChannels: channels, kernel: Size(kernel), stride: Size(1), dilation: Size(1),
              padding: Padding(kernel / 2), groups: 1, hasBias: false)),
          inputs: [2], parameters: ["weight"]),
      ]
      if pools {
        list.append(
          Node(
            name: "pool",
            operation: .pooling(PoolingAttributes(.average, kernel: Size(3), stride: Size(3))),
            inputs: [3]))
      } else {
        list.append(
          Node(
            name: "norm1", operation: .batchNorm(epsilon: 0, fixGamma: false), inputs: [3],
            parameters: nodes(of: "norm1")))
        list.append(Node(name: "relu1", operation: .activation(.relu), inputs: [4]))
      }
      let shape = TensorShape(channels: channels, height: 12, width: 15)
      return SmallNetwork(
        graph: try Graph(nodes: list, output: list.count - 1), parameters: parameters,
        input: Tensor(shape: shape, elements: generator.floats(shape.count)), layer: "conv")
    }
  }

  private func verify(
    _ network: SmallNetwork, _ backends: [any ConvolutionBackend] = ExtremeBoundTests.backends,
    options: PlanOptions = .standard
  ) throws -> [LayerResult] {
    let golden = GoldenFile(unrecorded: network.input, name: "case", model: "small")
    return try Verifier(
      graph: network.graph, parameters: network.parameters, golden: golden, team: team
    ).verify(
      golden.cases[0],
      runs: backends.map {
        VerificationRun(name: $0.name, backends: BackendChoice($0), options: options)
      }, options: VerificationOptions()
    ).layers
  }

  /// What is tiny, with 2⁻¹³⁵ or less of what it would be.
  static let tiny: [String] = ["weights", "scale in front", "scale behind", "all"]

  private static func layers(_ name: String, kernel: Int = 3) -> Layers {
    var layers = Layers(kernel: kernel)
    let some = { (channel: Int) -> Float in
      channel % 4 == 1 ? 0x1p-140 : channel % 4 == 2 ? 0x1p-147 : 1
    }
    if name == "weights" || name == "all" { layers.weightScale = some }
    if name == "scale in front" || name == "all" { layers.frontScale = { _ in 0x1p-135 } }
    if name == "scale behind" || name == "all" { layers.backScale = some }
    return layers
  }

  @Test("pass every right backend on subnormal numbers", arguments: tiny, [true, false])
  func underflow(name: String, isFused: Bool) throws {
    for kernel in [1, 3] {
      let results = try verify(
        Self.layers(name, kernel: kernel).network(), options: isFused ? .standard : .unfused)
      #expect(results.count >= Self.backends.count)
      for result in results where result.verdict != .pass {
        #expect(
          result.verdict == .fellBack || result.verdict == .mistrusted,
          "\(result.layer) on \(result.requested), \(result.feed): \(result.deviation)")
      }
    }
  }

  @Test("pass the average before a convolution on subnormal numbers", arguments: [true, false])
  func averages(isTiny: Bool) throws {
    var layers = Layers(kernel: 1, pools: true)
    if isTiny { layers.frontScale = { _ in 0x1p-140 } }
    let results = try verify(try layers.network())
    #expect(results.contains { $0.nodes.contains("pool") && $0.nodes.contains("conv") })
    for result in results {
      #expect(
        [.pass, .fellBack, .mistrusted].contains(result.verdict),
        "\(result.layer) on \(result.requested): \(result.deviation)")
    }
  }

  /// Takes subnormal weights for zero and gives zero for subnormal results, as a processor does that is
  /// set to flush them.
  static let flushing = AlteredBackend(
    weights: { _, weights in
      weights.withElements { elements in
        WeightBuffer(elements.indices.map { elements[$0].isSubnormal ? 0 : elements[$0] })
      }
    },
    afterTask: { problem, _, task, output in
      let (image, channel) = task.quotientAndRemainder(dividingBy: problem.outputChannels)
      let values = output.plane(image, channel)
      for i in 0..<problem.output.planeCount where values[i].isSubnormal { values[i] = 0 }
    })

  @Test("do not pass what is flushed to zero", arguments: ["weights", "scale behind"])
  func flushed(name: String) throws {
    let results = try verify(
      Self.layers(name).network(), [Self.flushing],
      // Folded, tiny weights would vanish beside what the batch norm adds.
      options: name == "weights" ? .unfused : .standard)
    #expect(results.contains { $0.layer == "conv" && $0.verdict == .fail })
  }

  @Test("find one unit in sixteen of a tiny channel wrong") func tinyFault() throws {
    var layers = Layers()
    layers.weightScale = { $0 == 2 ? 0x1p-120 : 1 }
    layers.backScale = { _ in 1 }
    // Channel 2 has sums of about 2⁻¹²⁰, and one of them is off by a sixteenth of that.
    var backend = WrongBackend(fault: .oneElementOff) { _ in true }
    backend.amount = 0x1p-124
    let results = try verify(try layers.network(), [backend], options: .unfused)
    #expect(results.contains { $0.layer == "conv" && $0.feed == .isolated && $0.verdict == .fail })
  }

  // MARK: - The largest numbers

  /// A pointwise convolution whose input is 1 throughout but for a few pixels.
  private func sums(_ rows: [[Float]], relu: Bool = false) throws -> SmallNetwork {
    let channels = rows[0].count
    var parameters = Parameters()
    parameters.add(
      "weight", Parameter(shape: [rows.count, channels, 1, 1], elements: rows.flatMap { $0 }))
    var nodes = [
      Node(name: "data", operation: .input, inputs: []),
      Node(
        name: "conv",
        operation: .convolution(
          ConvolutionAttributes(
            outputChannels: rows.count, kernel: Size(1), stride: Size(1), dilation: Size(1),
            padding: Padding(0), groups: 1, hasBias: false)),
        inputs: [0], parameters: ["weight"]),
    ]
    if relu { nodes.append(Node(name: "relu", operation: .activation(.relu), inputs: [1])) }
    let shape = TensorShape(channels: channels, height: 5, width: 5)
    return SmallNetwork(
      graph: try Graph(nodes: nodes, output: nodes.count - 1), parameters: parameters,
      input: Tensor(shape: shape, elements: (0..<shape.count).map { $0 % 7 == 3 ? 0.5 : 1 }),
      layer: "conv")
  }

  /// Sums that stay small, that pass the largest number on the way, end at it, and beyond it.
  private static let rows: [[Float]] = [
    [1, -2, 3, 4, -5, 6, 7, 9], [3e38, 3e38, -3e38, -3e38, 1, 0, 0, 0],
    [-3e38, -3e38, 3e38, 3e38, 1, 0, 0, 0], [.greatestFiniteMagnitude, 0, 0, 0, 0, 0, 0, 0],
    [3e38, 0, 3e38, 0, 0, 0, 0, 0], [1e38, -1e38, 1e38, 0, 0, 0, 0, 0],
  ]

  @Test("pass every right backend on sums that overflow", arguments: [false, true])
  func overflow(relu: Bool) throws {
    for result in try verify(try sums(Self.rows, relu: relu)) where result.layer == "conv" {
      #expect(
        [.pass, .mistrusted, .fellBack].contains(result.verdict),
        "\(result.requested), \(result.feed): \(result.deviation)")
    }
  }

  @Test("fail an infinity that nothing explains, and only that", arguments: [0, 1, 3, 4, 5])
  func infinities(row: Int) throws {
    // The fault is in channel 1.
    let rows = [Self.rows[0], Self.rows[row], Self.rows[0]]
    let backend = WrongBackend(fault: .oneInfinity) { _ in true }
    let result = try #require(try verify(try sums(rows), [backend]).first)
    // The sums of the rows 0 and 5 stay below the largest number in any order.
    #expect((result.verdict == .fail) == (row == 0 || row == 5), "\(result.deviation)")
    #expect(result.deviation.nonFinite > 0)
  }

  @Test("judge a single rounding by its own sign") func sign() {
    func verdict(_ actual: Float, exact: Double, worst: Double) -> Verdict {
      func tensor(_ value: Double) -> Tensor<Double> {
        Tensor(shape: TensorShape(channels: 1), elements: [value])
      }
      return Deviation(
        of: [actual], from: tensor(exact), exact: tensor(exact), likely: tensor(worst),
        worst: tensor(worst)
      ).verdict
    }
    let largest = Double(Float.greatestFiniteMagnitude)
    #expect(verdict(.infinity, exact: largest, worst: 1e30) == .pass)
    #expect(verdict(.infinity, exact: 2 * largest, worst: 0) == .pass)
    #expect(verdict(-.infinity, exact: largest, worst: 1e30) == .fail)
    #expect(verdict(.nan, exact: largest, worst: 1e30) == .fail)
    #expect(verdict(.infinity, exact: largest / 2, worst: 1e30) == .fail)
    #expect(verdict(.greatestFiniteMagnitude, exact: 2 * largest, worst: 1e30) == .fail)
  }

  @Test("do not pass infinity by tolerances") func tolerances() throws {
    let backend = WrongBackend(fault: .oneInfinity) { _ in true }
    let rows = [Self.rows[0], Self.rows[1], Self.rows[0]]
    let result = try #require(try verify(try sums(rows), [backend]).first)
    func verdict(_ policy: Policy) -> Verdict {
      policy.verdict(
        on: result.deviation, guardsIntact: true, layer: "conv", operation: "Convolution")
    }
    #expect(verdict(.bound) != .fail)
    #expect(verdict(Policy(name: "", rules: [Policy.Rule(bound: true)])) != .fail)
    #expect(verdict(.tolerances(atol: 1e38, rtol: 1)) == .fail && verdict(.bitwise) == .fail)
  }

  // MARK: - The parts

  @Test("count every rounding of an average before a convolution") func averageRoundings() throws {
    var parameters = Parameters()
    parameters.add("weight", Parameter(shape: [1, 1, 1, 1], elements: [1]))
    let graph = try Graph(
      nodes: [
        Node(name: "data", operation: .input, inputs: []),
        Node(
          name: "conv",
          operation: .convolution(
            ConvolutionAttributes(
              outputChannels: 1, kernel: Size(1), stride: Size(1), dilation: Size(1),
              padding: Padding(0), groups: 1, hasBias: false)),
          inputs: [0], parameters: ["weight"]),
        Node(
          name: "pool",
          operation: .pooling(PoolingAttributes(.average, kernel: Size(3), stride: Size(3))),
          inputs: [1]),
      ], output: 2)
    let plan = try Plan(
      graph: graph, parameters: parameters, input: TensorShape(channels: 1, height: 3, width: 3),
      backends: BackendChoice(TiledBackend()))
    #expect(plan.stepCount == 1)
    let reference = try NodeBounds(
      evaluator: ReferenceEvaluator(graph: graph, parameters: parameters, team: team), team: team
    ).reference(
      for: plan.step(0), program: plan.program, given: [[Float](repeating: 1, count: 9)],
      algorithm: .reassociated)
    // Eight sums, the share of 1/9, the product with it, the product with the weight and its sum with 0.
    let bound = RoundingModel(roundings: 11, sums: 1).worst
    let worst = try #require(reference.own.worst).elements[0]
    #expect((worst / bound - 1).magnitude < 1e-6, "\(worst) \(bound)")
  }

  @Test("add mean squares by the share that each has of an element") func meanSquares() {
    func tensor(_ values: [Double]) -> Tensor<Double> {
      Tensor(shape: TensorShape(channels: values.count), elements: values)
    }
    var even = Allowance(likely: tensor([3, 3, 3, 3]), likelyRMS: 0.2)
    even.add(Allowance(likely: tensor([1, 1, 1, 1])))
    // 3/4 · 0.2 + 1/4 · 1.
    #expect((even.likelyRMS - 0.4).magnitude < 1e-12)
    var uneven = Allowance(likely: tensor([1e6, 1e6, 0, 0]), likelyRMS: 0.2)
    uneven.add(Allowance(likely: tensor([0, 0, 1, 1])))
    // Half of the elements may use all of their bound: √(1/2)·(0.2 + 1).
    #expect((uneven.likelyRMS - 0.5.squareRoot() * 1.2).magnitude < 1e-12)
  }

  @Test("rest on arithmetic that underflows gradually, on every thread") func gradual() throws {
    // OpenBLAS runs first, for a library may change the mode of the thread that calls it.
    _ = try ProblemSweep(
      backends: BackendRegistry.builtIn.all.map { BackendChoice($0) }, team: team
    ).run(
      ConvolutionTrial(notation: "mb1ic8ih9oc8oh9kh3ph1", seed: 1))
    let smallest = [Float](repeating: .leastNonzeroMagnitude, count: 64)
    var isGradual = [Bool](repeating: false, count: 64)
    isGradual.withUnsafeMutableBufferPointer { flags in
      guard let base = flags.baseAddress else { return }
      nonisolated(unsafe) let flag = base
      team.run(taskCount: 64) { _, task in
        let product = smallest[task] * 3
        let quotient = Float.leastNormalMagnitude / (2 * smallest[task] / smallest[task])
        flag[task] = product == 3 * 0x1p-149 && quotient == 0x1p-127
      }
    }
    #expect(isGradual.allSatisfy { $0 })
  }

  @Test("draw numbers of every kind") func draws() throws {
    let small = try #require(
      try ConvolutionTrial(
        notation: "mb1ic16ih9oc32oh9kh3ph1+bias+prologue", seed: 5, values: .small
      )
      .network())
    let weights = try #require(small.parameters["weight"]).elements
    #expect(
      weights.contains { $0 != 0 && $0.isSubnormal } && weights.contains { $0.magnitude > 0.1 })
    let large = try #require(
      try ConvolutionTrial(notation: "mb1ic16ih9oc32oh9kh3ph1", seed: 6, values: .large).network())
    let product =
      (large.parameters["weight"]?.elements.map(\.magnitude).max() ?? 0)
      * (large.input.elements.map(\.magnitude).max() ?? 0)
    #expect(product > 1e34)
    #expect(large.input.elements.allSatisfy { $0.isFinite })
  }
}
