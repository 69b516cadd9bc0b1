import Kernels

extension Program {
  /// Runs the first steps for one image of a batch after the other, for as long as that keeps more in
  /// the cache than it brings anew.
  ///
  /// What a step reads is in the cache if the step before it has just written it, which a whole batch
  /// of large maps is not; but then the weights are wanted anew for each image. So the elements that
  /// steps read of each other, for one image, are held against those of their weights. In a DenseNet
  /// the first are more until the last block.
  mutating func runImageByImage() {
    guard shapes[graph.input].batch > 1 else { return }
    let input = graph.input
    var gain = 0
    var most = 0
    for (index, step) in steps.enumerated() {
      for value in step.inputs where resolved(value) != input { gain += shapes[value].imageCount }
      if case .convolution(let roles) = step.kind,
        let problem = try? executedProblem(roles)
      {
        gain -= problem.weightCount
      }
      if gain > most {
        most = gain
        imageStepCount = index + 1
      }
    }
  }
}
