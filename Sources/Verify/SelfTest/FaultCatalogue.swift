import Kernels

extension Fault {
  /// All faults, from the coarse to the fine.
  public static let catalogue: [Fault] =
    weightFaults + precisionFaults + geometryFaults + surroundingFaults + outputFaults
    + memoryFaults + misconductFaults

  // MARK: - Weights in the wrong place

  private static let weightFaults: [Fault] = [
    Fault(
      "dropped-channel", "the last input channel is left out",
      .weights { weights, target in
        forEachTap(target) { index, _, channel, _ in
          if channel == target.problem.groupInputChannels - 1 { weights[index] = 0 }
        }
      }),
    Fault(
      "swapped-input-channels", "the first two input channels have each other's weights",
      .weights { weights, target in
        let taps = target.taps
        for output in 0..<target.problem.outputChannels {
          let first = output * target.problem.depth
          for tap in 0..<taps { weights.swapAt(first + tap, first + taps + tap) }
        }
      }, where: { $0.problem.groupInputChannels > 1 }),
    Fault(
      "swapped-output-channels", "the first two output channels have each other's weights",
      .weights { weights, target in
        for k in 0..<target.problem.depth { weights.swapAt(k, target.problem.depth + k) }
      }, where: { $0.problem.groupOutputChannels > 1 }),
    Fault(
      "rotated-lanes", "eight output channels are each one place further",
      .weights { weights, target in
        let depth = target.problem.depth
        let old = weights
        for k in 0..<(8 * depth) { weights[k] = old[(k + depth) % (8 * depth)] }
      }, where: { $0.problem.groupOutputChannels >= 8 }),
    Fault(
      "transposed-kernel", "kernel rows and columns are swapped",
      .weights { weights, target in
        let side = target.problem.kernel.height
        let old = weights
        forEachTap(target) { index, _, _, tap in
          weights[index] = old[index - tap + tap % side * side + tap / side]
        }
      }, where: { $0.problem.kernel.height == $0.problem.kernel.width && $0.taps > 1 }),
    Fault(
      "flipped-kernel", "it convolves where it should correlate",
      .weights { weights, target in
        let old = weights
        forEachTap(target) { index, _, _, tap in
          weights[index] = old[index - tap + target.taps - 1 - tap]
        }
      }, where: { $0.taps > 1 }),
    Fault(
      "lost-tap", "the last tap of each kernel is left out",
      .weights { weights, target in
        forEachTap(target) { index, _, _, tap in
          if tap == target.taps - 1 { weights[index] = 0 }
        }
      }, where: { $0.taps > 1 }),
    Fault(
      "one-weight-lost", "a single weight is 0",
      .weights { weights, _ in weights[largest(weights)] = 0 }),
    Fault(
      "one-weight-negated", "a single weight has the wrong sign",
      .weights { weights, _ in weights[largest(weights)].negate() }),
    Fault(
      "bit-flip", "bit 12 of a single weight's mantissa is wrong",
      .weights { weights, _ in
        let index = largest(weights)
        weights[index] = Float(bitPattern: weights[index].bitPattern ^ (1 << 12))
      }),
  ]

  // MARK: - Too little precision

  private static let precisionFaults: [Fault] = [
    Fault(
      "int8-weights", "weights are rounded to 8-bit integers with one scale a channel",
      .weights { weights, target in
        let depth = target.problem.depth
        for output in 0..<target.problem.outputChannels {
          let range = output * depth..<(output + 1) * depth
          let scale = weights[range].reduce(0) { max($0, $1.magnitude) } / 127
          guard scale > 0 else { continue }
          for i in range { weights[i] = (weights[i] / scale).rounded() * scale }
        }
      }),
    Fault(
      "bf16-weights", "weights have 8 bits of precision",
      .weights { weights, _ in weights = weights.map { truncated($0, keeping: 8) } }),
    Fault(
      "fp16-weights", "weights have 11 bits of precision",
      .weights { weights, _ in weights = weights.map { truncated($0, keeping: 11) } }),
    Fault(
      "18-bit-weights", "weights have 18 bits of precision",
      .weights { weights, _ in weights = weights.map { truncated($0, keeping: 18) } }),
    Fault(
      "bf16-output", "results have 8 bits of precision",
      .output { output, _ in output.mapAll { truncated($0, keeping: 8) } }),
    Fault(
      "fp16-output", "results have 11 bits of precision",
      .output { output, _ in output.mapAll { truncated($0, keeping: 11) } }),
    Fault(
      "wrong-scale", "results are too large by one part in ten thousand",
      .output { output, _ in output.mapAll { $0 * 1.0001 } }),
  ]

