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
  private var library: PluginLibrary?
  private var instructionSet = InstructionSet.baseline
  private var prepared: [Int64: PluginConvolution] = [:]
  private var lastNumber: Int64 = 0
  private var teams: [Int: WorkerTeam] = [:]

  /// Scratch of each worker, then the workspace.
  private var arena: Arena?

  /// How long to look for the next order before sleeping: as long as the parent needs between two layers.
  private static let spins: Int32 = 20_000

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
      let description = try failing { () throws(KernelError) in
        try backend.described(problem, on: target).convolution
      }
      return (words(of: description), "")
    case .prepare:
      let convolution = try prepare(&reader)
      lastNumber += 1
      prepared[lastNumber] = convolution
      return ([lastNumber, Int64(convolution.packedBytes)], "")
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
      let loaded = try PluginLibrary(try PluginFile(path: path), for: instructionSet)
      library = loaded
      return loaded.backends.map { backend in
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

  private func backend(_ index: Int) throws(Failure) -> PluginBackend {
    guard let library, library.backends.indices.contains(index) else {
      throw Failure(status: .invalid, text: "there is no backend number \(index)")
    }
    return library.backends[index]
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

  private func prepare(_ reader: inout WordReader) throws(Failure) -> PluginConvolution {
    let backend = try backend(reader.read())
    let target = ExecutionTarget(instructionSet, threads: reader.read())
    let problem = try problem(&reader)
    var arrays: [[Float]] = []
    for _ in 0..<4 {
      let (offset, count) = (reader.read(), reader.read())
      arrays.append(elements(at: offset, count: count))
    }
    let hasBias = reader.read() == 1
    let hasPrologue = reader.read() == 1
    let prologueRelu = reader.read() == 1
    var fusion = Fusion(relu: reader.read() == 1)
    if hasPrologue {
      fusion.prologue = ScaleShift(scale: arrays[2], shift: arrays[3], relu: prologueRelu)
    }
    let pool = Size(height: reader.read(), width: reader.read())
    if pool.height > 0 { fusion.averagePool = pool }
    let (weights, bias) = (WeightBuffer(arrays[0]), hasBias ? arrays[1] : nil)
    return try failing { () throws(KernelError) in
      try PluginConvolution(
        backend, problem, weights: weights, bias: bias, fusion: fusion, on: target)
    }
  }

  private func elements(at offset: Int, count: Int) -> [Float] {
    let start = unsafe memory.bytes(at: offset, count: count * MemoryLayout<Float>.stride)
    return unsafe Array(
      UnsafeBufferPointer(start: start.assumingMemoryBound(to: Float.self), count: count))
  }

  /// Runs a convolution, and returns the nanoseconds that it took.
  private func run(_ reader: inout WordReader) throws(Failure) -> Int64 {
    guard let convolution = prepared[Int64(reader.read())] else {
      throw Failure(status: .invalid, text: "there is no such convolution")
    }
    let threads = reader.read()
    let places = (0..<2).map { _ in (offset: reader.read(), block: reader.read()) }
    let views = unsafe places.map { place in
      let shape = TensorShape(
        batch: reader.read(), channels: reader.read(), height: reader.read(), width: reader.read())
      let layout = place.block == 1 ? Layout.planar : .blocked(place.block)
      let count = layout.imageCount(of: shape)
      let base = unsafe memory.bytes(
        at: place.offset, count: count * shape.batch * MemoryLayout<Float>.stride)
      return unsafe MutableFeatureView(
        base: base.assumingMemoryBound(to: Float.self), shape: shape, layout: layout,
        batchStride: count)
    }
    let team = try failing { () throws(KernelError) in try self.team(of: threads) }
    let scratch = Self.aligned(convolution.scratchByteCount)
    let needed = scratch * team.count + Self.aligned(convolution.workspaceByteCount)
    let arena = try failing { () throws(KernelError) in try self.arena(of: needed) }
    let start = ContinuousClock.now
    unsafe convolution.run(
      on: team, input: FeatureView(views[0]), output: views[1],
      memory: { worker in
        unsafe TaskMemory(
          scratch: arena.bytes(in: worker * scratch..<(worker + 1) * scratch),
          workspace: arena.bytes(in: team.count * scratch..<needed))
      })
    let time = ContinuousClock.now - start
    if let failure = convolution.failure {
      throw Failure(
        status: failure.kind == .refused ? .refused : .failed, text: failure.reason)
    }
    return time.components.seconds * 1_000_000_000 + time.components.attoseconds / 1_000_000_000
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
