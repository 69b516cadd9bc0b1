import FoundationEssentials
import Glibc

/// Writes a line to standard error.
func printError(_ text: String) {
  Console.writeError(text.hasSuffix("\n") ? text : text + "\n")
}

/// What the terminal is and wants.
enum Console {
  /// Writes to standard error as it is, at once.
  static func writeError(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe write(STDERR_FILENO, $0.baseAddress, $0.count)
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// Whether to colour what goes to standard output; see no-color.org.
  static var usesColor: Bool {
    guard outputIsTerminal else { return false }
    guard let value = unsafe getenv("NO_COLOR") else { return true }
    return unsafe value.pointee == 0
  }

  /// The command as it was called, without the folders of this machine.
  static var commandLine: String {
    CommandLine.arguments.map { argument in
      argument.split(separator: "/").last.map(String.init) ?? argument
    }.joined(separator: " ")
  }

  /// Now, or the time that `SOURCE_DATE_EPOCH` gives for reproducible files; UTC, as ISO 8601 has it.
  static var timestamp: String {
    let epoch = unsafe getenv("SOURCE_DATE_EPOCH").flatMap { unsafe Double(String(cString: $0)) }
    return (epoch.map { Date(timeIntervalSince1970: $0) } ?? Date()).formatted(.iso8601)
  }

  /// The columns of the terminal, or what `COLUMNS` says where there is none; nil if nothing tells.
  static var columns: Int? {
    var size = winsize()
    if unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 {
      return Int(size.ws_col)
    }
    guard let value = unsafe getenv("COLUMNS") else { return nil }
    return Int(unsafe String(cString: value)).flatMap { (40...1000).contains($0) ? $0 : nil }
  }
}

/// A bar on standard error for long work; nothing if that is no terminal.
final class ProgressBar {
  private let title: String
  private let start = Monotonic.seconds
  private var lastDrawn = 0.0

  init(_ title: String) { self.title = title }

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

/// A clock that never goes back.
enum Monotonic {
  static var seconds: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
