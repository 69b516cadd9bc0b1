import CIsolation
import Files
import Glibc
import Kernels

/// The process that runs a plugin's kernels: its own side.
///
/// It knows the plugin, operands, and nothing of what is expected.
package enum KernelHost {
  /// The argument by which a program is asked to be the host, followed by the bytes of memory that it may
  /// take.
  package static let command = "kernel-host"

  /// Carries out orders until the parent ends.
  ///
  /// - Parameter memoryByteCount: The most address space to take; 0 for no limit.
  /// - Returns: Never while all is well; an error's line if there is no parent that has shared its memory.
  package static func serve(memoryByteCount: Int) -> String {
    let orders = "this command is what densecam starts to run plugins in, and of no use by itself"
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_size > SharedMemory.firstOffset else {
      return orders
    }
    guard
      let memory = try? SharedMemory(descriptor: descriptor, byteCount: Int(status.st_size))
    else { return orders }
    cisolation_enter(Int64(memoryByteCount))
    unsafe cisolation_catch_faults(memory.mailbox)
    return Session(memory).run()
  }

  /// Where the parent puts the shared memory.
  private static let descriptor: Int32 = 3
}

/// What the host has loaded and prepared.
private final class Session {
  private let memory: SharedMemory
  private var backends: [any ConvolutionBackend] = []
  private var instructionSet = InstructionSet.baseline
  private var prepared: [Int64: Prepared] = [:]
  private var lastNumber: Int64 = 0
  private var teams: [Int: WorkerTeam] = [:]

  /// Scratch of each worker, then the workspace.
  private var arena: Arena?

  /// How long to look for the next order before sleeping: as long as the parent needs between two layers.
  private static let spins: Int32 = 20_000

  /// A convolution, with where its operands lie if that is guarded.
  private struct Prepared {
    var convolution: any PreparedConvolution
    var placement: OperandPlacement?

    /// Whether it may leave threads running.
    var hasOwnThreads: Bool { (convolution as? PluginConvolution)?.hasOwnThreads ?? false }
  }

  /// An answer that is not a success.
  private struct Failure: Error {
    var status: KernelStatus
    var text: String
  }

  init(_ memory: SharedMemory) { self.memory = memory }

  func run() -> String {
    var number: UInt32 = 0
    while true {
      number &+= 1
      while unsafe !cisolation_wait_for_order(memory.mailbox, number, Self.spins, 1000) {}
      let words = unsafe Array(
        UnsafeBufferPointer(
          start: cisolation_order_words(memory.mailbox), count: Int(CISOLATION_WORDS)))
      let text = unsafe String(cString: cisolation_order_text(memory.mailbox))
      var status = KernelStatus.done
      var answer: [Int64] = []
      var answerText = ""
      do throws(Failure) {
        do throws(KernelError) {
          try memory.mapAll(Int(words[1]))
        } catch {
          return "\(error)"
        }
        guard let order = KernelOrder(rawValue: words[0]) else {
          throw Failure(status: .invalid, text: "there is no order \(words[0])")
        }
        var reader = WordReader(Array(words.dropFirst(2)))
        (answer, answerText) = try perform(order, &reader, text)
      } catch {
        status = error.status
        answerText = error.text
      }
      write(status, answer, answerText)
      unsafe cisolation_post_answer(memory.mailbox, number)
    }
  }

  private func write(_ status: KernelStatus, _ words: [Int64], _ text: String) {
    let all = [status.rawValue] + words
    unsafe cisolation_answer_words(memory.mailbox).update(from: all, count: all.count)
    let bytes = Array(text.utf8.prefix(Int(CISOLATION_TEXT) - 1)) + [0]
    for (index, byte) in bytes.enumerated() {
      unsafe cisolation_answer_text(memory.mailbox)[index] = CChar(bitPattern: byte)
    }
  }

