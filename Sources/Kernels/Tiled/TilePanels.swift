/// Weights in the order in which the register tile reads them:
/// `[group][chunk][panel][block][tap][V][2V]`, where a panel is two vectors of output channels.
@safe
struct TilePanels: Sendable {
  private let geometry: TileGeometry
  private let storage: AlignedBuffer

  /// `[group][panel][2V]`, zero where there is no bias or no channel.
  private let biases: AlignedBuffer

  /// Packs the weights.
  ///
  /// Cost: one read and one write a weight.
  ///
  /// - Throws: ``KernelError`` if there is not enough memory.
  init(_ geometry: TileGeometry, weights: WeightBuffer, bias: [Float]?) throws(KernelError) {
    self.geometry = geometry
    let problem = geometry.problem
    let width = 2 * geometry.lanes
    storage = try AlignedBuffer(
      count: Int.clampedProduct(problem.groups, geometry.panels, geometry.panelCount),
      packing: problem.weightCount)
    biases = try AlignedBuffer(count: problem.groups * geometry.panels * width)
    let channels = problem.groupOutputChannels
    for group in 0..<problem.groups {
      for panel in 0..<geometry.panels {
        let outputs = min(width, channels - panel * width)
        let first = group * channels + panel * width
        if let bias {
          let target = unsafe biases.pointer + (group * geometry.panels + panel) * width
          for o in 0..<outputs { unsafe target[o] = bias[first + o] }
        }
        for chunk in 0..<geometry.chunks {
          unsafe pack(
            weights.pointer + first * problem.depth, outputs: outputs, chunk: chunk,
            into: storage.pointer + offset(group, chunk, panel))
        }
      }
    }
  }

  /// Packs one chunk of a panel.
  private func pack(
    _ weights: UnsafePointer<Float>, outputs: Int, chunk: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let problem = geometry.problem
    let width = 2 * geometry.lanes
    let kernel = problem.kernel
    var target = unsafe target
    for block in geometry.blocks(ofChunk: chunk) {
      for tap in 0..<geometry.tapCount {
        let (row, column) = tap.quotientAndRemainder(dividingBy: geometry.tapColumns)
        for lane in 0..<geometry.lanes {
          if let source = geometry.source(block: block, lane: lane, tapColumn: column) {
            let weight =
              unsafe weights
              + ((source.channel * kernel.height + row) * kernel.width + source.column)
            for o in 0..<outputs { unsafe target[o] = weight[o &* problem.depth] }
          }
          unsafe target += width
        }
      }
    }
  }

  private func offset(_ group: Int, _ chunk: Int, _ panel: Int) -> Int {
    // All chunks before this one are full ones.
    let before = geometry.panels * geometry.blocks(ofChunk: chunk).lowerBound
    let inside = panel * geometry.blocks(ofChunk: chunk).count
    return group * geometry.panels * geometry.panelCount + (before + inside) * geometry.termCount
  }

  /// All weights of all groups.
  @unsafe
  var first: UnsafePointer<Float> { unsafe UnsafePointer(storage.pointer) }

  /// The weights of one chunk of a panel.
  @unsafe
  func start(_ group: Int, _ chunk: Int, _ panel: Int) -> UnsafePointer<Float> {
    unsafe UnsafePointer(storage.pointer + offset(group, chunk, panel))
  }

  /// The bias of a panel, two vectors.
  @unsafe
  func bias(_ group: Int, _ panel: Int) -> UnsafePointer<Float> {
    unsafe UnsafePointer(
      biases.pointer + (group * geometry.panels + panel) * 2 * geometry.lanes)
  }

  var byteCount: Int { storage.byteCount + biases.byteCount }
}

extension TileGeometry {
  /// The weights of one block in a panel.
  fileprivate var termCount: Int { tapCount * lanes * 2 * lanes }

  /// The weights of a panel.
  fileprivate var panelCount: Int { blocks * termCount }
}
