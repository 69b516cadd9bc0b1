import Kernels

/// The memory that one run uses in the process of a kernel: what is lent, and what keeps it alive.
@unsafe
struct RunMemory {
  let input: UnsafeMutableRawPointer
  let output: UnsafeMutableRawPointer

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
    input: UnsafeMutableRawPointer, output: UnsafeMutableRawPointer
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
    input: (start: UnsafeMutableRawPointer, byteCount: Int),
    output: (start: UnsafeMutableRawPointer, byteCount: Int)
  ) throws(KernelError) {
    let from = unsafe try GuardedMemory(input.byteCount, for: .input, placement)
    unsafe from.start.copyMemory(from: input.start, byteCount: input.byteCount)
    from.makeReadOnly()
    let to = unsafe try GuardedMemory(output.byteCount, for: .output, placement)
    unsafe to.start.copyMemory(from: output.start, byteCount: output.byteCount)
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
    unsafe self.input = from.start
    unsafe self.output = to.start
    unsafe workspace = rest[0].start
    unsafe scratch = rest.dropFirst().map { unsafe $0.start }
    unsafe owners = [from, to] + rest
  }
}

extension RunMessage.Maps {
  /// The maps at an address.
  @unsafe
  func view(at base: UnsafeMutableRawPointer) -> MutableFeatureView {
    unsafe MutableFeatureView(
      base: base.assumingMemoryBound(to: Float.self), shape: shape, layout: layout,
      batchStride: imageCount)
  }
}
