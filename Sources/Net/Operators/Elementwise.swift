import Kernels

/// Operations on each element alone, shared out among threads plane by plane.
@safe
struct Elementwise {
  let microkernels: MicrokernelTable
  let team: WorkerTeam

  init(_ microkernels: MicrokernelTable, _ team: WorkerTeam) {
    self.microkernels = microkernels
    self.team = team
  }

  func scaleShift(_ input: FeatureView, _ values: ScaleShift, _ output: MutableFeatureView) {
    let width = unsafe output.layout.blockWidth
    let factors = width == 1 ? nil : BlockFactors(values, width)
    let pixels = unsafe input.shape.planeCount
    unsafe forEachPlane(of: output) { image, channel in
      let source = unsafe input.plane(image, channel)
      let target = unsafe output.plane(image, channel)
      if let factors {
        unsafe factors.apply(microkernels, channel, pixels, source, target)
      } else {
        unsafe microkernels.scaleShift(
          pixels, source, values.scale[channel], values.shift[channel], values.relu, target)
      }
    }
  }

  /// Calls `body` with the elements of each plane or block: their number, where they are, and where the
  /// results go.
  func forEachRun(
    _ input: FeatureView, _ output: MutableFeatureView,
    _ body: (Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    let count = unsafe input.shape.planeCount * output.layout.blockWidth
    unsafe forEachPlane(of: output) { image, channel in
      unsafe body(count, input.plane(image, channel), output.plane(image, channel))
    }
  }

  /// Adds from left to right.
  func add(_ inputs: [FeatureView], _ relu: Bool, _ output: MutableFeatureView) {
    let count = unsafe output.shape.planeCount * output.layout.blockWidth
    unsafe forEachPlane(of: output) { image, channel in
      let target = unsafe output.plane(image, channel)
      var sum = unsafe inputs[0].plane(image, channel)
      for i in unsafe 1..<inputs.count {
        unsafe microkernels.add(
          count, sum, inputs[i].plane(image, channel), relu && i == inputs.count - 1, target)
        unsafe sum = UnsafePointer(target)
      }
    }
  }

  func copy(_ input: FeatureView, _ output: MutableFeatureView) {
    let count = unsafe output.shape.planeCount * output.layout.blockWidth
    unsafe forEachPlane(of: output) { image, channel in
      unsafe output.plane(image, channel).update(from: input.plane(image, channel), count: count)
    }
  }

  /// Calls `body` with the first channel of each plane or block.
  private func forEachPlane(
    of output: MutableFeatureView, _ body: (_ image: Int, _ channel: Int) -> Void
  ) {
    let shape = unsafe output.shape
    let width = unsafe output.layout.blockWidth
    let planes = (shape.channels + width - 1) / width
    // Planes of few pixels are handed out several at a time: a task should outweigh its claiming.
    let group = max(1, 4096 / (shape.planeCount * width))
    let groups = (planes + group - 1) / group
    team.run(taskCount: shape.batch * groups) { _, task in
      let (image, first) = task.quotientAndRemainder(dividingBy: groups)
      for plane in (first * group)..<min(planes, (first + 1) * group) {
        body(image, plane * width)
      }
    }
  }
}

/// The factors of a scale and shift, filled up to whole blocks.
private struct BlockFactors {
  private let scale: [Float]
  private let shift: [Float]
  private let relu: Bool

  init(_ values: ScaleShift, _ width: Int) {
    let rest = [Float](repeating: 0, count: width)
    scale = values.scale + rest
    shift = values.shift + rest
    relu = values.relu
  }

  func apply(
    _ microkernels: MicrokernelTable, _ channel: Int, _ pixels: Int,
    _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>
  ) {
    unsafe scale.withUnsafeBufferPointer { scale in
      unsafe shift.withUnsafeBufferPointer { shift in
        guard let scale = scale.baseAddress, let shift = shift.baseAddress else { return }
        unsafe microkernels.scaleShiftBlocks(
          1, pixels, source, 0, scale + channel, shift + channel, relu, target, 0)
      }
    }
  }
}
