import Kernels
import TestSupport
import Testing

/// What a convolution should give, and what rounding errors are relative to.
struct Reference {
  let item: ConvolutionCase
  let data: ConvolutionData
  private let values: [Double]

  /// The values with every number replaced by its magnitude.
  private let magnitudes: [Double]

  /// How often the reference itself rounds an input to a float.
  private let inputRoundings: Int

  /// The values by the definition, written out as loops.
  init(byDefinition item: ConvolutionCase) {
    self.item = item
    data = item.data
    (values, magnitudes) = item.expected()
    inputRoundings = 0
  }

  /// The values by the naive backend, which is held against the definition elsewhere; much sooner done.
  init(byNaiveBackend item: ConvolutionCase, team: WorkerTeam) throws {
    self.item = item
    let data = item.data
    self.data = data
    let plain = ConvolutionCase(
      item.problem, seed: item.seed, fusions: [], hasBias: item.hasBias)
    func convolve(_ data: ConvolutionData) throws -> [Double] {
      try plain.run(
        on: NaiveBackend(), instructionSet: .baseline, team: team, data: data
      ).output.map(Double.init)
    }
    let (input, magnitude) = item.transformedInput(data)
    let relu = item.fusions.contains(.relu)
    values = try convolve(
      ConvolutionData(input: input, weights: data.weights, bias: data.bias, prologue: nil)
    ).map { relu ? max(0, $0) : $0 }
    magnitudes = try convolve(
      ConvolutionData(
        input: magnitude, weights: data.weights.map(\.magnitude),
        bias: data.bias?.map(\.magnitude), prologue: nil))
    inputRoundings = item.fusions.isDisjoint(with: [.prologue, .averagePool]) ? 0 : 1
  }

  /// The most by which each element may differ from the value: n roundings of the products that it is
  /// summed from, γ_n = n·u/(1 − n·u) times their magnitudes (Higham 2002, lemma 3.1 and section 3.1),
  /// and one rounding of the value itself.
  func bounds(of algorithm: Algorithm, team: WorkerTeam) throws -> [Double] {
    func gamma(_ roundings: Int, _ unit: Double = 0x1p-24) -> Double {
      Double(roundings) * unit / (1 - Double(roundings) * unit)
    }
    let last = { (value: Double) in 0x1p-24 * value.magnitude }
    let depth = item.problem.depth
    switch algorithm {
    case .direct:
      // Both sides are summed in double precision.
      let rounding = gamma(2 * (depth + 2), 0x1p-53)
      return values.indices.map { rounding * magnitudes[$0] + last(values[$0]) }
    case .reassociated:
      // The product and its sum with those before it or the bias; a product with the scale and a sum
      // with the shift; the sum of a window, its share and the product with that.
      let window = item.window.map { $0.height * $0.width + 1 } ?? 0
      let prologue = item.fusions.contains(.prologue) ? 2 : 0
      let rounding = gamma(depth + 1 + prologue + window + inputRoundings)
      return values.indices.map { rounding * magnitudes[$0] + last(values[$0]) }
    case .reduced:
      throw KernelError(.unsupportedProblem, "no built-in backend rounds its operands")
    case .winograd(let transform):
      let scaled = try WinogradMagnitudes.compute(
        item.problem, transform,
        input: Tensor(shape: item.problem.input, elements: data.input.map(Double.init)),
        weights: data.weights.span, team: team)
      // One more for the bias.
      let rounding = gamma(transform.roundings(channels: item.problem.input.channels) + 1)
      let plane = item.problem.output.planeCount
      return values.indices.map { i in
        let bias = data.bias?[i / plane % item.problem.outputChannels] ?? 0
        return rounding * (scaled.elements[i] + Double(bias.magnitude)) + last(values[i])
      }
    }
  }

  /// Expects that a backend stays within the bounds of its algorithm and writes nowhere else.
  ///
  /// - Parameters:
  ///   - backend: What computes the case; it must not refuse it.
  ///   - instructionSet: The inner loops to use.
  ///   - team: The threads to use.
  ///   - bounds: What ``bounds(of:team:)`` has returned for the backend's algorithm, if it has been
  ///     asked already.
  /// - Throws: Whatever the backend throws.
  func expectAgreement(
    of backend: any ConvolutionBackend, _ instructionSet: InstructionSet, team: WorkerTeam,
    bounds: [Double]? = nil
  ) throws {
    let bounds = try bounds ?? self.bounds(of: backend.algorithm(for: item.problem), team: team)
    let (output, guards) = try item.run(
      on: backend, instructionSet: instructionSet, team: team, data: data)
    let name = "\(item) on \(backend.name) \(instructionSet.rawValue)"
    // The first only; NaN is within no bound.
    let wrong = output.indices.first {
      !((Double(output[$0]) - values[$0]).magnitude <= bounds[$0])
    }
    if let wrong {
      Issue.record(
        "\(name): element \(wrong) is \(output[wrong]), not \(values[wrong]) ± \(bounds[wrong])")
    }
    #expect(output.count == values.count, "\(name)")
    #expect(
      guards.allSatisfy { $0 == ConvolutionCase.guardValue }, "\(name): wrote behind its memory")
  }
}

extension ConvolutionCase {
  /// The input after its prologue and its average, and the same of magnitudes, each rounded to a float
  /// once.
  fileprivate func transformedInput(_ data: ConvolutionData) -> (
    values: [Float], magnitudes: [Float]
  ) {
    guard window != nil || data.prologue != nil else {
      return (data.input, data.input.map(\.magnitude))
    }
    let window = window ?? Size(1)
    let shape = problem.input
    let count = Double(window.height * window.width)
    var values: [Float] = []
    var magnitudes: [Float] = []
    for plane in 0..<(shape.batch * shape.channels) {
      let channel = plane % shape.channels
      let scale = data.prologue.map { Double($0.scale[channel]) } ?? 1
      let shift = data.prologue.map { Double($0.shift[channel]) } ?? 0
      let relu = data.prologue?.relu ?? false
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          var sum = 0.0
          var magnitude = 0.0
          for i in 0..<window.height {
            let row = (plane * inputShape.height + y * window.height + i) * inputShape.width
            for j in 0..<window.width {
              let product = scale * Double(data.input[row + x * window.width + j])
              sum += relu ? max(0, product + shift) : product + shift
              magnitude += product.magnitude + shift.magnitude
            }
          }
          values.append(Float(sum / count))
          magnitudes.append(Float(magnitude / count))
        }
      }
    }
    return (values, magnitudes)
  }
}
