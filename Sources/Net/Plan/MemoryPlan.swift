import Kernels

/// Where each value of a program lies in one arena.
///
/// Values that are never needed at the same time share memory. A buffer lives from the first step
/// that writes into it to the last one that reads it; buffers are placed in the order of their
/// birth, each in the lowest gap that is free for its whole life.
struct MemoryPlan: Sendable {
  /// Where a value lies.
  struct Location: Hashable, Sendable {
    /// The offset of its first element in the arena.
    var offset: Int

    /// The distance between two images.
    var batchStride: Int

    /// Where the guard behind the buffer that holds the value begins.
    var guardOffset: Int
  }

  /// The locations of all values that exist, by node.
  private(set) var locations: [Int: Location] = [:]

  /// The elements of activations, guards included; scratch follows behind.
  private(set) var count = 0

  /// The elements that would be needed if no two buffers shared memory.
  private(set) var unsharedCount = 0

  private struct Buffer {
    var root: Int
    var size: Int
    var birth: Int
    var death: Int
    var offset = 0
  }

  /// Lays out a program.
  ///
  /// - Parameters:
  ///   - program: The steps, after the passes.
  ///   - sharing: Whether dead buffers' memory is used again. Off, every value survives the run.
  /// - Throws: ``GraphError`` if the buffers together are too large to address.
  init(_ program: Program, sharing: Bool) throws(GraphError) {
    var buffers: [Int: Buffer] = [:]
    var members: [Int: (root: Int, channel: Int)] = [:]
    func touch(_ node: Int, at time: Int) {
      let value = program.resolved(node)
      let member = program.root(of: value)
      members[value] = member
      let shape = program.shapes[member.root]
      var buffer =
        buffers[member.root]
        ?? Buffer(
          root: member.root, size: Self.aligned(shape.count) + Arena.guardCount, birth: time,
          death: time)
      buffer.birth = min(buffer.birth, time)
      buffer.death = max(buffer.death, time)
      buffers[member.root] = buffer
    }
    let end = program.steps.count
    touch(program.graph.input, at: -1)
    for (time, step) in program.steps.enumerated() {
      for input in step.inputs { touch(input, at: time) }
      touch(step.output, at: time)
    }
    for node in program.kept { touch(node, at: end) }
    // A concatenation without a step of its own is still a value that can be read.
    for parent in Set(program.placements.values.map(\.parent)) {
      members[parent] = program.root(of: parent)
    }

    var placed: [Buffer] = []
    let order = buffers.values.sorted { ($0.birth, $0.root) < ($1.birth, $1.root) }
    for var buffer in order {
      let busy =
        placed.filter {
          !sharing || ($0.birth <= buffer.death && buffer.birth <= $0.death)
        }.sorted { $0.offset < $1.offset }
      var offset = 0
      for other in busy where other.offset < offset + buffer.size {
        offset = max(offset, other.offset + other.size)
      }
      buffer.offset = offset
      placed.append(buffer)
      let (top, overflow) = offset.addingReportingOverflow(buffer.size)
      guard !overflow, top < Int.max / 16 else {
        throw GraphError(.tooLarge, node: nil, "its activations are too large to address")
      }
      count = max(count, top)
      unsharedCount += buffer.size
    }
    let buffersByRoot = Dictionary(uniqueKeysWithValues: placed.map { ($0.root, $0) })
    for (value, member) in members {
      guard let buffer = buffersByRoot[member.root] else { continue }
      let shape = program.shapes[member.root]
      locations[value] = Location(
        offset: buffer.offset + member.channel * shape.planeCount, batchStride: shape.imageCount,
        guardOffset: buffer.offset + buffer.size - Arena.guardCount)
    }
  }

  /// Rounds up to whole cache lines.
  static func aligned(_ count: Int) -> Int { (count + 15) / 16 * 16 }
}

extension Program {
  /// The outermost buffer in which a value lies, and its first channel there.
  func root(of value: Int) -> (root: Int, channel: Int) {
    var root = value
    var channel = 0
    while let placement = placements[root] {
      root = placement.parent
      channel += placement.channel
    }
    return (root, channel)
  }
}
