import CCPU
import Files

/// Whether the processor's own counters can be read.
package enum HardwareCounters {
  /// One line that says so, or why not.
  package static var line: String {
    let code = ccpu_cycle_counter_error()
    return code == 0
      ? "cycles can be read by perf_event_open"
      : "cycles cannot be read (\(FileError.text(of: code))); the clock is judged by a loop of known length"
  }
}
