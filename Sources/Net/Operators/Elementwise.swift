import Kernels

/// Operations on each element by itself, shared out among threads plane by plane.
@safe
struct Elementwise {
  let microkernels: MicrokernelTable
  let team: WorkerTeam

  init(_ microkernels: MicrokernelTable, _ team: WorkerTeam) {
    self.microkernels = microkernels
    self.team = team
  }

  func scaleShift(_ input: FeatureView, _ values: ScaleShift, _ output: MutableFeatureView) {
    unsafe forEachPlane(of: output.shape) { image, channel in
      unsafe microkernels.scaleShift(
        input.shape.planeCount, input.plane(image, channel), values.scale[channel],
        values.shift[channel], values.relu, output.plane(image, channel))
    }
  }

  func activate(_ input: FeatureView, _ activation: Activation, _ output: MutableFeatureView) {
    unsafe forEachPlane(of: output.shape) { image, channel in
      let count = unsafe input.shape.planeCount
      let source = unsafe input.plane(image, channel)
      let target = unsafe output.plane(image, channel)
      if activation == .relu {
        unsafe microkernels.scaleShift(count, source, 1, 0, true, target)
      } else {
        for i in 0..<count { unsafe target[i] = Float(activation.apply(Double(source[i]))) }
      }
    }
  }

  /// Adds from left to right.
  func add(_ inputs: [FeatureView], _ relu: Bool, _ output: MutableFeatureView) {
    unsafe forEachPlane(of: output.shape) { image, channel in
      let target = unsafe output.plane(image, channel)
      var sum = unsafe inputs[0].plane(image, channel)
      for i in unsafe 1..<inputs.count {
        unsafe microkernels.add(
          output.shape.planeCount, sum, inputs[i].plane(image, channel),
          relu && i == inputs.count - 1, target)
        unsafe sum = UnsafePointer(target)
      }
    }
  }

  func copy(_ input: FeatureView, _ output: MutableFeatureView) {
    unsafe forEachPlane(of: output.shape) { image, channel in
      unsafe output.plane(image, channel).update(
        from: input.plane(image, channel), count: input.shape.planeCount)
    }
  }

  private func forEachPlane(of shape: TensorShape, _ body: (_ image: Int, _ channel: Int) -> Void) {
    // Planes of a few pixels are handed out in groups: a task should outweigh its claiming.
    let group = max(1, 4096 / shape.planeCount)
    let groups = (shape.channels + group - 1) / group
    team.run(taskCount: shape.batch * groups) { _, task in
      let (image, first) = task.quotientAndRemainder(dividingBy: groups)
      for channel in (first * group)..<min(shape.channels, (first + 1) * group) {
        body(image, channel)
      }
    }
  }
}
