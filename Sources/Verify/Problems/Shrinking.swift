import Kernels

extension ConvolutionTrial {
  /// Simpler trials of the same kind, the boldest first.
  ///
  /// Each halves or removes one thing.
  var simpler: [ConvolutionTrial] {
    var result: [ConvolutionTrial] = []
    for (_, item) in Surroundings.names where surroundings.contains(item) {
      var trial = self
      trial.surroundings.remove(item)
      result.append(trial)
    }
    let p = problem
    func add(
      batch: Int? = nil, channels: Int? = nil, height: Int? = nil, width: Int? = nil,
      outputs: Int? = nil, kernel: Size? = nil, stride: Size? = nil, dilation: Size? = nil,
      padding: Padding? = nil, groups: Int? = nil
    ) {
      let simpler = try? ConvolutionProblem(
        input: TensorShape(
          batch: batch ?? p.input.batch, channels: channels ?? p.input.channels,
          height: height ?? p.input.height, width: width ?? p.input.width),
        outputChannels: outputs ?? p.outputChannels, kernel: kernel ?? p.kernel,
        stride: stride ?? p.stride, dilation: dilation ?? p.dilation,
        padding: padding ?? p.padding, groups: groups ?? p.groups)
      guard let simpler, simpler != p else { return }
      var trial = self
      trial.problem = simpler
      result.append(trial)
    }
    func smaller(_ value: Int) -> [Int] {
      value > 1 ? (value > 2 ? [value / 2, value - 1] : [1]) : []
    }
    if p.input.batch > 1 { add(batch: 1) }
    if p.groups > 1 {
      add(channels: p.groupInputChannels, outputs: p.groupOutputChannels, groups: 1)
    }
    for channels in smaller(p.groupInputChannels) { add(channels: channels * p.groups) }
    for outputs in smaller(p.groupOutputChannels) { add(outputs: outputs * p.groups) }
    for height in smaller(p.input.height) { add(height: height) }
    for width in smaller(p.input.width) { add(width: width) }
    if p.stride != Size(1) { add(stride: Size(1)) }
    if p.dilation != Size(1) { add(dilation: Size(1)) }
    if p.padding != Padding(0) { add(padding: Padding(0)) }
    for height in smaller(p.kernel.height) {
      add(kernel: Size(height: height, width: p.kernel.width))
    }
    for width in smaller(p.kernel.width) {
      add(kernel: Size(height: p.kernel.height, width: width))
    }
    return result
  }

  /// The simplest trial that still fails, as far as a greedy search finds it.
  ///
  /// - Parameters:
  ///   - attempts: The most trials that are tried.
  ///   - fails: Whether a trial fails.
  /// - Returns: A trial that fails, which is this one if no simpler one does.
  public func shrunk(attempts: Int = 200, fails: (ConvolutionTrial) -> Bool) -> ConvolutionTrial {
    var best = self
    var left = attempts
    search: while left > 0 {
      for candidate in best.simpler {
        guard left > 0 else { break search }
        left -= 1
        if fails(candidate) {
          best = candidate
          continue search
        }
      }
      break
    }
    return best
  }
}