  // MARK: - Another geometry

  private static let geometryFaults: [Fault] = [
    Fault(
      "padded-wrong-side", "a row of padding stands at the bottom instead of at the top",
      .geometry { problem in
        var padding = problem.padding
        padding.top -= 1
        padding.bottom += 1
        return problem.with(padding: padding)
      }, where: { $0.problem.padding.top > 0 }),
    Fault(
      "padded-wrong-column", "a column of padding stands at the right instead of at the left",
      .geometry { problem in
        var padding = problem.padding
        padding.left -= 1
        padding.right += 1
        return problem.with(padding: padding)
      }, where: { $0.problem.padding.left > 0 }),
    Fault(
      "ignored-dilation", "the taps lie side by side",
      .geometry { problem in
        // The window is smaller by what the gaps took, so there is less to pad.
        let rows = (problem.kernel.height - 1) * (problem.dilation.height - 1)
        let columns = (problem.kernel.width - 1) * (problem.dilation.width - 1)
        var padding = problem.padding
        padding.top -= rows - rows / 2
        padding.bottom -= rows / 2
        padding.left -= columns - columns / 2
        padding.right -= columns / 2
        return problem.with(padding: padding, dilation: Size(1))
      }, where: { $0.problem.dilation != Size(1) && $0.taps > 1 }),
  ]

  // MARK: - The surroundings of the convolution

  private static let surroundingFaults: [Fault] = [
    Fault(
      "missing-bias", "the bias is not added",
      .surroundings { bias, _ in bias = nil }, where: \.hasBias),
    Fault(
      "doubled-bias", "the bias is added twice",
      .surroundings { bias, _ in bias = bias?.map { 2 * $0 } }, where: \.hasBias),
    Fault(
      "neighbours-bias", "each channel has the bias of the next one",
      .surroundings { bias, _ in
        if let values = bias { bias = Array(values.dropFirst()) + values.prefix(1) }
      }, where: { $0.hasBias && $0.problem.outputChannels > 1 }),
    Fault(
      "missing-relu", "negative results stay",
      .surroundings { _, fusion in fusion.relu = false }, where: \.fusion.relu),
    Fault(
      "extra-relu", "negative results become 0",
      .surroundings { _, fusion in fusion.relu = true },
      where: { !$0.fusion.relu && $0.fusions.contains(.relu) }),
    Fault(
      "missing-prologue-relu", "negative inputs stay after the batch norm",
      .surroundings { _, fusion in fusion.prologue?.relu = false },
      where: { $0.fusion.prologue?.relu == true }),
    Fault(
      "missing-shift", "the batch norm in front adds nothing",
      .surroundings { _, fusion in
        if let shift = fusion.prologue?.shift { fusion.prologue?.shift = shift.map { _ in 0 } }
      }, where: { $0.fusion.prologue != nil }),
    Fault(
      "prologue-of-next-channel", "the batch norm in front has the next channel's factors",
      .surroundings { _, fusion in
        if let scale = fusion.prologue?.scale {
          fusion.prologue?.scale = Array(scale.dropFirst()) + scale.prefix(1)
        }
      }, where: { $0.fusion.prologue != nil && $0.problem.input.channels > 1 }),
  ]

  // MARK: - Wrong elements of the output

