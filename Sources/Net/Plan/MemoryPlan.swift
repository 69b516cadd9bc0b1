import Kernels

/// Where each value of a program is in one arena.
///
/// Values that are never needed at the same time share memory. A buffer lives from the first step
/// that writes to it to the last one that reads it; buffers are placed in the order in which they are
/// first written, each in the lowest gap that is free for its whole life.
struct MemoryPlan: Sendable {
  /// Where a value lies.
  struct Location: Hashable, Sendable {
    /// Where its first element is in the arena, in bytes.
    var offset: Int

    /// The format of its elements.
    var precision: Precision

    var layout: Layout

    /// Where its channels lie, from the offset on.
    var map: ChannelMap

    /// The distance between two images, in bytes.
    var imageStride: Int

    /// Where the guard after the buffer that holds the value begins, in bytes.
    var guardOffset: Int
  }

  /// The locations of all materialised values, by node.
  var locations: [Int: Location] = [:]

  /// Where a step's input and output are in the layouts that its convolution needs, where those are
  /// not the layouts of the values.
  private(set) var reordered: [Int: (input: Location?, output: Location?)] = [:]

  /// The bytes of activations, guards included.
  var byteCount = 0

  /// What steps use while they run, after the activations.
  var scratch = Scratch()

  /// The bytes that would be needed if no two buffers shared memory.
  private(set) var unsharedByteCount = 0

  /// Memory for no values, which all steps use, one after the other: some of each worker, then some that the
  /// workers share.
  struct Scratch: Sendable {
    /// Where the first worker's memory begins in the arena, in bytes.
    var offset = 0

    /// The bytes of each worker, guard included.
    var byteCount = 0

    /// The bytes that all workers share, guard included.
    var sharedByteCount = 0

    /// Where the memory of a worker is in the arena.
    func region(ofWorker worker: Int) -> Range<Int> {
      let start = offset + worker * byteCount
      return start..<(start + byteCount)
    }

    /// Where the memory that a number of workers share is in the arena, which ends with it.
    func sharedRegion(workers: Int) -> Range<Int> {
      let start = offset + workers * byteCount
      return start..<(start + sharedByteCount)
    }
  }

  /// The purpose of a buffer.
  private enum Role: Hashable {
    case value(Int)
    case reorderedInput(step: Int)
    case reorderedOutput(step: Int)
  }

  private struct Buffer {
    var role: Role

    /// Its place in the order of discovery, which makes the plan the same every time.
    var index: Int

    /// The shape of its memory: spare lanes between channels count as channels.
    var shape: TensorShape
    var layout: Layout
    var birth: Int
    var death: Int
    var offset = 0

    /// The format of its elements.
    var precision: Precision { .float32 }

    /// The bytes of an image.
    var imageStride: Int { layout.imageCount(of: shape) * precision.byteCount }

    /// The bytes, guard included.
    var size: Int { Arena.aligned(imageStride * shape.batch) + Arena.guardByteCount }

    func location(place: Int = 0, _ map: ChannelMap) -> Location {
      Location(
        offset: offset + place * shape.planeCount * precision.byteCount, precision: precision,
        layout: layout, map: map, imageStride: imageStride,
        guardOffset: offset + size - Arena.guardByteCount)
    }
  }

  /// Lays out a program.
  ///
  /// - Parameters:
  ///   - program: The steps, after the passes.
  ///   - layouts: The layout of each buffer.
  ///   - sharing: Whether dead buffers' memory is used again. Off, every value survives the run.
  /// - Throws: ``GraphError`` if the buffers together are too large to address.
  init(_ program: Program, layouts: LayoutPlan, sharing: Bool) throws(GraphError) {
    var buffers: [Role: Buffer] = [:]
    func touch(_ role: Role, _ shape: TensorShape, _ layout: Layout, at time: Int) {
      var buffer =
        buffers[role]
        ?? Buffer(
          role: role, index: buffers.count, shape: shape, layout: layout, birth: time, death: time)
      buffer.birth = min(buffer.birth, time)
      buffer.death = max(buffer.death, time)
      buffers[role] = buffer
    }
    var members: Set<Int> = []
    func touch(_ node: Int, at time: Int) {
      let value = program.resolved(node)
      members.insert(value)
      let root = program.root(of: value)
      var shape = program.shapes[root]
      shape.channels = layouts.channelMap(of: root, in: program).placeCount
      touch(.value(root), shape, layouts.layout(ofRoot: root), at: time)
    }
    let end = program.steps.count
    touch(program.graph.input, at: -1)
    for (time, step) in program.steps.enumerated() {
      for input in step.inputs { touch(input, at: time) }
      touch(step.output, at: time)
      guard let assignment = program.assignment(of: step) else { continue }
      let (input, output) = (step.inputs[0], step.output)
      if let layout = layouts.reordering(ofInput: input, for: assignment, in: program) {
        touch(.reorderedInput(step: time), program.shapes[input], layout, at: time)
      }
      if let layout = layouts.reordering(ofOutput: output, for: assignment, in: program) {
        touch(.reorderedOutput(step: time), program.shapes[output], layout, at: time)
      }
    }
    for node in program.kept { touch(node, at: end) }
    // A concatenation without a separate step is still a value that can be read.
    members.formUnion(program.placements.values.map(\.parent))

    var placed: [Role: Buffer] = [:]
    let order = buffers.values.sorted { ($0.birth, $0.index) < ($1.birth, $1.index) }
    for var buffer in order {
      let busy =
        placed.values.filter {
          !sharing || ($0.birth <= buffer.death && buffer.birth <= $0.death)
        }.sorted { $0.offset < $1.offset }
      var offset = 0
      for other in busy where other.offset < offset + buffer.size {
        offset = max(offset, other.offset + other.size)
      }
      buffer.offset = offset
      placed[buffer.role] = buffer
      let (top, overflow) = offset.addingReportingOverflow(buffer.size)
      guard !overflow, top < Int.max / 4 else {
        throw GraphError(.tooLarge, node: nil, "its activations are too large to address")
      }
      byteCount = max(byteCount, top)
      unsharedByteCount += buffer.size
    }
    for value in members {
      locations[value] = placed[.value(program.root(of: value))]?.location(
        place: program.place(of: value, layouts), layouts.channelMap(of: value, in: program))
    }
    func compact(_ buffer: Buffer?) -> Location? {
      buffer.map { $0.location(ChannelMap(compact: $0.shape.channels)) }
    }
    for step in program.steps.indices {
      let input = compact(placed[.reorderedInput(step: step)])
      let output = compact(placed[.reorderedOutput(step: step)])
      if input != nil || output != nil { reordered[step] = (input, output) }
    }
  }

  /// Makes room for what the most demanding step uses while it runs.
  mutating func addScratch(for steps: [PreparedStep]) {
    scratch = Scratch(
      offset: byteCount,
      byteCount: Arena.aligned(steps.map(\.scratchByteCount).max() ?? 0) + Arena.guardByteCount,
      sharedByteCount: Arena.aligned(steps.map(\.workspaceByteCount).max() ?? 0)
        + Arena.guardByteCount)
  }
}

extension Program {
  /// The outermost buffer that contains a value, by the value that it belongs to.
  func root(of value: Int) -> Int {
    var root = value
    while let placement = placements[root] { root = placement.parent }
    return root
  }

  /// The place of a value's first channel in its buffer.
  fileprivate func place(of value: Int, _ layouts: LayoutPlan) -> Int {
    var (value, place) = (value, 0)
    while let placement = placements[value] {
      value = placement.parent
      place += layouts.channelMap(of: value, in: self).place(of: placement.channel)
    }
    return place
  }
}
