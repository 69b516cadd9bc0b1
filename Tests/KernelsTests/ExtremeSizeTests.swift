import Testing

@testable import Kernels

/// Geometries whose numbers are at the ends of their ranges: whatever is made of them is a number or an
/// error, and memory goes by what is read.
@Suite("Extreme sizes") struct ExtremeSizeTests {
  /// Numbers that products overflow with, and their neighbours.
  fileprivate static let ends: [Int] =
    [16, 20, 24, 31, 32, 40, 62].flatMap { [(1 << $0) - 1, 1 << $0, (1 << $0) + 1] } + [Int.max]

  private struct Draw {
    var generator: SeededGenerator

    mutating func any(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    /// A few numbers of a problem are extreme, most within what is allowed.
    mutating func size(_ smallest: Int, often: Int = 4) -> Int {
      guard any(0...often) == 0 else { return any(smallest...9) }
      return any(0...9) == 0
        ? ExtremeSizeTests.ends[any(0...(ExtremeSizeTests.ends.count - 1))]
        : [1 << 12, 65_537, 1 << 20, (1 << 24) - 1, 1 << 24][any(0...4)]
    }

    mutating func problem() throws(ProblemError) -> ConvolutionProblem {
      let groups = any(0...3) == 0 ? size(1) : 1
      let channels = [size(1), size(1)]
      return try ConvolutionProblem(
        input: TensorShape(
          batch: size(1, often: 9), channels: Int.clampedProduct(channels[0], groups),
          height: size(1),
          width: size(1)),
        outputChannels: Int.clampedProduct(channels[1], groups),
        kernel: Size(height: size(1), width: size(1)),
        stride: Size(height: size(1), width: size(1)),
        dilation: Size(height: size(1), width: size(1)),
        padding: Padding(
          top: size(0), left: size(0), bottom: size(0) - any(0...1) * 9, right: size(0)),
        groups: groups)
    }
  }

  @Test("are described and planned, or refused by name", arguments: 0..<UInt64(8))
  func planning(chunk: UInt64) throws {
    var draw = Draw(generator: SeededGenerator(seed: chunk + 40))
    var described = 0
    for _ in 0..<4000 {
      let problem: ConvolutionProblem
      do {
        problem = try draw.problem()
      } catch {
        #expect(!error.description.isEmpty)
        continue
      }
      described += 1
      let read = try ConvolutionProblem(notation: problem.description)
      #expect(read.input == problem.input && read.output == problem.output, "\(problem)")
      #expect(problem.operations > 0)
      for backend in BackendRegistry.builtIn.all {
        _ = backend.algorithm(for: problem)
        _ = backend.fusions(for: problem)
        let refusal = backend.refusal(of: problem)
        for set in [InstructionSet.baseline, .best] {
          let layouts = backend.layouts(for: problem, instructionSet: set)
          #expect(layouts.input.imageCount(of: problem.input) >= problem.input.imageCount)
          _ = backend.delegate(for: problem, on: ExecutionTarget(set))
        }
        // Nothing but weights that do not fit keeps a problem from being prepared.
        guard refusal == nil, problem.weightCount != 1 else { continue }
        let error = #expect(throws: KernelError.self) {
          try backend.prepare(
            problem, weights: WeightBuffer([1]), bias: nil, fusion: .none, instructionSet: .best)
        }
        #expect(error?.code == .weightCountMismatch)
      }
      for lanes in [4, 8, 16] {
        for geometry in [
          TileGeometry(problem, lanes: lanes), TileGeometry(laneByLane: problem, lanes: lanes),
        ] {
          #expect(geometry.regions > 0 && geometry.panelPieces > 0 && geometry.rowSize > 0)
          #expect(geometry.blockSize > 0 && geometry.chunks > 0)
        }
        if WinogradBackend().refusal(of: problem) == nil {
          for transform in [WinogradTransform.f2, .f4] {
            let geometry = WinogradGeometry(problem, transform, lanes: lanes, tilePixels: 14)
            #expect(geometry.inputCount > 0 && geometry.outputCount > 0 && geometry.edgeCount > 0)
          }
        }
      }
      let gathered = Im2colOpenBLASBackend.Prepared(
        problem: problem, weights: WeightBuffer([]), bias: nil, fusion: .none,
        microkernels: InstructionSet.best.microkernels)
      #expect(gathered.scratchByteCount <= 4 * max(1 << 27, problem.depth))
    }
    // Most draws fit nowhere; that enough do is what makes them worth anything.
    #expect(described > 300, "\(described)")
  }

