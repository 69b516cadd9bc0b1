import CIsolation
import Files
import Glibc
import Kernels
import Synchronization

/// The process that runs a plugin's kernels: its parent's side.
///
/// It is started by the first order, and again by the first one after it has ended. One order is carried
/// out at a time.
@safe
final class KernelProcess: @unchecked Sendable {
  /// The plugin; nil for the built-in backends.
  let file: PluginFile?
  let limits: KernelLimits
  private let variant: String
  private let program: String
  private let instructionSet: InstructionSet
  private let turn = Mutex(())

  private var pid: Int32 = 0
  private var memory: SharedMemory?
  private var number: UInt32 = 0

  /// This end of the channel by which descriptors are sent.
  private var channel: Int32 = -1

  /// The arenas that the process has mapped, by the numbers that it knows them by.
  private var arenas: [Int: MappedArena] = [:]
  private var lastArena = 0

  private struct MappedArena {
    weak var arena: Arena?
  }

  /// Counts the processes that have ended: what one has prepared, the next does not know.
  private(set) var generation = 0

  /// What loading the plugin has changed in the process and should not have; nil if nothing.
  private(set) var loadingChange: String?

  /// Keeps the calling thread where the runs are; nil if both may be anywhere.
  private var sharedProcessor: ProcessorPin?

  /// How long all runs took: in the process by its own clock, and by this one's.
  private(set) var kernelTimes = KernelTimes()

  /// The backends that the plugin says it has, as the last process that was started answered.
  private var offered: [String] = []

  /// The answer to an order.
  struct Answer {
    var status: KernelStatus
    var words: [Int64]
    var text: String
  }

  /// - Parameters:
  ///   - file: The plugin; nil for the built-in backends.
  ///   - variant: A name by which the program has other backends instead of the built-in ones; empty for
  ///     none.
  ///   - program: The program that serves as ``KernelHost`` if its first argument is
  ///     ``KernelHost/command``.
  ///   - instructionSet: The one that kernels are told of.
  ///   - limits: What one call may use up.
  init(
    _ file: PluginFile?, variant: String = "", program: String, instructionSet: InstructionSet,
    limits: KernelLimits
  ) {
    self.file = file
    self.variant = variant
    self.program = program
    self.instructionSet = instructionSet
    self.limits = limits
  }

  deinit { stop() }

