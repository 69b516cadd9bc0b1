import FoundationEssentials
import Glibc
import Report
import Synchronization

/// Writes one line to standard error, escaping what would control a terminal or break the line.
func printError(_ line: String) { Console.writeError(line.escaped + "\n") }

/// The terminal and its settings.
enum Console {
  private static let errorFailed = Atomic<Bool>(false)

  /// Whether something could not be written to standard error, and it had not been closed on purpose.
  static var hasLostErrors: Bool { errorFailed.load(ordering: .relaxed) }

  /// Writes to standard error unchanged, at once.
  static func writeError(_ text: String) {
    let code = Descriptor.write(text, to: STDERR_FILENO)
    if let code, code != EBADF { errorFailed.store(true, ordering: .relaxed) }
  }

  static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether to colour standard output; see no-color.org.
  static var usesColor: Bool {
    guard outputIsTerminal else { return false }
    guard let value = unsafe getenv("NO_COLOR") else { return true }
    return unsafe value.pointee == 0
  }

  /// The command as it was called, without the folders of this machine, to be pasted into a shell.
  static var commandLine: String {
    CommandLine.arguments.map { argument in
      (argument.split(separator: "/").last.map(String.init) ?? argument).shellQuoted
    }.joined(separator: " ")
  }

  /// The arguments in printable form, including those that are not UTF-8.
  static var shownArguments: [String] {
    let arguments = unsafe UnsafeBufferPointer(
      start: CommandLine.unsafeArgv, count: Int(CommandLine.argc))
    var shown: [String] = []
    for index in arguments.indices.dropFirst() {
      guard let argument = unsafe arguments[index] else { continue }
      let bytes = unsafe UnsafeRawBufferPointer(start: argument, count: strlen(argument))
      unsafe shown.append(String(showing: Array(bytes)))
    }
    return shown
  }

  /// Now, or the time that `SOURCE_DATE_EPOCH` gives for reproducible files; UTC, ISO 8601.
  static var timestamp: String {
    let epoch = unsafe getenv("SOURCE_DATE_EPOCH").flatMap { unsafe Double(String(cString: $0)) }
    return (epoch.map { Date(timeIntervalSince1970: $0) } ?? Date()).formatted(.iso8601)
  }

  /// The columns of the terminal, or of `COLUMNS` where there is none; nil if unknown.
  static var columns: Int? {
    var size = winsize()
    if unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return Int(size.ws_col)
    }
    guard let value = unsafe getenv("COLUMNS") else { return nil }
    return Int(unsafe String(cString: value)).flatMap { (40...1000).contains($0) ? $0 : nil }
  }
}

/// A bar on standard error for long work; nothing if that is not a terminal.
final class ProgressBar {
  let title: String
  private let start = Monotonic.seconds
  private var lastDrawn = 0.0

  init(_ title: String) { self.title = title.escaped }

  deinit { clear() }

  /// Shows the share that is done, at most ten times a second.
  func update(_ share: Double) {
    guard Console.errorIsTerminal else { return }
    let now = Monotonic.seconds
    guard now - lastDrawn > 0.1, now - start > 0.3 else { return }
    lastDrawn = now
    let width = 24
    let filled = min(width, max(0, Int(share * Double(width))))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    let left = share > 0.02 ? " \(Int((now - start) / share * (1 - share) + 0.5)) s left" : ""
    Console.writeError("\r\u{1B}[K\(title) \(bar) \(Int(share * 100)) %\(left)")
  }

  /// Shows how many are done, at which rate and how long the rest takes, at most ten times a second.
  ///
  /// - Parameters:
  ///   - done: How many are done.
  ///   - total: Of how many, if that is known.
  ///   - skipped: How many of those done had been done before and cost nothing.
  func update(done: Int, of total: Int?, skipped: Int) {
    guard Console.errorIsTerminal else { return }
    let now = Monotonic.seconds
    guard now - lastDrawn > 0.1, now - start > 0.3 else { return }
    lastDrawn = now
    let rate = Double(done - skipped) / (now - start)
    var text = "\(done)"
    if let total {
      let width = 24
      let filled = min(width, width * done / max(1, total))
      text =
        String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        + " \(done) of \(total)"
      if rate > 0 {
        let left = Int(Double(total - done) / rate + 0.5)
        text += left < 100 ? ", \(left) s left" : ", \((left + 30) / 60) min left"
      }
    }
    Console.writeError("\r\u{1B}[K\(title) \(text), \(Int(rate * 10 + 0.5) / 10) a second")
  }

  /// Removes the bar.
  func clear() {
    guard lastDrawn > 0 else { return }
    Console.writeError("\r\u{1B}[K")
    lastDrawn = 0
  }
}

/// A clock that is never set back.
enum Monotonic {
  static var seconds: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