  @Test("are prepared where the weights are few, or refused", arguments: 0..<UInt64(4))
  func preparing(chunk: UInt64) throws {
    var draw = Draw(generator: SeededGenerator(seed: chunk + 90))
    var prepared = 0
    for _ in 0..<4000 {
      guard let problem = try? draw.problem(), problem.weightCount <= 1 << 14 else { continue }
      let weights = WeightBuffer([Float](repeating: 1, count: problem.weightCount))
      for backend in BackendRegistry.builtIn.all where backend.refusal(of: problem) == nil {
        do {
          let result = try backend.prepare(
            problem, weights: weights, bias: nil, fusion: .none, instructionSet: .best)
          prepared += 1
          #expect(result.taskCounts.allSatisfy { $0 > 0 })
          #expect((0...4 * TensorShape.largestCount).contains(result.scratchByteCount))
          #expect((0...4 * TensorShape.largestCount).contains(result.workspaceByteCount))
        } catch {
          #expect(error.code == .outOfMemory, "\(problem): \(error)")
        }
      }
    }
    #expect(prepared > 100, "\(prepared)")
  }

  @Test("do not fill memory with what fills up vectors", arguments: InstructionSet.supported)
  func packing(instructionSet: InstructionSet) throws {
    // One channel in each lane: 64 MiB of weights would take gigabytes; so would a column of kernels.
    for (text, backend) in [
      ("mb1ic1ih16777216iw1oc1oh1ow1kh16777216kw1", TiledBackend() as any ConvolutionBackend),
      ("mb1ic1ih1iw1oc2000000oh1ow1kh3kw3ph1pw1", WinogradBackend(tile: 4)),
    ] {
      let problem = try ConvolutionProblem(notation: text)
      let error = #expect(throws: KernelError.self) {
        try backend.prepare(
          problem, weights: WeightBuffer([Float](repeating: 1, count: problem.weightCount)),
          bias: nil, fusion: .none, instructionSet: instructionSet)
      }
      #expect(error?.code == .outOfMemory && error?.description.contains("packed") == true)
    }
  }

  @Test("far apart take the memory of what is read") func sparse() throws {
    for (text, products) in [
      ("g8mb1ic8ih9oc8oh1kh3sh1048576ph1", 9),
      ("mb1ic16ih9oc8oh1kh3sh1048576ph1", 144),
      ("mb1ic16ih9oc8oh3kh3sh1048576ph1048576", 144 * 9),
      ("mb1ic16ih4000oc8oh4kh3sh1000ph0", 144 * 16),
      ("mb1ic3ih9oc8oh3kh3sh1048576ph1048576", 27 * 9),
      ("mb1ic16ih1oc8oh1kh3dh1048575ph1048576", 144),
      ("mb1ic3ih1oc8oh1kh3dh1048575ph1048576", 27),
    ] {
      let problem = try ConvolutionProblem(notation: text)
      let weights = WeightBuffer([Float](repeating: 1, count: problem.weightCount))
      for backend in BackendRegistry.builtIn.all where backend.refusal(of: problem) == nil {
        for set in InstructionSet.supported {
          let result = try backend.prepare(
            problem, weights: weights, bias: nil, fusion: .none, instructionSet: set)
          // A vector for each product, where channels do not fill one, and columns filled up to eight.
          #expect(
            result.scratchByteCount + result.workspaceByteCount
              <= 4 * (16 * products + 4096 * 3 + 64),
            "\(text) on \(backend.name): \(result.scratchByteCount)")
        }
      }
    }
  }

  @Test("keep the cuts of ordinary problems", arguments: [4, 8, 16]) func ordinary(lanes: Int)
    throws
  {
    // Consecutive windows share rows, and three of four columns.
    let usual = TileGeometry(
      try ConvolutionProblem(notation: "mb1ic64ih56oc64oh56kh3ph1"), lanes: lanes)
    #expect(!usual.rowsApart && !usual.columnsApart && !usual.tapsInLanes)
    #expect(usual.packedRows(3) == 5 && usual.positions == 58 && usual.phases == 1)
    let strided = TileGeometry(
      try ConvolutionProblem(notation: "mb1ic64ih56oc64oh28kh3sh2ph1"), lanes: lanes)
    #expect(!strided.rowsApart && !strided.columnsApart && strided.phases == 2)
    #expect(strided.packedRows(3) == 7)
    let stem = TileGeometry(
      try ConvolutionProblem(notation: "mb1ic3ih224oc64oh112kh7sh2ph3"), lanes: lanes)
    #expect(stem.tapsInLanes && !stem.rowsApart)
  }
}
