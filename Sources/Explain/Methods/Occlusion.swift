package import Kernels
package import Net

/// Occlusion: how much the score of a class drops when a window of the picture is covered.
///
/// Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, section 4.2.
/// The map has one value per position, `score(picture) − score(covered picture)`: positive where the
/// window hides what speaks for the class, negative where it hides what speaks against it.
///
/// The picture is divided into cells of ``stride``, the last ones reaching beyond its edges if the
/// stride does not divide its sides: `⌈H / stride⌉ × ⌈W / stride⌉` of them. The window of a cell has
/// its centre in that of the cell, half a pixel down and right of it if their sizes differ by an odd
/// number, and is cut off at the edges. So a map that is upsampled like any other is aligned with the
/// picture.
package struct Occlusion: Hashable, Sendable {
  /// The value that replaces the pixels.
  package enum Baseline: Hashable, Sendable {
    /// The mean of each channel over the picture: the plain colour that changes its average least.
    case meanColour

    /// Zero in the network's own input space: grey for a network whose preprocessing subtracts the mean,
    /// black for one that does not.
    case zero

    /// One value per channel, in the network's input space.
    case colour([Float])
  }

  /// The score that drops.
  package enum Score: String, CaseIterable, Hashable, Sendable {
    /// The logit, which the other methods explain, too.
    case logit

    /// The softmax of the logits over the classes, as in the paper's figures; it hardly moves where
    /// the network is sure.
    case probability
  }

  /// The size of the covering window, in pixels of the network's input.
  package var window: Size

  /// The distance from one window to the next; no larger than the window, so that every pixel is
  /// covered once at least.
  package var stride: Size
  package var baseline: Baseline
  package var score: Score

  /// - Parameters:
  ///   - window: See ``window``.
  ///   - stride: See ``stride``.
  ///   - baseline: See ``Baseline``.
  ///   - score: See ``Score``.
  package init(
    window: Size = Size(32), stride: Size = Size(16), baseline: Baseline = .meanColour,
    score: Score = .logit
  ) {
    self.window = window
    self.stride = stride
    self.baseline = baseline
    self.score = score
  }

  /// The number of windows down and across a picture.
  ///
  /// - Precondition: The stride is positive.
  package func gridSize(height: Int, width: Int) -> Size {
    Size(
      height: (height - 1) / stride.height + 1, width: (width - 1) / stride.width + 1)
  }

  /// The maps of some classes.
  ///
  /// Costs one forward pass for the picture as it is and one per window, in batches of the plan's size,
  /// however many classes there are.
  ///
  /// - Parameters:
  ///   - classes: The classes, each below the head's count.
  ///   - input: The network's input, `[1, C, H, W]`.
  ///   - head: The network's head.
  ///   - executor: Runs a plan for inputs of that size and of any batch, with the head's features and
  ///     logits tapped. The maps have the same bits for any batch and any number of threads.
  ///   - progress: Called after each batch.
  /// - Returns: One map per class, of ``gridSize(height:width:)``.
  /// - Throws: ``ExplainError`` if the plan does not fit, if window, stride or colour are invalid, if
  ///   the network's result is not finite, or if `progress` ends it.
  /// - Precondition: There are such classes.
  package func maps(
    ofClasses classes: [Int], input: Tensor<Float>, head: ClassifierHead, executor: Executor,
    progress: ExplainProgress? = nil
  ) throws(ExplainError) -> [ClassActivationMap] {
    precondition(classes.allSatisfy((0..<head.classCount).contains), "there is no such class")
    let shape = input.shape
    try checkGeometry()
    let colour = try colour(of: input)
    let passes = try ForwardPasses(
      executor: executor, head: head, picture: shape, progress: progress)

    let grid = gridSize(height: shape.height, width: shape.width)
    var original: [Double] = []
    var drops = [[Double]](
      repeating: [Double](repeating: 0, count: grid.height * grid.width), count: classes.count)
    // The first picture is covered nowhere.
    try passes.run(count: 1 + grid.height * grid.width) { index, batch, offset in
      batch.replaceSubrange(offset..<(offset + shape.imageCount), with: input.elements)
      guard index > 0 else { return }
      let (row, column) = (index - 1).quotientAndRemainder(dividingBy: grid.width)
      let rows = Self.covered(row, stride.height, window.height, of: shape.height)
      let columns = Self.covered(column, stride.width, window.width, of: shape.width)
      for channel in 0..<shape.channels {
        for y in rows {
          let start = offset + (channel * shape.height + y) * shape.width
          for x in columns { batch[start + x] = colour[channel] }
        }
      }
    } read: { index, logits in
      let all = logits.map(Double.init)
      let scores = score == .logit ? all : Softmax.of(all)
      let own = classes.map { scores[$0] }
      guard index > 0 else {
        original = own
        return
      }
      for place in classes.indices { drops[place][index - 1] = original[place] - own[place] }
    }
    return classes.indices.map { place in
      ClassActivationMap(
        classIndex: classes[place], height: grid.height, width: grid.width, values: drops[place])
    }
  }

  private func checkGeometry() throws(ExplainError) {
    guard stride.height > 0, stride.width > 0, window.height >= stride.height,
      window.width >= stride.width
    else {
      throw ExplainError(
        .wrongOption,
        "a window of \(window.height)x\(window.width) pixels with a stride of "
          + "\(stride.height)x\(stride.width) leaves pixels that it never covers")
    }
  }

  /// The covering value of each channel.
  private func colour(of input: Tensor<Float>) throws(ExplainError) -> [Float] {
    let shape = input.shape
    switch baseline {
    case .zero:
      return [Float](repeating: 0, count: shape.channels)
    case .colour(let values):
      guard values.count == shape.channels, values.allSatisfy(\.isFinite) else {
        throw ExplainError(
          .wrongOption, "the colour needs \(shape.channels) finite values, one a channel")
      }
      return values
    case .meanColour:
      return (0..<shape.channels).map { channel in
        let start = channel * shape.planeCount
        let plane = input.elements[start..<(start + shape.planeCount)]
        return Float(plane.reduce(0.0) { $0 + Double($1) } / Double(shape.planeCount))
      }
    }
  }

  /// The pixels along one side that the window of a cell covers.
  private static func covered(
    _ cell: Int, _ stride: Int, _ window: Int, of length: Int
  ) -> Range<Int> {
    let start = cell * stride - (window - stride) / 2
    return max(start, 0)..<min(start + window, length)
  }
}