  private func perform(_ order: KernelOrder, _ reader: inout WordReader, _ text: String)
    throws(Failure) -> ([Int64], String)
  {
    switch order {
    case .load: return ([], try load(text, reader.read()))
    case .refusal:
      let backend = try backend(reader.read())
      if let refusal = backend.refusal(of: try problem(&reader)) {
        throw Failure(status: .refused, text: refusal)
      }
      return ([], "")
    case .describe:
      let backend = try backend(reader.read())
      let target = ExecutionTarget(instructionSet, threads: reader.read())
      let problem = try problem(&reader)
      guard let plugin = backend as? PluginBackend else {
        return (words(of: backend.description(of: problem, on: target)), "")
      }
      let description = try failing { () throws(KernelError) in
        try plugin.described(problem, on: target).convolution
      }
      return (words(of: description), "")
    case .prepare:
      let entry = try prepare(&reader)
      lastNumber += 1
      prepared[lastNumber] = entry
      return ([lastNumber, Int64(entry.convolution.packedBytes)], "")
    case .run: return ([try run(&reader)], "")
    case .release:
      prepared[Int64(reader.read())] = nil
      return ([], "")
    }
  }

  private func load(_ path: String, _ set: Int) throws(Failure) -> String {
    guard InstructionSet.allCases.indices.contains(set) else {
      throw Failure(status: .invalid, text: "there is no such instruction set")
    }
    instructionSet = InstructionSet.allCases[set]
    do {
      var change = ""
      if path.isEmpty {
        backends = BackendRegistry.builtIn.all
      } else {
        let library = try PluginLibrary(try PluginFile(path: path), for: instructionSet)
        backends = library.backends
        change = library.change ?? ""
      }
      return "\(change)\n"
        + backends.map { backend in
          let summary = String(
            backend.summary.prefix(100).map { $0.isNewline || $0 == "\t" ? " " : $0 })
          return "\(backend.name)\t\(summary)"
        }.joined(separator: "\n")
    } catch let error as PluginError {
      throw Failure(status: .invalid, text: error.cause)
    } catch {
      throw Failure(status: .invalid, text: "\(error)")
    }
  }

  private func backend(_ index: Int) throws(Failure) -> any ConvolutionBackend {
    guard backends.indices.contains(index) else {
      throw Failure(status: .invalid, text: "there is no backend number \(index)")
    }
    return backends[index]
  }

  private func problem(_ reader: inout WordReader) throws(Failure) -> ConvolutionProblem {
    do {
      return try reader.readProblem()
    } catch {
      throw Failure(status: .invalid, text: "\(error)")
    }
  }

  private func failing<Result>(_ body: () throws(KernelError) -> Result) throws(Failure) -> Result {
    do {
      return try body()
    } catch {
      switch error.code {
      case .invalidKernel: throw Failure(status: .invalid, text: error.description)
      case .unsupportedProblem: throw Failure(status: .refused, text: error.description)
      default: throw Failure(status: .failed, text: error.description)
      }
    }
  }

  private func words(of description: ConvolutionDescription) -> [Int64] {
    let (kind, tile): (Int, Int) =
      switch description.algorithm {
      case .direct: (0, 0)
      case .reassociated: (1, 0)
      case .winograd(let tile): (2, tile)
      }
    return [
      kind, tile, description.fusions.rawValue, description.layouts.input.blockWidth,
      description.layouts.output.blockWidth,
    ].map(Int64.init)
  }

