import CIsolation
import Glibc
import Kernels

/// What the host has loaded and prepared.
final class KernelSession {
  private let memory: SharedMemory

  /// The backends that go by a name instead of the built-in ones.
  private let variants: (String) -> [any ConvolutionBackend]
  private var backends: [any ConvolutionBackend] = []
  private var instructionSet = InstructionSet.baseline
  private var prepared: [Int: Prepared] = [:]
  private var lastNumber = 0
  private var teams: [Int: WorkerTeam] = [:]

  /// Scratch of each worker, then the workspace.
  private var arena: Arena?

  /// What the parent's plans keep their values in.
  private var arenas: [Int: Arena] = [:]

  /// How often to look for the next order before sleeping.
  private var spins: Int32 = 0

  /// Keeps the runs on a processor; nil if they may be on any.
  private var pin: ProcessorPin?

  /// A convolution, with where its operands lie if that is guarded.
  private final class Prepared {
    let convolution: any PreparedConvolution
    let placement: OperandPlacement?

    /// The last run, for the next if that is asked for in the same words.
    var lastRun: Run?

    init(_ convolution: any PreparedConvolution, _ placement: OperandPlacement?) {
      self.convolution = convolution
      self.placement = placement
    }

    /// Whether it may leave threads running.
    var hasOwnThreads: Bool { (convolution as? PluginConvolution)?.hasOwnThreads ?? false }
  }

  /// What an order to run comes to.
  @safe
  private struct Run {
    /// The order's own.
    let words: [Int64]
    let message: RunMessage
    let team: WorkerTeam
    @unsafe let memory: RunMemory

    /// The memory of the session that it uses.
    let arena: Arena?
  }

  /// An answer that is not a success.
  private struct Failure: Error {
    var status: KernelStatus
    var text: String
  }

  init(_ memory: SharedMemory, variants: @escaping (String) -> [any ConvolutionBackend]) {
    self.memory = memory
    self.variants = variants
  }

  /// Carries out orders for ever.
  func run() -> Never {
    var number: UInt32 = 0
    while true {
      number &+= 1
      while unsafe !cisolation_wait_for_order(memory.mailbox, number, spins, 1000) {}
      if !repeatRun() { carryOut() }
      unsafe cisolation_post_answer(memory.mailbox, number)
    }
  }

  /// Carries out an order that is the same as one before.
  ///
  /// A network is run over and over, and each order costs the time of all code and data that it touches: a
  /// convolution has moved them out of the nearer caches.
  ///
  /// - Returns: Whether it was such an order.
  private func repeatRun() -> Bool {
    let words: UnsafeMutablePointer<Int64> = unsafe cisolation_order_words(memory.mailbox)
    guard unsafe words[0] == KernelOrder.run.rawValue, let entry = unsafe prepared[Int(words[2])],
      let last = entry.lastRun, last.arena === arena,
      last.words.indices.allSatisfy({ unsafe last.words[$0] == words[$0 + 2] })
    else { return false }
    let target: UnsafeMutablePointer<Int64> = unsafe cisolation_answer_words(memory.mailbox)
    do throws(Failure) {
      unsafe target[1] = try carryOut(last, of: entry)
      unsafe target[0] = KernelStatus.done.rawValue
    } catch {
      write(error.status, [], error.text)
    }
    return true
  }

  private func carryOut() {
    let words = unsafe Array(
      UnsafeBufferPointer(
        start: cisolation_order_words(memory.mailbox), count: Int(CISOLATION_WORDS)))
    let text = unsafe String(cString: cisolation_order_text(memory.mailbox))
    do throws(Failure) {
      try failing { () throws(KernelError) in try memory.mapAll(Int(words[1])) }
      guard let order = KernelOrder(rawValue: words[0]) else {
        throw Failure(status: .invalid, text: "there is no order \(words[0])")
      }
      var reader = WordReader(words, from: 2)
      let (answer, answerText) = try perform(order, &reader, text)
      write(.done, answer, answerText)
    } catch {
      write(error.status, [], error.text)
    }
  }

