public import Kernels

extension ConvolutionCase {
  /// What the elements hold that no backend may touch.
  public static let guardValue: Float = 12345

  /// Runs the case on a backend, with NaN in the output and the scratch memory beforehand and guards
  /// behind the output and the memory of each thread, all ``guardValue``.
  ///
  /// - Parameters:
  ///   - backend: What computes it.
  ///   - instructionSet: The inner loops to use.
  ///   - team: The threads to use.
  ///   - data: Other numbers than the case's own; nil for those.
  /// - Returns: The output in `[N, C, H, W]` order, and the guards, with the spare lanes of the output that
  ///   are no numbers though the output is.
  /// - Throws: ``KernelError`` if the backend refuses.
  public func run(
    on backend: any ConvolutionBackend, instructionSet: InstructionSet, team: WorkerTeam,
    data: ConvolutionData? = nil
  ) throws -> (output: [Float], guards: [Float]) {
    let data = data ?? self.data
    let prepared = try backend.prepare(
      problem, weights: WeightBuffer(data.weights), bias: data.bias,
      fusion: Fusion(
        prologue: data.prologue, averagePool: window, relu: fusions.contains(.relu)),
      instructionSet: instructionSet)
    let layouts = backend.layouts(for: problem, instructionSet: instructionSet)
    let guardCount = 16
    let guardValue = Self.guardValue
    let inputImage = layouts.input.imageCount(of: inputShape)
    let outputImage = layouts.output.imageCount(of: problem.output)
    let outputCount = outputImage * problem.output.batch
    // The spare lanes of the input's last block may hold anything.
    var source = [Float](repeating: .nan, count: inputImage * inputShape.batch)
    var target = [Float](repeating: .nan, count: outputCount + guardCount)
    var output = [Float](repeating: .nan, count: problem.output.count)
    let size = MemoryLayout<Float>.stride
    let scratchCount = prepared.scratchByteCount / size + guardCount
    var scratch = [Float](
      repeating: .nan,
      count: scratchCount * team.count + prepared.workspaceByteCount / size + guardCount)
    let guards = Array(outputCount..<(outputCount + guardCount))
    for i in guards { target[i] = guardValue }
    let inner =
      (0..<team.count).flatMap { worker in
        ((worker + 1) * scratchCount - guardCount)..<((worker + 1) * scratchCount)
      } + ((scratch.count - guardCount)..<scratch.count)
    for i in inner { scratch[i] = guardValue }
    data.input.withUnsafeBufferPointer { input in
      source.withUnsafeMutableBufferPointer { source in
        guard let input = input.baseAddress, let source = source.baseAddress else { return }
        let from = FeatureView(
          base: input, shape: inputShape, batchStride: inputShape.imageCount)
        let to = MutableFeatureView(
          base: source, shape: inputShape, layout: layouts.input, batchStride: inputImage)
        for image in 0..<inputShape.batch {
          Reorder.copy(from, to: to, image: image, channels: 0..<inputShape.channels)
          for lane in inputShape.channels..<layouts.input.storedChannels(inputShape.channels) {
            let spare = to.plane(image, lane)
            for pixel in 0..<inputShape.planeCount { spare[pixel * to.layout.blockWidth] = .nan }
          }
        }
      }
    }
    source.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        scratch.withUnsafeMutableBufferPointer { scratch in
          guard let source = source.baseAddress, let target = target.baseAddress,
            let scratch = scratch.baseAddress
          else { return }
          prepared.run(
            on: team,
            input: FeatureView(
              base: source, shape: inputShape, layout: layouts.input, batchStride: inputImage),
            output: MutableFeatureView(
              base: target, shape: problem.output, layout: layouts.output,
              batchStride: outputImage)
          ) { worker in
            TaskMemory(
              scratch: scratch + worker * scratchCount,
              workspace: scratch + team.count * scratchCount)
          }
        }
      }
    }
    target.withUnsafeBufferPointer { target in
      output.withUnsafeMutableBufferPointer { output in
        guard let target = target.baseAddress, let output = output.baseAddress else { return }
        let from = FeatureView(
          base: target, shape: problem.output, layout: layouts.output, batchStride: outputImage)
        let to = MutableFeatureView(
          base: output, shape: problem.output, batchStride: problem.output.imageCount)
        for image in 0..<problem.output.batch {
          Reorder.copy(from, to: to, image: image, channels: 0..<problem.output.channels)
        }
      }
    }
    // What reads several values side by side takes the lanes between them for channels, with zeros as
    // weights, so they have to be numbers.
    var spare: [Float] = []
    if output.allSatisfy(\.isFinite), layouts.output != .planar {
      spare = target.indices.dropLast(guardCount).filter { index in
        let block = index % outputImage / (problem.output.planeCount * layouts.output.blockWidth)
        return block * layouts.output.blockWidth + index % layouts.output.blockWidth
          >= problem.output.channels && !target[index].isFinite
      }.map { target[$0] }
    }
    return (output, guards.map { target[$0] } + inner.map { scratch[$0] } + spare)
  }
}