  private func prepare(_ reader: inout WordReader) throws(Failure) -> Prepared {
    let backend = try backend(reader.read())
    let target = ExecutionTarget(instructionSet, threads: reader.read())
    let problem = try problem(&reader)
    let placement = OperandPlacement(rawValue: reader.read())
    var arrays: [WeightBuffer] = []
    for operand in [GuardedMemory.Operand.weights, .bias, .prologue, .prologue] {
      let (offset, count) = (reader.read(), reader.read())
      arrays.append(try array(operand, at: offset, count: count, placement))
    }
    let hasBias = reader.read() == 1
    let hasPrologue = reader.read() == 1
    let prologueRelu = reader.read() == 1
    var fusion = Fusion(relu: reader.read() == 1)
    if hasPrologue {
      fusion.prologue = ScaleShift(
        scale: elements(of: arrays[2]), shift: elements(of: arrays[3]), relu: prologueRelu)
    }
    let pool = Size(height: reader.read(), width: reader.read())
    if pool.height > 0 { fusion.averagePool = pool }
    let given = PluginConvolution.Operands(
      weights: arrays[0], bias: hasBias ? arrays[1] : nil, scale: hasPrologue ? arrays[2] : nil,
      shift: hasPrologue ? arrays[3] : nil)
    let bias = hasBias ? elements(of: arrays[1]) : nil
    let convolution = try failing { () throws(KernelError) -> any PreparedConvolution in
      guard let plugin = backend as? PluginBackend else {
        return try backend.prepare(
          problem, weights: given.weights, bias: bias, fusion: fusion, on: target)
      }
      return try PluginConvolution(plugin, problem, given, fusion: fusion, on: target)
    }
    return Prepared(convolution: convolution, placement: placement)
  }

  /// Copies elements from the shared memory, which other orders use again.
  private func array(
    _ operand: GuardedMemory.Operand, at offset: Int, count: Int, _ placement: OperandPlacement?
  ) throws(Failure) -> WeightBuffer {
    let size = count * MemoryLayout<Float>.stride
    let start = unsafe memory.bytes(at: offset, count: size)
    guard let placement else {
      return unsafe WeightBuffer(
        Array(UnsafeBufferPointer(start: start.assumingMemoryBound(to: Float.self), count: count)))
    }
    let memory = try failing { () throws(KernelError) in
      try GuardedMemory(size, for: operand, placement)
    }
    unsafe memory.start.copyMemory(from: start, byteCount: size)
    memory.makeReadOnly()
    return unsafe WeightBuffer(UnsafeBufferPointer(memory.floats), keptAliveBy: memory)
  }

  private func elements(of buffer: WeightBuffer) -> [Float] {
    buffer.withElements { elements in (0..<elements.count).map { elements[$0] } }
  }

  /// Memory that a run uses: what is lent, and what keeps it alive.
  @unsafe
  private struct Memory {
    var input: UnsafeMutableRawPointer
    var output: UnsafeMutableRawPointer
    var scratch: [UnsafeMutableRawPointer]
    var workspace: UnsafeMutableRawPointer
    var owners: [GuardedMemory] = []
  }

  /// Runs a convolution, and returns the nanoseconds that it took.
  private func run(_ reader: inout WordReader) throws(Failure) -> Int64 {
    guard let entry = prepared[Int64(reader.read())] else {
      throw Failure(status: .invalid, text: "there is no such convolution")
    }
    let threads = reader.read()
    let places = (0..<2).map { _ in (offset: reader.read(), block: reader.read()) }
    let parts = places.map { place in
      let shape = TensorShape(
        batch: reader.read(), channels: reader.read(), height: reader.read(), width: reader.read())
      let layout = place.block == 1 ? Layout.planar : .blocked(place.block)
      let count = layout.imageCount(of: shape)
      return (
        offset: place.offset, shape: shape, layout: layout, imageCount: count,
        byteCount: count * shape.batch * MemoryLayout<Float>.stride
      )
    }
    let team = try failing { () throws(KernelError) in try self.team(of: threads) }
    let (input, output) = (parts[0], parts[1])
    let shared = unsafe (
      input: memory.bytes(at: input.offset, count: input.byteCount),
      output: memory.bytes(at: output.offset, count: output.byteCount)
    )
    let lent = unsafe try failing { () throws(KernelError) in
      guard let placement = entry.placement else {
        return unsafe try self.memory(
          for: entry.convolution, on: team, input: shared.input, output: shared.output)
      }
      return unsafe try self.guardedMemory(
        for: entry.convolution, on: team, placement, input: (shared.input, input.byteCount),
        output: (shared.output, output.byteCount))
    }
    func view(
      _ base: UnsafeMutableRawPointer,
      _ part: (
        offset: Int, shape: TensorShape, layout: Layout, imageCount: Int, byteCount: Int
      )
    ) -> MutableFeatureView {
      unsafe MutableFeatureView(
        base: base.assumingMemoryBound(to: Float.self), shape: part.shape, layout: part.layout,
        batchStride: part.imageCount)
    }
    let state = unsafe entry.placement == nil ? nil : cisolation_note_state()
    let start = ContinuousClock.now
    unsafe entry.convolution.run(
      on: team, input: FeatureView(view(lent.input, input)), output: view(lent.output, output),
      memory: { worker in
        unsafe TaskMemory(scratch: lent.scratch[worker], workspace: lent.workspace)
      })
    let time = ContinuousClock.now - start
    let change = unsafe cisolation_changed_state(state, entry.hasOwnThreads)
    if entry.placement != nil {
      unsafe shared.output.copyMemory(from: lent.output, byteCount: output.byteCount)
    }
    unsafe withExtendedLifetime(lent.owners) {}
    if let failure = entry.convolution.failure {
      throw Failure(
        status: failure.kind == .refused ? .refused : .failed, text: failure.reason)
    }
    if let change = unsafe change {
      throw Failure(
        status: .failed,
        text: "it left changed what is not its own: \(unsafe String(cString: change))")
    }
    return time.components.seconds * 1_000_000_000 + time.components.attoseconds / 1_000_000_000
  }