  private func write(_ status: KernelStatus, _ words: [Int64], _ text: String) {
    let target: UnsafeMutablePointer<Int64> = unsafe cisolation_answer_words(memory.mailbox)
    unsafe target[0] = status.rawValue
    for (index, word) in words.enumerated() { unsafe target[index + 1] = word }
    unsafe memory.write(text, to: cisolation_answer_text(memory.mailbox))
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
        return (backend.description(of: problem, on: target).words, "")
      }
      let description = try failing { () throws(KernelError) in
        try plugin.described(problem, on: target).convolution
      }
      return (description.words, "")
    case .prepare:
      let entry = try prepare(
        parsing { () throws(ProblemError) in try PreparationMessage(&reader) })
      lastNumber += 1
      prepared[lastNumber] = entry
      return ([Int64(lastNumber), Int64(entry.convolution.packedBytes)], "")
    case .run: return ([try run(RunMessage(&reader))], "")
    case .release:
      prepared[reader.read()] = nil
      return ([], "")
    case .map:
      let number = reader.read()
      let descriptor = cisolation_receive(KernelHost.channel)
      guard descriptor >= 0 else {
        throw Failure(status: .failed, text: "it has taken the memory that was sent to its process")
      }
      arenas[number] = try failing { () throws(KernelError) in
        try Arena(descriptor: descriptor, byteCount: reader.read())
      }
      return ([], "")
    case .unmap:
      arenas[reader.read()] = nil
      // They have views of it.
      for entry in prepared.values { entry.lastRun = nil }
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
      } else if !path.hasPrefix("/") {
        backends = variants(path)
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
    try parsing { () throws(ProblemError) in try reader.readProblem() }
  }

  private func parsing<Result>(_ body: () throws(ProblemError) -> Result) throws(Failure) -> Result
  {
    do {
      return try body()
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
      case .outOfMemory: throw Failure(status: .outOfMemory, text: error.description)
      default: throw Failure(status: .failed, text: error.description)
      }
    }
  }

  private func prepare(_ message: PreparationMessage) throws(Failure) -> Prepared {
    let backend = try backend(message.backend)
    let target = ExecutionTarget(instructionSet, threads: message.threads)
    var arrays: [WeightBuffer] = []
    for (operand, place) in zip(
      [GuardedMemory.Operand.weights, .bias, .prologue, .prologue], message.places)
    {
      arrays.append(
        try array(operand, at: place.offset, count: place.count, message.placement))
    }
    let given = PluginConvolution.Operands(
      weights: arrays[0], bias: message.hasBias ? arrays[1] : nil,
      scale: message.hasPrologue ? arrays[2] : nil, shift: message.hasPrologue ? arrays[3] : nil)
    var fusion = Fusion(averagePool: message.pool, relu: message.relu)
    if message.hasPrologue {
      fusion.prologue = ScaleShift(
        scale: elements(of: arrays[2]), shift: elements(of: arrays[3]),
        relu: message.prologueRelu)
    }
    let bias = message.hasBias ? elements(of: arrays[1]) : nil
    let convolution = try failing { () throws(KernelError) -> any PreparedConvolution in
      guard let plugin = backend as? PluginBackend else {
        return try backend.prepare(
          message.problem, weights: given.weights, bias: bias, fusion: fusion, on: target)
      }
      return try PluginConvolution(plugin, message.problem, given, fusion: fusion, on: target)
    }
    return Prepared(convolution, message.placement)
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

  /// Runs a convolution, and returns the nanoseconds that it took.
  private func run(_ message: RunMessage) throws(Failure) -> Int64 {
    guard let entry = prepared[message.number] else {
      throw Failure(status: .invalid, text: "there is no such convolution")
    }
    let team = try failing { () throws(KernelError) in try self.team(of: message.threads) }
    let (from, to) = unsafe (try view(message.input), try view(message.output))
    let lent = unsafe try failing { () throws(KernelError) in
      unsafe try self.memory(for: entry, from, to, on: team)
    }
    let run = unsafe Run(
      words: message.words, message: message, team: team, memory: lent, arena: arena)
    let time = try carryOut(run, of: entry)
    if entry.placement != nil { unsafe RunMemory.copy(FeatureView(lent.output), to: to) }
    unsafe withExtendedLifetime(lent.owners) {}
    // Operands elsewhere need not stay where they are.
    let isRepeatable =
      entry.placement == nil && message.input.arena != nil && message.output.arena != nil
    entry.lastRun = isRepeatable ? run : nil
    return time
  }

  /// Runs a convolution on the memory that was found for it.
  private func carryOut(_ run: Run, of entry: Prepared) throws(Failure) -> Int64 {
    spins = Int32(clamping: run.message.spins)
    stay(on: run.message.processor)
    run.team.sharesProcessors = spins == Int32(CISOLATION_SHARED_PROCESSORS)
    let state = unsafe entry.placement == nil ? nil : cisolation_note_state()
    let start = cisolation_now()
    unsafe entry.convolution.run(
      on: run.team, input: FeatureView(run.memory.input), output: run.memory.output, in: nil,
      memory: { worker in
        unsafe TaskMemory(
          scratch: run.memory.scratch[worker], workspace: run.memory.workspace)
      })
    let time = cisolation_now() - start
    let change = unsafe cisolation_changed_state(state, entry.hasOwnThreads)
    if let failure = entry.convolution.failure {
      throw Failure(
        status: failure.kind == .refused ? .refused : .failed, text: failure.reason)
    }
    if let change = unsafe change {
      throw Failure(
        status: .failed,
        text: "it left changed what is not its own: \(unsafe String(cString: change))")
    }
    return time
  }

  /// Keeps this thread on a processor, or on none in particular.
  private func stay(on processor: Int?) {
    guard pin?.processor != processor else { return }
    // The new pin would take the old one's processor for where the thread may be.
    pin = nil
    if let processor { pin = ProcessorPin(processor) }
  }

  /// The maps that a message says.
  @unsafe
  private func view(_ maps: RunMessage.Maps) throws(Failure) -> MutableFeatureView {
    guard let number = maps.arena else {
      return unsafe MutableFeatureView(
        base: memory.bytes(at: maps.offset, count: maps.byteCount)
          .assumingMemoryBound(to: Float.self),
        shape: maps.shape, layout: maps.layout,
        batchStride: maps.imageStride / MemoryLayout<Float>.stride)
    }
    guard let arena = arenas[number] else {
      throw Failure(status: .invalid, text: "there is no such arena")
    }
    return unsafe arena.mutableView(
      at: maps.offset, shape: maps.shape, layout: maps.layout, imageStride: maps.imageStride)
  }

  /// The memory of a run, guarded if the convolution was prepared so.
  @unsafe
  private func memory(
    for entry: Prepared, _ input: MutableFeatureView, _ output: MutableFeatureView,
    on team: WorkerTeam
  ) throws(KernelError) -> RunMemory {
    if let placement = entry.placement {
      return unsafe try RunMemory(
        of: entry.convolution, threads: team.count, guarded: placement, input: input,
        output: output)
    }
    let arena = unsafe try arena(
      of: RunMemory.byteCount(of: entry.convolution, threads: team.count))
    return unsafe RunMemory(
      of: entry.convolution, threads: team.count, in: arena, input: input, output: output)
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
