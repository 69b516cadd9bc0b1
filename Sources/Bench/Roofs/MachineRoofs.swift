package import Kernels

/// What this machine can do at its best: what all times are to be compared with.
package struct MachineRoofs: Hashable, Sendable, Codable {
  /// The arithmetic of some threads together.
  package struct Arithmetic: Hashable, Sendable, Codable {
    package var instructionSet: String
    package var threads: Int

    /// Billions of operations a second, a multiply-add counted as two.
    package var gflops: Double
  }

  /// What some threads together read from a level of the memory.
  package struct Bandwidth: Hashable, Sendable, Codable {
    /// `L1`, `L2`, `L3` or `memory`.
    package var level: String

    /// The bytes that one thread finds there.
    package var byteCount: Int
    package var threads: Int

    /// Billions of bytes a second.
    package var gigabytes: Double
  }

  /// The machine that they are of; see ``identity(of:)``.
  package var identity: String
  package var arithmetic: [Arithmetic] = []
  package var bandwidth: [Bandwidth] = []

  init(identity: String) { self.identity = identity }

  /// What tells a machine from another one for which the roofs are not known.
  package static func identity(of machine: MachineDescription) -> String {
    let caches = machine.processor.caches.map { "L\($0.level) \($0.type) \($0.size)" }
    return ([machine.processor.model, machine.allowedProcessors, machine.hostName] + caches)
      .joined(separator: ", ")
  }

  /// The peak of threads, in GFLOP/s; nil if it is not known.
  package func peak(_ instructionSet: InstructionSet, threads: Int) -> Double? {
    arithmetic.first { $0.instructionSet == instructionSet.rawValue && $0.threads == threads }?
      .gflops
  }

  /// What threads read in a nanosecond of data of a size; nil if it is not known.
  ///
  /// It is the bandwidth of the lowest level that holds what each thread has of them.
  package func bandwidth(of byteCount: Int, threads: Int) -> Bandwidth? {
    let levels = bandwidth.filter { $0.threads == threads }
    return levels.first { $0.level != Self.memory && byteCount <= $0.byteCount * threads }
      ?? levels.last
  }

  static let memory = "memory"
}

extension MachineRoofs {
  /// The most memory that one thread reads to find out how fast memory is.
  private static let largestBuffer = 512 << 20

  /// How long a measurement of one roof takes, in nanoseconds: long enough for a processor to reach its clock, and to
  /// outlast a neighbour's burst.
  private static let time = 200_000_000

  /// Measures this machine, with one thread and with all.
  ///
  /// Costs some seconds.
  ///
  /// - Parameters:
  ///   - machine: The machine.
  ///   - progress: Called with the share that is done.
  /// - Returns: The roofs.
  /// - Throws: ``KernelError`` if threads cannot be started.
  package static func measure(
    _ machine: MachineDescription, progress: (Double) -> Void = { _ in }
  ) throws(KernelError) -> MachineRoofs {
    var roofs = MachineRoofs(identity: identity(of: machine))
    let sets = InstructionSet.supported.filter { !$0.isForTests }
    let counts = Array(Set([1, max(1, machine.allowedProcessorCount)])).sorted()
    let sizes = levels(machine.processor.caches)
    let total = Double(counts.count * (sets.count + sizes.count))
    var done = 0.0
    for count in counts {
      let team = try WorkerTeam(count: count)
      for set in sets {
        let best = Self.best(team) { ArithmeticPeak.run(set, rounds: 1_000_000) }
        roofs.arithmetic.append(
          Arithmetic(instructionSet: set.rawValue, threads: count, gflops: best))
        done += 1
        progress(done / total)
      }
      for (level, size) in sizes {
        // Half of a cache: the other half is for what else the core does. All of it would not fit with that.
        let bytes = level == memory ? size : size / 2
        let buffers = (0..<count).map { _ in ReadBuffer(byteCount: bytes) }
        let repeats = max(1, (32 << 20) / bytes)
        let set = InstructionSet.best
        let best = Self.best(team) { worker in
          (0..<repeats).reduce(0) { sum, _ in sum + buffers[worker].read(set) }
        }
        roofs.bandwidth.append(
          Bandwidth(level: level, byteCount: size, threads: count, gigabytes: best))
        done += 1
        progress(done / total)
      }
    }
    return roofs
  }

  /// The caches of a core with what each thread finds there, and memory beyond them.
  static func levels(_ caches: [ProcessorDescription.Cache]) -> [(level: String, size: Int)] {
    var levels: [(String, Int)] = []
    for cache in caches where cache.type != "Instruction" && cache.size > 0 {
      levels.append(("L\(cache.level)", cache.size / max(1, cache.sharingCount)))
    }
    let largest = levels.map(\.1).max() ?? 32 << 20
    let size = min(largestBuffer, 4 * largest)
    // What does not fit into twice the last cache is read from memory; where that is too large, nothing is.
    if size >= 2 * largest { levels.append((memory, size)) }
    return levels
  }

  private static func best(_ team: WorkerTeam, _ work: () -> Int) -> Double {
    best(team) { _ in work() }
  }

  /// The most work in a nanosecond of all threads together, of many attempts.
  private static func best(_ team: WorkerTeam, _ work: (_ worker: Int) -> Int) -> Double {
    let clock = TimeSource.system
    let begin = clock.now()
    var best = 0.0
    while clock.now() - begin < time {
      let start = clock.now()
      var amounts = [Int](repeating: 0, count: team.count)
      unsafe amounts.withUnsafeMutableBufferPointer { amounts in
        let amounts = unsafe SharedAmounts(amounts)
        team.run(taskCount: team.count) { _, task in unsafe amounts.base[task] = work(task) }
      }
      let passed = clock.now() - start
      best = max(best, Double(amounts.reduce(0, +)) / Double(max(1, passed)))
    }
    return best
  }

  @unsafe
  private struct SharedAmounts {
    let base: UnsafeMutableBufferPointer<Int>
    init(_ base: UnsafeMutableBufferPointer<Int>) { unsafe self.base = unsafe base }
  }
}