  private static let outputFaults: [Fault] = [
    Fault(
      "lost-border-pixel", "the last pixel of each plane is 0",
      .output { output, _ in
        let shape = output.shape
        for n in 0..<shape.batch {
          for c in 0..<shape.channels { output[n, c, shape.height - 1, shape.width - 1] = 0 }
        }
      }),
    Fault(
      "one-zero", "a single element of the first plane is 0",
      .output { output, _ in
        let (y, x) = largestPixel(output)
        output[0, 0, y, x] = 0
      }),
    Fault(
      "lost-last-row", "the last row is that above it",
      .output { output, _ in
        let shape = output.shape
        for n in 0..<shape.batch {
          for c in 0..<shape.channels {
            for x in 0..<shape.width {
              output[n, c, shape.height - 1, x] = output[n, c, shape.height - 2, x]
            }
          }
        }
      }, where: { $0.problem.output.height > 1 }),
    Fault(
      "tile-tail", "the last column is that beside it",
      .output { output, _ in
        let shape = output.shape
        for n in 0..<shape.batch {
          for c in 0..<shape.channels {
            for y in 0..<shape.height {
              output[n, c, y, shape.width - 1] = output[n, c, y, shape.width - 2]
            }
          }
        }
      }, where: { $0.problem.output.width > 1 }),
    Fault(
      "lost-channel-tail", "the channels beyond the last whole vector are 0",
      .output { output, _ in
        let shape = output.shape
        for n in 0..<shape.batch {
          for c in (shape.channels / 8 * 8)..<shape.channels {
            for y in 0..<shape.height {
              for x in 0..<shape.width { output[n, c, y, x] = 0 }
            }
          }
        }
      }, where: { $0.problem.outputChannels % 8 != 0 }),
    Fault(
      "shifted-row", "a row is one pixel too far to the right",
      .output { output, _ in
        let shape = output.shape
        let y = shape.height / 2
        for x in stride(from: shape.width - 1, to: 0, by: -1) {
          output[0, 0, y, x] = output[0, 0, y, x - 1]
        }
      }, where: { $0.problem.output.width > 1 }),
    Fault(
      "stale-image", "the second image of a batch has the results of the first",
      .output { output, _ in
        let shape = output.shape
        for c in 0..<shape.channels {
          for y in 0..<shape.height {
            for x in 0..<shape.width { output[1, c, y, x] = output[0, c, y, x] }
          }
        }
      }, where: { $0.problem.input.batch > 1 }),
    Fault(
      "one-element-off", "a single element is off by a thousandth of itself",
      .output { output, _ in
        let (y, x) = largestPixel(output)
        output[0, 0, y, x] *= 1.001
      }),
    Fault(
      "one-nan", "a single element is NaN",
      .output { output, _ in output[0, output.shape.channels / 2, 0, 0] = .nan }),
    Fault(
      "one-infinity", "a single element is infinite",
      .output { output, _ in output[0, output.shape.channels / 2, 0, 0] = .infinity }),
    Fault(
      "saturated", "results are clipped at 90 % of the largest",
      .output { output, _ in
        var largest: Float = 0
        output.mapAll { value in
          largest = max(largest, value)
          return value
        }
        let limit = 0.9 * largest
        output.mapAll { min($0, limit) }
      }),
    Fault(
      "one-ulp", "every result is off by one unit in the last place",
      .output { output, _ in output.mapAll { $0.nextUp } }),
  ]

  // MARK: - Memory

  private static let memoryFaults: [Fault] = [
    Fault("skipped-task", "the last task is not run", .task),
    Fault(
      "unwritten-element", "a single element is never written",
      .output { output, _ in output[0, 0, 0, 0] = .nan }),
    Fault("stale-scratch", "what was left in the scratch memory is added", .memory(.readsScratch)),
    Fault("writes-behind", "an element after the output is written", .memory(.writesBehind)),
  ]
}

// MARK: - Helpers

extension Fault.Target {
  var taps: Int { problem.kernel.height * problem.kernel.width }
}

/// Calls a function for each weight with its output channel, its input channel and its kernel tap.
private func forEachTap(
  _ target: Fault.Target,
  _ body: (_ index: Int, _ output: Int, _ channel: Int, _ tap: Int) -> Void
) {
  let taps = target.taps
  for index in 0..<target.problem.weightCount {
    let (kernel, tap) = index.quotientAndRemainder(dividingBy: taps)
    let (output, channel) = kernel.quotientAndRemainder(
      dividingBy: target.problem.groupInputChannels)
    body(index, output, channel, tap)
  }
}

/// The place of the weight of the largest magnitude.
private func largest(_ weights: [Float]) -> Int {
  weights.indices.max { weights[$0].magnitude < weights[$1].magnitude } ?? 0
}

/// The pixel of the first plane whose magnitude is largest.
private func largestPixel(_ output: Fault.Output) -> (y: Int, x: Int) {
  var best = (y: 0, x: 0)
  for y in 0..<output.shape.height {
    for x in 0..<output.shape.width
    where output[0, 0, y, x].magnitude > output[0, 0, best.y, best.x].magnitude {
      best = (y, x)
    }
  }
  return best
}

/// A number rounded to a number of bits of precision, to nearest.
private func truncated(_ value: Float, keeping bits: Int) -> Float {
  let lost = UInt32(24 - bits)
  let half = UInt32(1) << (lost - 1)
  return Float(bitPattern: (value.bitPattern &+ half) & ~((1 << lost) - 1))
}

extension ConvolutionProblem {
  /// The problem with another padding and dilation; nil if its output then has another shape.
  fileprivate func with(padding: Padding, dilation: Size? = nil) -> ConvolutionProblem? {
    let other = try? ConvolutionProblem(
      input: input, outputChannels: outputChannels, kernel: kernel, stride: stride,
      dilation: dilation ?? self.dilation, padding: padding, groups: groups)
    return other?.output == output ? other : nil
  }
}
