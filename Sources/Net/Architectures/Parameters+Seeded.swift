public import Kernels

extension Parameters {
  /// Weights for an architecture without training: random, but calibrated so that pictures
  /// run through the network as through a trained one.
  ///
  /// Kernels can be proved right and timed on such weights, and they are available everywhere: a seed
  /// gives the same bits on every machine and for any number of threads. Nothing depends on the C
  /// library or on the order of threads.
  ///
  /// - Convolutions have nearly normal weights with the variance 2 / fan-in (He et al., "Delving Deep
  ///   into Rectifiers", ICCV 2015). Those that read rectified maps have weights that add up to zero
  ///   for each output channel, because otherwise the maps' common offset, which grows with a picture's
  ///   contrast, would grow further from layer to layer.
  /// - Batch norms have gamma in 0.9...1.1 (1 where it is fixed), beta in −0.1...0.1, and the mean
  ///   and variance of what they read when the network runs on procedural pictures of its natural
  ///   size. So activations keep a standard deviation near 1, and about half of them pass a ReLU.
  /// - A node that reads rectified maps through poolings and concatenations counts as reading them.
  /// - The classifier, a fully connected layer or a convolution whose maps are averaged, is scaled so that
  ///   it is neither sure nor clueless; see ``ClassifierScale``.
  ///
  /// - Parameters:
  ///   - architecture: The network, whose graph is ``Architecture/graph()``.
  ///   - seed: Different seeds give unrelated weights.
  ///   - team: The threads to use.
  /// - Returns: All parameters of the graph, in the order of its nodes.
  /// - Throws: ``GraphError`` with the code `sizeTooSmall` if the architecture's natural size does
  ///   not survive its poolings.
  ///
  /// Cost: one run of the double-precision reference; about 0.8 s for DenseNet-169 on two threads.
  public static func seeded(
    for architecture: some Architecture, seed: UInt64, team: WorkerTeam
  ) throws(GraphError) -> Parameters {
    let graph = try architecture.graph()
    // Checks that the network can run at all before pictures are made for it.
    let shapes = try graph.shapes(input: architecture.inputShape, parameters: nil)
    let last = graph.nodes.indices.last {
      if case .convolution = graph.nodes[$0].operation { true } else { false }
    }
    let pictures = CalibrationPictures.batch(
      seed: seed, shape: architecture.inputShape,
      lastPixels: (last.map { shapes[$0] } ?? architecture.inputShape).planeCount)
    var calibration = SeededCalibration(graph: graph, seed: seed, team: team)
    return try calibration.run(on: architecture.preprocessing.networkInput(pictures))
  }
}
