import CDensecam
import CIsolation
import Glibc
import Kernels
import Synchronization

/// A convolution that a plugin has prepared in this process.
@safe
final class PluginConvolution: PreparedConvolution, @unchecked Sendable {
  let taskCounts: [Int]
  let scratchByteCount: Int
  let workspaceByteCount: Int
  let packedBytes: Int

  private let problem: ConvolutionProblem
  private let functions: PluginBackend.Functions

  /// What the plugin's `prepare` returned, or the operands of a simple kernel.
  private let state: UnsafeMutableRawPointer?
  private let operands: SimpleOperands?

  /// The number that a run returned which was not 0.
  private let status = Atomic<Int32>(0)

  /// The bits of the control word of floating-point arithmetic that a task has left changed.
  private let leak = Atomic<UInt32>(0)

  /// The status of a run that left that word changed.
  private static let leakedControl = Int32.min

  /// What the bits of the control word are called (Intel SDM, volume 1, section 10.2.3).
  private static func controlNames(_ bits: UInt32) -> String {
    let names: [(UInt32, String)] = [
      (1 << 6, "denormals are zeros"), (1 << 15, "flush to zero"), (3 << 13, "rounding"),
      (0x3F << 7, "exceptions"),
    ]
    return names.filter { bits & $0.0 != 0 }.map(\.1).joined(separator: ", ")
  }

  /// The threads of the last run.
  private let threadCount = Atomic(1)

  private struct SimpleOperands: Sendable {
    let weights: WeightBuffer
    let bias: WeightBuffer?
  }

  /// The largest number of tasks of a phase.
  static let largestTaskCount = 1 << 31

  /// Whether the kernel runs threads of its own, which may stay after a run.
  let hasOwnThreads: Bool

  /// The operands of a convolution, in memory that the caller chooses.
  struct Operands {
    var weights: WeightBuffer
    var bias: WeightBuffer?
    var scale: WeightBuffer?
    var shift: WeightBuffer?
  }

  /// - Parameters:
  ///   - backend: The plugin's backend.
  ///   - problem: The geometry.
  ///   - given: Weights and what is fused, which a simple kernel uses in place.
  ///   - fusion: The operations to fuse; what its arrays hold is taken from `given`.
  ///   - target: The inner loops and threads.
  /// - Throws: ``KernelError`` if the plugin fails, or breaks the interface.
  init(
    _ backend: PluginBackend, _ problem: ConvolutionProblem, _ given: Operands, fusion: Fusion,
    on target: ExecutionTarget
  ) throws(KernelError) {
    self.problem = problem
    unsafe functions = unsafe backend.functions
    switch unsafe backend.functions {
    case .simple:
      unsafe state = nil
      operands = SimpleOperands(weights: given.weights, bias: given.bias)
      hasOwnThreads = false
      (taskCounts, scratchByteCount, workspaceByteCount) = ([1], 0, 0)
      packedBytes = 0
    case .full(let table):
      operands = nil
      let described = try backend.described(problem, on: target)
      hasOwnThreads = described.hasOwnThreads
      var state: UnsafeMutableRawPointer?
      let status = unsafe Self.prepare(
        table, problem, given, fusion: fusion, target, &state)
      guard status == 0 else {
        throw KernelError(
          .kernelFailed, "\(backend.name) failed to prepare \(problem): it returned \(status)")
      }
      unsafe self.state = unsafe state
      let size = MemoryLayout<densecam_work>.size
      var work = densecam_work()
      work.size = size
      work.phases = 1
      work.tasks.0 = 1
      unsafe table.pointee.work?(state, &work)
      let counts = unsafe withUnsafeBytes(of: work.tasks) {
        unsafe Array($0.bindMemory(to: Int64.self))
      }
      do throws(KernelError) {
        guard work.size == size else { throw backend.invalid("work of \(work.size) bytes") }
        guard (1...counts.count).contains(Int(work.phases)) else {
          throw backend.invalid("\(work.phases) phases, where 1 to \(counts.count) are possible")
        }
        taskCounts = counts.prefix(Int(work.phases)).map(Int.init)
        for count in taskCounts where !(1...Self.largestTaskCount).contains(count) {
          throw backend.invalid(
            "\(count) tasks, where 1 to \(Self.largestTaskCount) are possible")
        }
        guard !described.hasOwnThreads || taskCounts == [1] else {
          throw backend.invalid("several tasks although it runs threads of its own")
        }
        let memory = [work.scratch_bytes, work.workspace_bytes, work.packed_bytes]
        guard memory.allSatisfy({ (0...(1 << 40)).contains($0) }) else {
          throw backend.invalid(
            "memory of \(memory.map(String.init).joined(separator: ", ")) bytes")
        }
      } catch {
        unsafe table.pointee.release?(state)
        throw error
      }
      scratchByteCount = Int(work.scratch_bytes)
      workspaceByteCount = Int(work.workspace_bytes)
      packedBytes = Int(work.packed_bytes)
    }
  }

