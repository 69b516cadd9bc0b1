import Kernels
import Net
import Testing

@testable import Explain

/// Score-CAM and occlusion against PyTorch, which ran the networks in 64-bit floats, and the ways in
/// which they must not depend on how they are run.
@Suite struct MethodsForwardPassTests {
  /// The networks run in 32-bit floats here: their logits, up to 10, are off by some 1e-6 of that, and
  /// so, through the softmax, are the weights.
  static let tolerance = 5e-5

  struct Subject: Sendable, CustomTestStringConvertible {
    var name: String
    var scoreCAM: [MethodsFixture.ScoreMap]
    var occlusion: [MethodsFixture.OcclusionMap]

    var testDescription: String { name }

    func network() throws -> ExplainedNetwork {
      name == "densenet" ? try .denseNet() : try .init(MethodsFixture.load().classMaps)
    }
  }

  /// Both networks, or none if the file cannot be read, which the other suite notices.
  static let subjects: [Subject] = {
    guard let fixture = try? MethodsFixture.load() else { return [] }
    return [
      Subject(
        name: "densenet", scoreCAM: fixture.densenet.scoreCAM,
        occlusion: fixture.densenet.occlusion),
      Subject(
        name: "class maps", scoreCAM: fixture.classMaps.scoreCAM,
        occlusion: fixture.classMaps.occlusion),
    ]
  }()

  @Test(arguments: subjects)
  func `Score-CAM is PyTorch's`(subject: Subject) throws {
    let network = try subject.network()
    let executor = try network.executor(batch: 4)
    #expect(subject.scoreCAM.count == 4)
    for expected in subject.scoreCAM {
      let maps = try ScoreCAM(channelLimit: expected.channels).maps(
        ofClasses: [expected.class], input: network.input, head: network.head,
        parameters: network.parameters, executor: executor)
      #expect(maps.map(\.classIndex) == [expected.class])
      let distance = relativeDistance(maps[0].values, expected.values)
      #expect(distance <= Self.tolerance, "class \(expected.class), \(expected.channels) channels")
    }
  }

  @Test(arguments: subjects)
  func `occlusion is PyTorch's`(subject: Subject) throws {
    let network = try subject.network()
    let executor = try network.executor(batch: 4)
    #expect(subject.occlusion.count == 4)
    for expected in subject.occlusion {
      let occlusion = Occlusion(
        window: Size(height: expected.window[0], width: expected.window[1]),
        stride: Size(height: expected.stride[0], width: expected.stride[1]),
        baseline: expected.baseline == "mean" ? .meanColour : .zero,
        score: try #require(Occlusion.Score(rawValue: expected.score)))
      let map = try occlusion.maps(
        ofClasses: [expected.class], input: network.input, head: network.head, executor: executor
      )[0]
      let grid = occlusion.gridSize(
        height: network.input.shape.height, width: network.input.shape.width)
      #expect((map.height, map.width) == (grid.height, grid.width))
      // Drops are differences of scores: their error is on the scale of the scores.
      let scale = expected.score == "logit" ? 10.0 : 1.0
      let distance =
        map.values.count == expected.values.count
        ? zip(map.values, expected.values).map { ($0 - $1).magnitude }.max() ?? .infinity
        : .infinity
      #expect(distance <= 2e-6 * scale, "class \(expected.class), \(expected.score)")
    }
  }

  /// 32 channels and 16 windows, which 8 divides and 5 does not.
  @Test(arguments: [(5, 2), (8, 1), (8, 2), (64, 2)])
  func `batch and threads change no bit`(batch: Int, threads: Int) throws {
    let network = try ExplainedNetwork.denseNet()
    let single = try network.executor(batch: 1, threads: 1)
    let many = try network.executor(batch: batch, threads: threads)
    func scored(_ executor: Executor) throws -> [ClassActivationMap] {
      try ScoreCAM().maps(
        ofClasses: [1, 9], input: network.input, head: network.head,
        parameters: network.parameters, executor: executor)
    }
    func occluded(_ executor: Executor) throws -> [ClassActivationMap] {
      try Occlusion(window: Size(16)).maps(
        ofClasses: [1, 9], input: network.input, head: network.head, executor: executor)
    }
    #expect(try scored(single) == scored(many))
    #expect(try occluded(single) == occluded(many))
  }

  /// Classes with channels of their own choice share the passes and nothing else.
  @Test func `classes together are as classes alone`() throws {
    let network = try ExplainedNetwork.denseNet()
    let executor = try network.executor(batch: 8)
    func maps(_ classes: [Int]) throws -> [ClassActivationMap] {
      try ScoreCAM(channelLimit: 5).maps(
        ofClasses: classes, input: network.input, head: network.head,
        parameters: network.parameters, executor: executor)
    }
    #expect(try maps([1, 9, 3]) == [1, 9, 3].map { try maps([$0])[0] })
    #expect(try maps([]).isEmpty)
  }

  @Test func `progress counts and cancels`() throws {
    let network = try ExplainedNetwork.denseNet()
    let executor = try network.executor(batch: 8)
    var seen: [Int] = []
    _ = try Occlusion(window: Size(16)).maps(
      ofClasses: [0], input: network.input, head: network.head, executor: executor
    ) { done, total in
      #expect(total == 17)
      seen.append(done)
      return true
    }
    #expect(seen == [8, 16, 17])
    var calls = 0
    let cancelled = #expect(throws: ExplainError.self) {
      try ScoreCAM(channelLimit: 24).maps(
        ofClasses: [0], input: network.input, head: network.head,
        parameters: network.parameters, executor: executor
      ) { done, _ in
        calls += 1
        return done < 16
      }
    }
    #expect(cancelled?.code == .cancelled && calls == 2)
  }

