import Formats
import Kernels
import Testing

@testable import Net

@Suite("SqueezeNet 1.1") struct SqueezeNetTests {
  /// torchvision's `squeezenet1_1` has 1,235,496 parameters, its weights page says.
  @Test("has as many parameters, and maps of the sizes, as published") func published() throws {
    let network = SqueezeNet()
    let graph = try network.graph()
    let shapes = try graph.shapes(input: network.inputShape, parameters: nil)
    let count = graph.nodes.reduce(0) { sum, node in
      guard case .convolution(let attributes) = node.operation else { return sum }
      let kernel = attributes.kernel.height * attributes.kernel.width
      return sum + attributes.outputChannels * (shapes[node.inputs[0]].channels * kernel + 1)
    }
    #expect(count == 1_235_496)
    for (name, channels, side) in [
      ("conv1", 64, 111), ("pool1", 64, 55), ("fire3_concat", 128, 55), ("pool3", 128, 27),
      ("pool5", 256, 13), ("fire9_concat", 512, 13), ("conv10", 1000, 13),
    ] {
      let node = try #require(graph.index(named: name))
      #expect(shapes[node] == TensorShape(channels: channels, height: side, width: side), "\(name)")
    }
    #expect(shapes[graph.output] == TensorShape(channels: 1000))
  }

  /// As in a trained network: no layer dies out or explodes, and the classes are neither certain nor even.
  @Test("has seeded weights that pictures run through", arguments: [1, 2] as [UInt64])
  func seeded(seed: UInt64) throws {
    let team = try WorkerTeam(count: 2)
    let model = try Model("squeezenet1.1@\(seed)", team: team)
    let pictures = CalibrationPictures.batch(
      seed: seed + 1000, shape: SqueezeNet().inputShape, lastPixels: 169)
    let input = model.preprocessing.networkInput(pictures)
    let evaluator = ReferenceEvaluator(
      graph: model.graph, parameters: model.parameters, team: team)
    try evaluator.run(input) { index, value in
      let node = model.graph.nodes[index]
      switch node.operation {
      case .activation(.relu) where node.name != "conv10_relu":
        let alive = Double(value.elements.count { $0 > 0 }) / Double(value.elements.count)
        #expect((0.1...0.9).contains(alive), "\(node.name): \(alive)")
        let mean = value.elements.reduce(0, +) / Double(value.elements.count)
        #expect((0.01...100).contains(mean), "\(node.name): \(mean)")
      case .softmax:
        let largest = value.elements.max() ?? 0
        #expect((0.02...0.99).contains(largest), "\(largest)")
      default: break
      }
    }
  }
}