  deinit {
    if case .full(let table) = unsafe functions { unsafe table.pointee.release?(state) }
  }

  /// Calls the plugin's `prepare`.
  private static func prepare(
    _ table: UnsafePointer<densecam_backend>, _ problem: ConvolutionProblem, _ given: Operands,
    fusion: Fusion, _ target: ExecutionTarget, _ state: inout UnsafeMutableRawPointer?
  ) -> Int32 {
    guard let prepare = unsafe table.pointee.prepare else { return -1 }
    var problem = problem.raw
    var operands = unsafe densecam_operands(
      size: MemoryLayout<densecam_operands>.size, weights: given.weights.pointer,
      bias: given.bias?.pointer, prologue_scale: given.scale?.pointer,
      prologue_shift: given.shift?.pointer, prologue_relu: fusion.prologue?.relu == true ? 1 : 0,
      relu: fusion.relu ? 1 : 0, pool_height: Int32(fusion.averagePool?.height ?? 1),
      pool_width: Int32(fusion.averagePool?.width ?? 1), threads: Int32(target.threads))
    return withExtendedLifetime(given) { unsafe prepare(&problem, &operands, &state) }
  }

  var failure: KernelFailure? {
    let status = status.load(ordering: .acquiring)
    guard status != 0 else { return nil }
    if status == Self.leakedControl {
      return KernelFailure(
        .failed,
        "it left the floating-point control word changed (\(Self.controlNames(leak.load(ordering: .relaxed))))"
      )
    }
    if case .simple = unsafe functions {
      return KernelFailure(.refused, "it returned \(status)")
    }
    return KernelFailure(.failed, "it returned \(status)")
  }

  @unsafe
  func run(
    on team: WorkerTeam, input: FeatureView, output: MutableFeatureView, in arena: Arena?,
    memory: (_ worker: Int) -> TaskMemory
  ) {
    status.store(0, ordering: .releasing)
    threadCount.store(team.count, ordering: .relaxed)
    for (phase, count) in taskCounts.enumerated() {
      team.run(taskCount: count) { worker, task in
        cisolation_catch_overflow()
        let control = cisolation_control()
        unsafe run(
          phase: phase, task: task, input: input, output: output, memory: memory(worker))
        let left = cisolation_control()
        if left != control {
          cisolation_set_control(control)
          leak.store(left ^ control, ordering: .relaxed)
          status.store(Self.leakedControl, ordering: .releasing)
        }
      }
    }
  }

  func run(
    phase: Int, task: Int, input: FeatureView, output: MutableFeatureView, memory: TaskMemory
  ) {
    let result: Int32
    switch unsafe functions {
    case .simple(let convolve, _):
      result = unsafe runSimple(convolve, input, output)
    case .full(let table):
      var (from, to) = unsafe (input.raw, output.raw)
      var memory = unsafe densecam_memory(
        size: MemoryLayout<densecam_memory>.size, scratch: memory.scratchBytes,
        workspace: memory.workspaceBytes, threads: Int32(threadCount.load(ordering: .relaxed)))
      result =
        unsafe table.pointee.run?(state, Int32(phase), Int64(task), &from, &to, &memory) ?? -1
    }
    if result != 0 { status.store(result, ordering: .releasing) }
  }

  /// Calls a simple kernel: once, or for each image if images do not lie one after the other.
  private func runSimple(
    _ convolve: PluginLibrary.SimpleConvolve, _ input: FeatureView, _ output: MutableFeatureView
  ) -> Int32 {
    let isDense =
      unsafe input.batchStride == input.shape.imageCount
      && output.batchStride == output.shape.imageCount
    var raw = isDense ? problem.raw : problem.ofOneImage.raw
    for image in 0..<(isDense ? 1 : problem.input.batch) {
      let result = unsafe convolve(
        &raw, input.plane(image, 0), operands?.weights.pointer, operands?.bias?.pointer,
        output.plane(image, 0))
      if result != 0 { return result }
    }
    return 0
  }
}
