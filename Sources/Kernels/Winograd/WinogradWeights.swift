/// The transformed weights `G g Gᵀ` of all kernels in the order in which the register tile reads them:
/// `[element of the patch][panel][block][V][2V]`, where a panel is two vectors of output channels and
/// a block V input channels.
@safe
struct WinogradWeights: Sendable {
  private let storage: AlignedBuffer
  private let biases: AlignedBuffer
  private let panels: Int
  private let panelCount: Int

  /// Transforms in double precision and rounds once.
  ///
  /// Cost: about (m + 2)² · 6 multiply-adds a kernel.
  ///
  /// - Throws: ``KernelError`` if there is not enough memory.
  init(
    _ problem: ConvolutionProblem, _ transform: WinogradTransform, lanes: Int,
    weights: WeightBuffer, bias: [Float]?
  ) throws(KernelError) {
    let width = 2 * lanes
    let blocks = (problem.input.channels + lanes - 1) / lanes
    panels = (problem.outputChannels + width - 1) / width
    panelCount = blocks * lanes * width
    let elements = transform.patch * transform.patch
    storage = try AlignedBuffer(
      count: elements * panels * panelCount, packing: problem.weightCount)
    biases = try AlignedBuffer(count: panels * width)
    for o in 0..<problem.outputChannels {
      if let bias { unsafe biases.pointer[o] = bias[o] }
      unsafe Self.transform(
        transform, weights.pointer + o * problem.depth, channels: problem.input.channels,
        into: storage.pointer + (o / width * panelCount + o % width), step: width,
        elementStride: panels * panelCount)
    }
  }

  /// Transforms the kernels of one output channel.
  private static func transform(
    _ transform: WinogradTransform, _ weights: UnsafePointer<Float>, channels: Int,
    into target: UnsafeMutablePointer<Float>, step: Int, elementStride: Int
  ) {
    let patch = transform.patch
    let matrix = transform.kernel.map { SIMD4($0[0], $0[1], $0[2], 0) }
    unsafe withUnsafeTemporaryAllocation(of: SIMD4<Double>.self, capacity: patch) { rows in
      for c in 0..<channels {
        let g = unsafe weights + 9 * c
        let g0 = unsafe SIMD4(Double(g[0]), Double(g[1]), Double(g[2]), 0)
        let g1 = unsafe SIMD4(Double(g[3]), Double(g[4]), Double(g[5]), 0)
        let g2 = unsafe SIMD4(Double(g[6]), Double(g[7]), Double(g[8]), 0)
        for i in 0..<patch {
          unsafe rows[i] = g0 * matrix[i].x + g1 * matrix[i].y + g2 * matrix[i].z
        }
        var place = unsafe target + c * step
        for i in 0..<patch {
          for j in 0..<patch {
            let products = unsafe rows[i] * matrix[j]
            unsafe place.pointee = Float((products.x + products.y) + products.z)
            unsafe place += elementStride
          }
        }
      }
    }
  }

  /// The weights of one element of the patch in one panel.
  @unsafe
  func start(_ element: Int, _ panel: Int) -> UnsafePointer<Float> {
    unsafe UnsafePointer(storage.pointer + (element * panels + panel) * panelCount)
  }

  /// The bias of all output channels, filled up to whole panels.
  @unsafe
  var bias: UnsafePointer<Float> { unsafe UnsafePointer(biases.pointer) }

  var byteCount: Int { storage.byteCount + biases.byteCount }
}
