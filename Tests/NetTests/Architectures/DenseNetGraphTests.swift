import Kernels
import Testing

@testable import Net

@Suite struct DenseNetGraphTests {
  /// Compares with the symbol file of DenseNet-169 in the MXNet model zoo of 2017, of which these are
  /// the nodes that are no parameters: their number, the first and last, and the hash of all names.
  @Test func `The nodes of DenseNet-169 are named and ordered as in the model zoo`() throws {
    let names = try DenseNetArchitecture.denseNet169.graph().nodes.map(\.name)
    #expect(names.count == 598)
    #expect(
      names.prefix(13) == [
        "data", "bn_data", "conv0", "bn0", "relu0", "pooling0", "DBstage1_unit1_bn1",
        "DBstage1_unit1_relu1", "DBstage1_unit1_conv1", "DBstage1_unit1_bn2",
        "DBstage1_unit1_relu2", "DBstage1_unit1_conv2", "DBstage1_concat1",
      ])
    #expect(
      names.suffix(7) == [
        "DBstage4_concat32", "bn1", "relu1", "pool1", "flatten0", "fc1", "softmax",
      ])
    #expect(RandomStream.hash(names.joined(separator: "\n")) == 0xFEF_5C8C_A443_7C92)
  }

  /// The symbol file names gamma and beta; the moving statistics follow MXNet's rule for old files.
  @Test func `The parameters of DenseNet-169 are named as in the model zoo`() throws {
    let names = try DenseNetArchitecture.denseNet169.graph().nodes.flatMap(\.parameters)
    #expect(names.count == 850)
    #expect(RandomStream.hash(names.joined(separator: "\n")) == 0x988A_4295_F5CF_E334)
  }

  @Test func `The attributes of DenseNet-169 are those of the model zoo`() throws {
    let graph = try DenseNetArchitecture.denseNet169.graph()
    func node(_ name: String) throws -> Node {
      graph.nodes[try #require(graph.index(named: name), "\(name) is missing")]
    }
    #expect(try node("bn_data").operation == .batchNorm(epsilon: 2e-5, fixGamma: true))
    #expect(try node("DBstage2_unit3_bn2").operation == .batchNorm(epsilon: 2e-5, fixGamma: false))
    #expect(
      try node("conv0").operation
        == .convolution(
          ConvolutionAttributes(
            outputChannels: 64, kernel: Size(7), stride: Size(2), padding: Padding(3),
            hasBias: false)))
    #expect(
      try node("DBstage4_unit32_conv1").operation
        == .convolution(
          ConvolutionAttributes(outputChannels: 128, kernel: Size(1), hasBias: false)))
    #expect(
      try node("DBstage4_unit32_conv2").operation
        == .convolution(
          ConvolutionAttributes(
            outputChannels: 32, kernel: Size(3), padding: Padding(1), hasBias: false)))
    #expect(
      try node("pooling0").operation
        == .pooling(
          PoolingAttributes(.maximum, kernel: Size(3), stride: Size(2), padding: Size(1))))
    #expect(
      try node("TBstage3_pool3").operation
        == .pooling(PoolingAttributes(.average, kernel: Size(2), stride: Size(2))))
    #expect(
      try node("pool1").operation
        == .pooling(PoolingAttributes(.average, kernel: Size(7), isGlobal: true)))
    #expect(try node("fc1").operation == .fullyConnected(outputs: 1000, hasBias: true))
    let concatenation = try node("DBstage1_concat2")
    #expect(
      concatenation.inputs.map { graph.nodes[$0].name }
        == ["DBstage1_concat1", "DBstage1_unit2_conv2"])
  }

  /// The counts of torchvision's `densenet*`, which have no `bn_data`: six more here.
  @Test(arguments: [
    (DenseNetArchitecture.denseNet121, 7_978_856), (.denseNet161, 28_681_000),
    (.denseNet169, 14_149_480), (.denseNet201, 20_013_928),
  ])
  func `There are as many trained parameters as published`(
    architecture: DenseNetArchitecture, published: Int
  ) throws {
    let graph = try architecture.graph()
    let shapes = try graph.shapes(
      input: TensorShape(channels: 3, height: 224, width: 224), parameters: nil)
    var count = 0
    for node in graph.nodes {
      guard let input = node.inputs.first.map({ shapes[$0] }) else { continue }
      switch node.operation {
      case .convolution(let attributes):
        let kernel = attributes.kernel.height * attributes.kernel.width
        count += attributes.outputChannels * input.channels * kernel
      case .batchNorm: count += 2 * input.channels
      case .fullyConnected(let outputs, _): count += outputs * (input.imageCount + 1)
      default: break
      }
    }
    #expect(count == published + 6)
  }

  /// Table 1 of the paper: channels and side of the maps that the classifier pools.
  @Test(arguments: [
    (DenseNetArchitecture.denseNet121, 1024, 7), (.denseNet161, 2208, 7),
    (.denseNet169, 1664, 7), (.denseNet201, 1920, 7), (.mini, 32, 2),
  ])
  func `The last maps have the published shape`(
    architecture: DenseNetArchitecture, channels: Int, side: Int
  ) throws {
    let graph = try architecture.graph()
    let size = architecture.naturalSize
    let shapes = try graph.shapes(
      input: TensorShape(channels: 3, height: size, width: size), parameters: nil)
    let last = try #require(graph.index(named: "relu1"))
    #expect(shapes[last] == TensorShape(channels: channels, height: side, width: side))
    #expect(shapes[graph.output] == TensorShape(channels: architecture.classes))
  }

  @Test func `Every architecture is found by its name`() {
    for architecture in Architectures.all {
      #expect(Architectures.named(architecture.name)?.name == architecture.name)
    }
    #expect(Architectures.named("densenet170") == nil)
  }

  @Test func `All activations of the mini network fit into a committed file`() throws {
    let graph = try DenseNetArchitecture.mini.graph()
    let shapes = try graph.shapes(
      input: TensorShape(channels: 3, height: 64, width: 64), parameters: nil)
    let bytes = shapes.reduce(0) { $0 + $1.count * 4 }
    #expect(bytes < 1_500_000, "\(bytes) bytes")
  }
}
