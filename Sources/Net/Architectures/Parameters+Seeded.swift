public import Kernels

extension Parameters {
  public static func seeded(
    for architecture: DenseNetArchitecture, seed: UInt64, team: WorkerTeam
  ) throws -> Parameters {
    let graph = try Graph.denseNet(architecture)
    var c = SeededWeights(graph: graph, seed: seed, team: team)
    return try c.run()
  }
}

public nonisolated(unsafe) var tune = (count: 3, size: 128, k: 16.0, target: 0.4, centre: 1.0, rmin: 1.0, contrast: 60.0, rmins: [1.0], zeroMean: true, noise: true, growth: 1.25, spread: 0.0)

struct SeededWeights {
  let graph: Graph
  let seed: UInt64
  let team: WorkerTeam
  var parameters = Parameters()

  init(graph: Graph, seed: UInt64, team: WorkerTeam) {
    self.graph = graph
    self.seed = seed
    self.team = team
  }

  mutating func run() throws -> Parameters {
    var readers = graph.consumers.map(\.count)
    var values = [Tensor<Double>?](repeating: nil, count: graph.nodes.count)
    for (index, node) in graph.nodes.enumerated() {
      let value: Tensor<Double>
      if index == graph.input {
        value = CalibrationPictures.batch(seed: seed, count: tune.count, size: tune.size)
      } else {
        let inputs = node.inputs.compactMap { values[$0] }
        for source in node.inputs {
          readers[source] -= 1
          if readers[source] == 0 { values[source] = nil }
        }
        try prepare(node, inputs[0])
        value = try ReferenceEvaluator(graph: graph, parameters: parameters, team: team)
          .evaluate(index, inputs: inputs)
      }
      if readers[index] > 0 { values[index] = value }
    }
    return parameters
  }

  mutating func prepare(_ node: Node, _ input: Tensor<Double>) throws {
    switch node.operation {
    case .convolution(let a):
      let shape = [a.outputChannels, input.shape.channels / a.groups, a.kernel.height, a.kernel.width]
      let fan = shape.dropFirst().reduce(1, *)
      var w = RandomStream(seed: seed, name: node.parameters[0]).normal(
        count: fan * shape[0], scale: (2 / Double(fan)).squareRoot(), team: team)
      if fan != 147 && tune.zeroMean {
        for o in 0..<shape[0] {
          var m = 0.0
          for i in 0..<fan { m += Double(w[o * fan + i]) }
          for i in 0..<fan { w[o * fan + i] -= Float(m / Double(fan)) }
        }
      }
      parameters.set(node.parameters[0], Parameter(shape: shape, elements: w))
    case .batchNorm(_, let fixGamma):
      let c = input.shape.channels
      let g = RandomStream(seed: seed, name: node.parameters[0]).uniform(0..<c)
      let b = RandomStream(seed: seed, name: node.parameters[1]).uniform(0..<c)
      parameters.set(node.parameters[0], Parameter(shape: [c], elements: g.map { fixGamma ? 1 : Float(1 + 0.1 * $0) }))
      parameters.set(node.parameters[1], Parameter(shape: [c], elements: b.map { Float(0.1 * $0) }))
      let (mean, variance) = statistics(input)
      parameters.set(node.parameters[2], Parameter(shape: [c], elements: mean))
      parameters.set(node.parameters[3], Parameter(shape: [c], elements: variance))
    case .fullyConnected(let outputs, _):
      let features = input.shape.imageCount
      let w = RandomStream(seed: seed, name: node.parameters[0]).normal(
        count: features * outputs, scale: 1 / Double(features).squareRoot(), team: team)
      // centre
      let batch = input.shape.batch
      var mean = [Double](repeating: 0, count: features)
      for i in 0..<batch { for k in 0..<features { mean[k] += input.elements[i * features + k] } }
      for k in 0..<features { mean[k] /= Double(batch) }
      var logits = [[Double]](repeating: [], count: batch)
      var offset = [Double](repeating: 0, count: outputs)
      for o in 0..<outputs {
        var m = 0.0
        for k in 0..<features { m += Double(w[o * features + k]) * mean[k] }
        offset[o] = -m * tune.centre
        for i in 0..<batch {
          var s = 0.0
          for k in 0..<features { s += Double(w[o * features + k]) * input.elements[i * features + k] }
          logits[i].append(s + offset[o])
        }
      }
      func top(_ scale: Double) -> Double {
        var result = 0.0
        for l in logits {
          let m = l.max() ?? 0
          result += 1 / l.reduce(0.0) { $0 + expm(scale * ($1 - m)) }
        }
        return result / Double(batch)
      }
      var low = 0.0, high = 1000.0
      for _ in 0..<40 {
        let mid = (low + high) / 2
        if top(mid) < tune.target { low = mid } else { high = mid }
      }
      print("scale", low, "std", logits.map { l in let m = l.reduce(0, +) / Double(l.count); return low * (l.reduce(0) { $0 + ($1 - m) * ($1 - m) } / Double(l.count)).squareRoot() })
      parameters.set(node.parameters[0], Parameter(shape: [outputs, features], elements: w.map { Float(Double($0) * low) }))
      parameters.set(node.parameters[1], Parameter(shape: [outputs], elements: offset.map { Float($0 * low) }))
    default: break
    }
  }

  func expm(_ x: Double) -> Double {
    guard x > -700 else { return 0 }
    let r = x / 1024
    var s = 1 + r * (1 + r / 2 * (1 + r / 3 * (1 + r / 4 * (1 + r / 5))))
    for _ in 0..<10 { s *= s }
    return s
  }

  func statistics(_ input: Tensor<Double>) -> ([Float], [Float]) {
    let shape = input.shape
    let n = Double(shape.planeCount), N = Double(shape.batch)
    var means: [Double] = [], vars: [Double] = []
    input.elements.withUnsafeBufferPointer { x in
      for c in 0..<shape.channels {
        var m: [Double] = []
        var within = 0.0
        for b in 0..<shape.batch {
          let base = (b * shape.channels + c) * shape.planeCount
          var sum = 0.0
          for i in 0..<shape.planeCount { sum += x[base + i] }
          let mean = sum / n
          var sq = 0.0
          for i in 0..<shape.planeCount { let d = x[base + i] - mean; sq += d * d }
          within += sq / n / N
          m.append(mean)
        }
        let mean = m.reduce(0, +) / N
        let between = m.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / N
        means.append(mean)
        vars.append(within + between * (N + 1) / max(1, N - 1))
      }
    }
    let pooled = vars.reduce(0, +) / Double(vars.count)
    return (means.map { round12($0) }, vars.map { round12((n * N * $0 + tune.k * pooled) / (n * N + tune.k)) })
  }

  func round12(_ x: Double) -> Float {
    let f = Float(x)
    return Float(bitPattern: (f.bitPattern &+ 0x800) & ~0xFFF)
  }
}
