import Kernels
import Testing

@testable import Net

@Suite struct SeededWeightsTests {
  /// The FNV-1a hash over names, shapes and bits of all parameters.
  private static func checksum(_ parameters: Parameters) -> UInt64 {
    var text = ""
    for name in parameters.names {
      guard let parameter = parameters[name] else { continue }
      text += "\(name)\(parameter.shape)"
      for element in parameter.elements { text += " \(element.bitPattern)" }
    }
    return RandomStream.hash(text)
  }

  /// Golden files of the mini network rest on these bits: they may never change.
  @Test(arguments: [1, 2, 3])
  func `The weights of densenet-mini@1 have the same bits for any number of threads`(
    threads: Int
  ) throws {
    let parameters = try Parameters.seeded(
      for: DenseNetArchitecture.mini, seed: 1, team: try WorkerTeam(count: threads))
    #expect(Self.checksum(parameters) == 169_645_564_533_144_628)
  }

  /// Computed from the definition by a script in another language.
  @Test func `Weights are deviates of the documented stream`() throws {
    let parameters = try Parameters.seeded(
      for: DenseNetArchitecture.mini, seed: 1, team: try WorkerTeam(count: 1))
    let weights = try #require(parameters["conv0_weight"])
    #expect(weights.shape == [16, 3, 7, 7])
    #expect(
      weights.elements.prefix(4) == [
        -0.10885466635227203, -0.21931852400302887, 0.13444142043590546, -0.047489624470472336,
      ])
  }

  @Test func `Too small a natural size is refused`() throws {
    let tiny = DenseNetArchitecture(
      name: "tiny", growth: 8, blocks: [1, 1, 1, 1, 1, 1, 1], initialChannels: 8,
      naturalSize: 64)
    let team = try WorkerTeam(count: 1)
    #expect {
      try Parameters.seeded(for: tiny, seed: 1, team: team)
    } throws: { error in
      (error as? GraphError)?.code == .sizeTooSmall
    }
  }

  @Test func `Another seed gives other weights`() throws {
    let team = try WorkerTeam(count: 1)
    let first = try Parameters.seeded(for: DenseNetArchitecture.mini, seed: 1, team: team)
    let second = try Parameters.seeded(for: DenseNetArchitecture.mini, seed: 2, team: team)
    for name in first.names where name != "bn_data_gamma" {
      let elements = try #require(first[name]).elements
      let others = try #require(second[name]).elements
      #expect(zip(elements, others).count { $0 == $1 } * 10 <= elements.count, "\(name)")
    }
  }

  @Test func `A parameter does not depend on the rest of the network`() throws {
    let team = try WorkerTeam(count: 1)
    let longer = DenseNetArchitecture(
      name: "longer", growth: 8, blocks: [2, 2, 2, 3], initialChannels: 16, classes: 10,
      naturalSize: 64)
    let mini = try Parameters.seeded(for: DenseNetArchitecture.mini, seed: 5, team: team)
    let other = try Parameters.seeded(for: longer, seed: 5, team: team)
    for name in ["conv0_weight", "DBstage4_unit2_conv2_weight", "DBstage4_unit2_bn1_moving_var"] {
      #expect(mini[name]?.elements == other[name]?.elements, "\(name)")
    }
  }

  @Test func `Parameters fit the graph and come in its order`() throws {
    let graph = try DenseNetArchitecture.mini.graph()
    let parameters = try Parameters.seeded(
      for: DenseNetArchitecture.mini, seed: 1, team: try WorkerTeam(count: 2))
    _ = try graph.shapes(
      input: TensorShape(channels: 3, height: 64, width: 64), parameters: parameters)
    #expect(parameters.names == graph.nodes.flatMap(\.parameters))
  }

  @Test func `Gamma and beta lie around one and zero, statistics have twelve bits`() throws {
    let parameters = try Parameters.seeded(
      for: DenseNetArchitecture.mini, seed: 3, team: try WorkerTeam(count: 2))
    #expect(parameters["bn_data_gamma"]?.elements == [1, 1, 1])
    for name in parameters.names {
      let elements = try #require(parameters[name]).elements
      for element in elements {
        if name.hasSuffix("_gamma") { #expect((element - 1).magnitude <= 0.1001, "\(name)") }
        if name.hasSuffix("_beta") { #expect(element.magnitude <= 0.1001, "\(name)") }
        if name.hasSuffix("_moving_var") { #expect(element > 0, "\(name)") }
        if name.contains("_moving_") { #expect(element.bitPattern & 0xFFF == 0, "\(name)") }
      }
    }
  }

  @Test func `Convolutions of rectified maps have centred weights of He's variance`() throws {
    let parameters = try Parameters.seeded(
      for: DenseNetArchitecture.mini, seed: 4, team: try WorkerTeam(count: 2))
    for name in parameters.names where name.hasSuffix("conv2_weight") {
      let parameter = try #require(parameters[name])
      let depth = parameter.count / parameter.shape[0]
      let elements = parameter.elements.map(Double.init)
      for row in 0..<parameter.shape[0] {
        let sum = elements[(row * depth)..<((row + 1) * depth)].reduce(0, +)
        #expect(sum.magnitude < 1e-6, "\(name), output \(row)")
      }
      let variance = elements.reduce(0) { $0 + $1 * $1 } / Double(elements.count)
      #expect((variance * Double(depth) / 2 - 1).magnitude < 0.15, "\(name)")
    }
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `Pictures run through the network as through a trained one`(seed: UInt64) throws {
    let team = try WorkerTeam(count: 2)
    let graph = try DenseNetArchitecture.mini.graph()
    let evaluator = ReferenceEvaluator(
      graph: graph,
      parameters: try Parameters.seeded(for: DenseNetArchitecture.mini, seed: seed, team: team),
      team: team)
    // Pictures that the weights were not calibrated on.
    let pictures = CalibrationPictures.batch(
      seed: seed + 1000, shape: DenseNetArchitecture.mini.inputShape, lastPixels: 4)
    try evaluator.run(pictures) { index, value in
      let node = graph.nodes[index]
      let count = Double(value.elements.count)
      switch node.operation {
      case .batchNorm:
        let mean = value.elements.reduce(0, +) / count
        let variance = value.elements.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        #expect((0.5...2).contains(variance.squareRoot()), "\(node.name)")
      case .activation:
        let share = Double(value.elements.count { $0 > 0 }) / count
        #expect((0.35...0.65).contains(share), "\(node.name)")
      case .softmax:
        for picture in 0..<value.shape.batch {
          let classes = value.shape.channels
          let largest = value.elements[(picture * classes)..<((picture + 1) * classes)].max()
          #expect((0.1...0.9).contains(largest ?? 0), "picture \(picture)")
        }
      default: break
      }
    }
  }
}