  /// The shared memory itself, and scratch memory as it is.
  @unsafe
  private func memory(
    for convolution: any PreparedConvolution, on team: WorkerTeam, input: UnsafeMutableRawPointer,
    output: UnsafeMutableRawPointer
  ) throws(KernelError) -> Memory {
    let scratch = Self.aligned(convolution.scratchByteCount)
    let needed = scratch * team.count + Self.aligned(convolution.workspaceByteCount)
    let arena = try arena(of: needed)
    return unsafe Memory(
      input: input, output: output,
      scratch: (0..<team.count).map { unsafe arena.bytes(in: $0 * scratch..<($0 + 1) * scratch) },
      workspace: arena.bytes(in: team.count * scratch..<needed))
  }

  /// Memory between protected pages, with copies of what is in the shared memory.
  @unsafe
  private func guardedMemory(
    for convolution: any PreparedConvolution, on team: WorkerTeam, _ placement: OperandPlacement,
    input: (start: UnsafeMutableRawPointer, byteCount: Int),
    output: (start: UnsafeMutableRawPointer, byteCount: Int)
  ) throws(KernelError) -> Memory {
    let from = unsafe try GuardedMemory(input.byteCount, for: .input, placement)
    unsafe from.start.copyMemory(from: input.start, byteCount: input.byteCount)
    from.makeReadOnly()
    let to = unsafe try GuardedMemory(output.byteCount, for: .output, placement)
    unsafe to.start.copyMemory(from: output.start, byteCount: output.byteCount)
    let workspace = try GuardedMemory(
      convolution.workspaceByteCount, for: .workspace, placement, alignment: Arena.alignment)
    var owners = [from, to, workspace]
    var scratch = unsafe [UnsafeMutableRawPointer]()
    for worker in 0..<team.count {
      let memory = try GuardedMemory(
        convolution.scratchByteCount, for: .scratch, index: worker, placement,
        alignment: Arena.alignment)
      // What is left there is no data.
      unsafe memory.floats.update(repeating: .nan)
      owners.append(memory)
      unsafe scratch.append(memory.start)
    }
    unsafe workspace.floats.update(repeating: .nan)
    return unsafe Memory(
      input: from.start, output: to.start, scratch: scratch, workspace: workspace.start,
      owners: owners)
  }

  private static func aligned(_ count: Int) -> Int {
    (count + Arena.alignment - 1) / Arena.alignment * Arena.alignment
  }

  private func team(of count: Int) throws(KernelError) -> WorkerTeam {
    if let team = teams[count] { return team }
    let team = try WorkerTeam(count: count)
    teams[count] = team
    return team
  }

  private func arena(of count: Int) throws(KernelError) -> Arena {
    if let arena, arena.byteCount >= count { return arena }
    let larger = try Arena(byteCount: count)
    arena = larger
    return larger
  }
}