  /// A map of one place has nothing to stretch.
  @Test func `a flat map is no mask`() throws {
    let graph = try Graph(
      nodes: [
        Node(name: "data", operation: .input, inputs: []),
        Node(
          name: "pool",
          operation: .pooling(PoolingAttributes(.average, kernel: Size(1), isGlobal: true)),
          inputs: [0]),
        Node(name: "softmax", operation: .softmax, inputs: [1]),
      ], output: 2)
    let network = try ExplainedNetwork(
      graph: graph, parameters: Parameters(),
      input: Tensor(shape: TensorShape(channels: 2, height: 1, width: 1), elements: [1, 2]))
    let maps = try ScoreCAM().maps(
      ofClasses: [0, 1], input: network.input, head: network.head, parameters: Parameters(),
      executor: network.executor(batch: 2))
    #expect(maps.map(\.values) == [[0], [0]])
  }

  @Test func `colours are laid over the picture`() throws {
    let graph = try Graph(
      nodes: [
        Node(name: "data", operation: .input, inputs: []),
        Node(
          name: "pool",
          operation: .pooling(PoolingAttributes(.average, kernel: Size(1), isGlobal: true)),
          inputs: [0]),
      ], output: 1)
    let network = try ExplainedNetwork(
      graph: graph, parameters: Parameters(),
      input: Tensor(
        shape: TensorShape(channels: 1, height: 2, width: 4), elements: [1, 2, 3, 4, 5, 6, 7, 8]))
    func drops(_ window: Size, _ stride: Size, _ baseline: Occlusion.Baseline) throws -> [Double] {
      try Occlusion(window: window, stride: stride, baseline: baseline).maps(
        ofClasses: [0], input: network.input, head: network.head,
        executor: network.executor(batch: 3))[0].values
    }
    // Each window takes what it covers, less the colour, off the sum of 36; the mean is an eighth.
    let pairs = try drops(Size(height: 1, width: 2), Size(height: 1, width: 2), .zero)
    #expect(pairs == [0.375, 0.875, 1.375, 1.875])
    // The columns have the sums 6, 8, 10 and 12. The second window has one column left.
    let ones = try drops(Size(height: 2, width: 3), Size(height: 2, width: 3), .colour([1]))
    #expect(ones == [2.25, 1.25])
    // Three wide around cells of one, so that the outer windows lose a column; the mean is 4.5.
    let means = try drops(Size(height: 2, width: 3), Size(height: 2, width: 1), .meanColour)
    #expect(means == [-0.5, -0.375, 0.375, 0.5])
  }

  @Test(arguments: [
    Occlusion(window: Size(8), stride: Size(9)), Occlusion(window: Size(8), stride: Size(0)),
    Occlusion(window: Size(8), stride: Size(-1)), Occlusion(window: Size(height: 8, width: 4)),
    Occlusion(baseline: .colour([1, 2])), Occlusion(baseline: .colour([1, 2, .nan])),
  ])
  func `senseless options are refused`(occlusion: Occlusion) throws {
    let network = try ExplainedNetwork(MethodsFixture.load().classMaps)
    let error = #expect(throws: ExplainError.self) {
      try occlusion.maps(
        ofClasses: [0], input: network.input, head: network.head,
        executor: network.executor(batch: 1))
    }
    #expect(error?.code == .wrongOption)
  }

  @Test func `a plan that does not fit is refused`() throws {
    let network = try ExplainedNetwork.denseNet()
    let executor = try network.executor(batch: 1)
    func code(
      _ shape: TensorShape, _ executor: Executor, limit: Int? = nil, input value: Float = 1
    ) -> ExplainError.Code? {
      do throws(ExplainError) {
        _ = try ScoreCAM(channelLimit: limit).maps(
          ofClasses: [0], input: Tensor(shape: shape, repeating: value), head: network.head,
          parameters: network.parameters, executor: executor)
        return nil
      } catch { return error.code }
    }
    let shape = network.input.shape
    #expect(code(TensorShape(channels: 3, height: 32, width: 64), executor) == .wrongPlan)
    #expect(code(shape, try network.executor(batch: 1, taps: [])) == .wrongPlan)
    #expect(code(shape, executor, limit: 0) == .wrongOption)
    #expect(code(shape, executor, input: .nan) == .notFinite)
  }

  /// A window and a stride of any size are fine.
  @Test func `one window for all`() throws {
    let network = try ExplainedNetwork(MethodsFixture.load().classMaps)
    let map = try Occlusion(window: Size(Int.max), stride: Size(Int.max)).maps(
      ofClasses: [2], input: network.input, head: network.head,
      executor: network.executor(batch: 1))[0]
    #expect((map.height, map.width) == (1, 1))
  }
}
