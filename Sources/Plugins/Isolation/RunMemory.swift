import Kernels

/// The memory that one run uses in the process of a kernel: what is lent, and what keeps it alive.
@unsafe
struct RunMemory {
  let input: MutableFeatureView
  let output: MutableFeatureView

  /// Of each worker.
  let scratch: [UnsafeMutableRawPointer]
  let workspace: UnsafeMutableRawPointer
  let owners: [GuardedMemory]

  /// The bytes of scratch memory and workspace.
  static func byteCount(of convolution: any PreparedConvolution, threads: Int) -> Int {
    Arena.aligned(convolution.scratchByteCount) * threads
      + Arena.aligned(convolution.workspaceByteCount)
  }

  /// Operands where they are, and an arena for the rest.
  ///
  /// - Precondition: The arena has ``byteCount(of:threads:)`` bytes.
  init(
    of convolution: any PreparedConvolution, threads: Int, in arena: Arena,
    input: MutableFeatureView, output: MutableFeatureView
  ) {
    let scratch = Arena.aligned(convolution.scratchByteCount)
    let end = unsafe Self.byteCount(of: convolution, threads: threads)
    unsafe self.input = unsafe input
    unsafe self.output = unsafe output
    unsafe self.scratch = (0..<threads).map {
      unsafe arena.bytes(in: $0 * scratch..<($0 + 1) * scratch)
    }
    unsafe workspace = arena.bytes(in: threads * scratch..<end)
    unsafe owners = []
  }

  /// Copies of operands, and all else, between protected pages.
  ///
  /// - Throws: ``KernelError`` if there is not enough memory.
  init(
    of convolution: any PreparedConvolution, threads: Int, guarded placement: OperandPlacement,
    input: MutableFeatureView, output: MutableFeatureView
  ) throws(KernelError) {
    let from = unsafe try GuardedMemory(Self.byteCount(of: input), for: .input, placement)
    let to = unsafe try GuardedMemory(Self.byteCount(of: output), for: .output, placement)
    unsafe self.input = Self.view(like: input, at: from)
    unsafe self.output = Self.view(like: output, at: to)
    unsafe Self.copy(FeatureView(input), to: self.input)
    // What the output holds before is what it holds here: traps, when the run is judged.
    unsafe Self.copy(FeatureView(output), to: self.output)
    from.makeReadOnly()
    var rest = [
      try GuardedMemory(
        convolution.workspaceByteCount, for: .workspace, placement, alignment: Arena.alignment)
    ]
    for worker in 0..<threads {
      rest.append(
        try GuardedMemory(
          convolution.scratchByteCount, for: .scratch, index: worker, placement,
          alignment: Arena.alignment))
    }
    // What is left there is no data.
    for memory in rest { unsafe memory.floats.update(repeating: .nan) }
    unsafe workspace = rest[0].start
    unsafe scratch = rest.dropFirst().map { unsafe $0.start }
    unsafe owners = [from, to] + rest
  }

  /// The bytes of maps whose images lie one right after the other.
  private static func byteCount(of view: MutableFeatureView) -> Int {
    unsafe imageByteCount(of: view) * view.shape.batch
  }

  private static func imageByteCount(of view: MutableFeatureView) -> Int {
    unsafe view.layout.imageCount(of: view.shape) * MemoryLayout<Float>.stride
  }

  private static func view(like view: MutableFeatureView, at memory: GuardedMemory)
    -> MutableFeatureView
  {
    unsafe MutableFeatureView(
      base: memory.start.assumingMemoryBound(to: Float.self), shape: view.shape,
      layout: view.layout, batchStride: view.layout.imageCount(of: view.shape))
  }

  /// Copies maps to others of the same shape and layout.
  static func copy(_ source: FeatureView, to target: MutableFeatureView) {
    let count = unsafe imageByteCount(of: target)
    for image in unsafe 0..<target.shape.batch {
      unsafe UnsafeMutableRawPointer(target.plane(image, 0)).copyMemory(
        from: source.plane(image, 0), byteCount: count)
    }
  }
}