  /// Has several orders carried out with no other between them.
  func withTurn<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure)
    -> Result
  {
    try turn.withLock { _ throws(Failure) in try body() }
  }

  /// Starts the process, unless it runs, and has it load the plugin.
  ///
  /// - Returns: A line for each backend.
  /// - Throws: ``KernelFailure`` if the plugin ends the process, ``PluginError`` if it is none, ``KernelError``
  ///   if there is no process to be had.
  func load() throws -> [String] {
    if pid != 0 { return offered }
    try start()
    let answer = try send(
      .load, [Int64(InstructionSet.allCases.firstIndex(of: instructionSet) ?? 0)],
      text: file?.fullPath ?? variant)
    guard answer.status == .done else {
      stop()
      throw PluginError(path: file?.path ?? program, cause: answer.text)
    }
    var lines = answer.text.split(separator: "\n", omittingEmptySubsequences: false).map(
      String.init)
    let change = lines.removeFirst()
    loadingChange = change.isEmpty ? nil : change
    offered = lines
    return offered
  }

  /// Has an order carried out, by a process that is started if need be.
  ///
  /// - Parameters:
  ///   - order: What to do.
  ///   - words: Its numbers.
  ///   - memoryByteCount: The bytes of operands.
  ///   - spins: How often to look for the answer before sleeping.
  ///   - fill: Writes operands.
  /// - Returns: The answer, as the child gave it.
  /// - Throws: ``KernelFailure`` if the process has ended or did not answer in time.
  func perform(
    _ order: KernelOrder, _ words: [Int64], memoryByteCount: Int = 0, spins: Int = spins,
    fill: (SharedMemory) -> Void = { _ in }
  ) throws(KernelFailure) -> Answer {
    do {
      _ = try load()
      guard let memory else { throw KernelFailure(.crashed, "there is no process") }
      try memory.grow(to: SharedMemory.firstOffset + memoryByteCount)
      fill(memory)
      return try send(order, words, spins: spins)
    } catch let failure as KernelFailure {
      throw failure
    } catch let error as KernelError where error.code == .outOfMemory {
      throw KernelFailure(.outOfMemory, error.description)
    } catch {
      throw KernelFailure(.crashed, "\(error)")
    }
  }

  /// The number by which the process knows an arena, which it maps if it has not yet.
  ///
  /// - Returns: Nil if the arena cannot be shared.
  /// - Throws: ``KernelFailure`` if the process cannot map it.
  func number(of arena: Arena) throws(KernelFailure) -> Int? {
    guard let descriptor = arena.descriptor else { return nil }
    if let known = arenas.first(where: { $0.value.arena === arena }) { return known.key }
    do { _ = try load() } catch { throw KernelFailure(.crashed, "\(error)") }
    guard cisolation_send(channel, descriptor) == 0 else {
      throw KernelFailure(.crashed, "cannot share memory with it: \(FileError.text(of: errno))")
    }
    lastArena += 1
    let answer = try perform(.map, [Int64(lastArena), Int64(arena.byteCount)])
    if let kind = answer.status.failure { throw KernelFailure(kind, answer.text) }
    arenas[lastArena] = MappedArena(arena: arena)
    return lastArena
  }

  /// Has the process let go of arenas that are not used any more.
  func releaseArenas() throws(KernelFailure) {
    for (number, entry) in arenas where entry.arena == nil {
      arenas[number] = nil
      _ = try perform(.unmap, [Int64(number)])
    }
  }

  /// Keeps the calling thread and the process on one processor, in turn.
  ///
  /// What one has written is then in the cache of the other, and to wake each other they need not wake a processor.
  func shareProcessor() {
    if sharedProcessor == nil { sharedProcessor = ProcessorPin() }
  }

  /// Lets both run on any processor again; the process hears of it with its next run.
  func unshareProcessor() {
    sharedProcessor = nil
  }

  /// Where a run is to be made, and how the process is to wait for the next one.
  ///
  /// Who turns around while it waits keeps a processor from the other side's threads, if they need them all.
  func schedule(threads: Int) -> (processor: Int?, spins: Int) {
    if let processor = sharedProcessor?.processor {
      return (processor, Int(CISOLATION_ONE_PROCESSOR))
    }
    return (
      nil,
      2 * threads <= processorCount
        ? Self.spinsOfProcess : Int(CISOLATION_SHARED_PROCESSORS)
    )
  }

  /// Reads operands after an order.
  func withMemory(_ body: (SharedMemory) -> Void) {
    if let memory { body(memory) }
  }

  // MARK: - The process

  /// Starts a process that has loaded nothing yet.
  private func start() throws(KernelError) {
    let memory = try SharedMemory(byteCount: SharedMemory.firstOffset + SharedMemory.alignment)
    var words = [program, KernelHost.command, "\(limits.memoryByteCount)"]
    // A kernel need not know by whom it is judged, nor how.
    let environment = Self.environment.filter { !$0.hasPrefix("DENSECAM_") }
    let path = words.removeFirst()
    var ends: [Int32] = [-1, -1]
    guard unsafe cisolation_channel(&ends) == 0 else {
      throw KernelError(
        .kernelFailed, "cannot start \(program) for a kernel: \(FileError.text(of: errno))")
    }
    let status = unsafe Self.withCStrings([path] + words) { arguments in
      unsafe Self.withCStrings(environment) { environment in
        unsafe cisolation_spawn(
          path.systemPath, arguments, environment, memory.descriptor, ends[1], &pid)
      }
    }
    close(ends[1])
    guard status == 0 else {
      close(ends[0])
      pid = 0
      throw KernelError(
        .kernelFailed, "cannot start \(program) for a kernel: \(FileError.text(of: status))")
    }
    self.memory = memory
    channel = ends[0]
    number = 0
  }

  private static var environment: [String] {
    var entries: [String] = []
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      entries.append(unsafe String(cString: text))
      unsafe entry += 1
    }
    return entries
  }

  private static func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = unsafe texts.map { unsafe strdup($0) } + [nil]
    defer { unsafe copies.forEach { unsafe free($0) } }
    return unsafe body(copies)
  }

  /// Ends the process and whatever it has started.
  func stop() {
    guard pid != 0 else { return }
    kill(-pid, SIGKILL)
    kill(pid, SIGKILL)
    var status: Int32 = 0
    while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
    forget()
  }

  /// Notes that the process has ended.
  private func forget() {
    pid = 0
    memory = nil
    close(channel)
    arenas = [:]
    generation += 1
  }

  /// The bytes of address space that the process takes; nil if it does not run.
  var addressSpaceByteCount: Int? {
    let descriptor = unsafe open("/proc/\(pid)/statm", O_RDONLY | O_CLOEXEC)
    guard pid != 0, descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe read(descriptor, $0.baseAddress, $0.count)
    }
    // The first number is that of all pages (proc(5)).
    let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    guard let pages = text.split(separator: " ").first.flatMap({ Int($0) }) else { return nil }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }

  /// The number of other processes in its group.
  var strayProcessCount: Int {
    guard pid != 0, let names = try? FileName.names(in: "/proc") else { return 0 }
    return names.compactMap { Int32($0) }.count { $0 != pid && getpgid($0) == pid }
  }

  // MARK: - Orders

  /// How often to look before sleeping: for about as long as it takes to wake up.
  static let spins = 2000

  /// How often the process looks: for about as long as its parent takes between two layers.
  private static let spinsOfProcess = 20_000

  private let processorCount = Int(cisolation_processor_count())

  /// The milliseconds between two looks at whether the process is still there.
  private static let patience: Int64 = 20

  private func send(
    _ order: KernelOrder, _ words: [Int64], text: String = "", spins: Int = spins
  ) throws(KernelFailure) -> Answer {
    guard let memory else { throw KernelFailure(.crashed, "there is no process") }
    let mailbox = unsafe memory.mailbox
    precondition(words.count + 2 <= Int(CISOLATION_WORDS), "an order has too many numbers")
    let target: UnsafeMutablePointer<Int64> = unsafe cisolation_order_words(mailbox)
    unsafe target[0] = order.rawValue
    unsafe target[1] = Int64(memory.byteCount)
    for (index, word) in words.enumerated() { unsafe target[index + 2] = word }
    unsafe memory.write(text, to: cisolation_order_text(mailbox))
    number &+= 1
    // The child may have the processor of this thread as soon as it is woken.
    let start = cisolation_now()
    unsafe cisolation_post_order(mailbox, number)
    if unsafe !cisolation_wait_for_answer(mailbox, number, Int32(spins), Self.patience) {
      unsafe try waitPatiently(mailbox)
    }
    let time = cisolation_now() - start
    // Taken once: the process may change them.
    let status = unsafe KernelStatus(rawValue: cisolation_answer_words(mailbox)[0]) ?? .invalid
    if order == .run {
      kernelTimes.addRun(inside: unsafe cisolation_answer_words(mailbox)[1], outside: Int(time))
      if status == .done { return Answer(status: status, words: [], text: "") }
    }
    let answer = unsafe Array(
      UnsafeBufferPointer(
        start: cisolation_answer_words(mailbox) + 1, count: Int(CISOLATION_WORDS) - 1))
    return Answer(
      status: status, words: answer,
      text: unsafe Self.text(cisolation_answer_text(mailbox), Int(CISOLATION_TEXT)))
  }

  /// Waits for an answer that takes long, and looks whether the process is still there meanwhile.
  @unsafe
  private func waitPatiently(_ mailbox: OpaquePointer) throws(KernelFailure) {
    let deadline = ContinuousClock.now + .seconds(limits.seconds)
    repeat {
      var status: Int32 = 0
      if unsafe waitpid(pid, &status, WNOHANG) == pid {
        let failure = unsafe Self.failure(status, cisolation_noted_fault(mailbox).pointee, limits)
        kill(-pid, SIGKILL)
        forget()
        throw failure
      }
      if ContinuousClock.now >= deadline {
        stop()
        throw KernelFailure(
          .timedOut, "it did not return within \(Self.seconds(limits.seconds)), and was stopped")
      }
    } while unsafe !cisolation_wait_for_answer(mailbox, number, 0, Self.patience)
  }

  private static func seconds(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
  }

  /// Copies a text of which it is not known that it ends.
  private static func text(_ start: UnsafePointer<CChar>, _ limit: Int) -> String {
    var bytes: [UInt8] = []
    for index in 0..<limit {
      let byte = unsafe UInt8(bitPattern: start[index])
      if byte == 0 { break }
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What became of a process that has ended.
  private static func failure(_ status: Int32, _ fault: cisolation_fault, _ limits: KernelLimits)
    -> KernelFailure
  {
    let signal = status & 0x7F
    guard signal != 0 else {
      return KernelFailure(.crashed, "it ended its process, with status \(status >> 8 & 0xFF)")
    }
    let name = signalNames[signal] ?? "signal \(signal)"
    guard fault.signal == signal else { return KernelFailure(.crashed, "it ended by \(name)") }
    var text = name
    if signal == SIGSEGV || signal == SIGBUS {
      text += " at address 0x\(String(fault.address, radix: 16))"
    }
    var fault = fault
    let file = unsafe String(cString: cisolation_fault_file(&fault))
    let symbol = unsafe String(cString: cisolation_fault_symbol(&fault))
    if !file.isEmpty {
      text += ", in \(symbol.isEmpty ? "" : "\(symbol) of ")\(FileName.last(of: file))"
      text += "+0x\(String(fault.instruction, radix: 16))"
    }
    if let access = GuardedMemory.description(of: fault) {
      return KernelFailure(.failed, "\(access) (\(text))")
    }
    if fault.is_near_limit {
      return KernelFailure(
        .outOfMemory,
        "it took all of the \(limits.memoryByteCount >> 20) MiB that it may have, and ended by \(text)"
      )
    }
    return KernelFailure(.crashed, text)
  }

  private static let signalNames: [Int32: String] = [
    SIGSEGV: "SIGSEGV", SIGBUS: "SIGBUS", SIGILL: "SIGILL", SIGFPE: "SIGFPE", SIGABRT: "SIGABRT",
    SIGTRAP: "SIGTRAP", SIGSYS: "SIGSYS", SIGKILL: "SIGKILL", SIGTERM: "SIGTERM",
    SIGPIPE: "SIGPIPE",
    SIGXCPU: "SIGXCPU", SIGALRM: "SIGALRM", SIGINT: "SIGINT", SIGHUP: "SIGHUP",
  ]
}
