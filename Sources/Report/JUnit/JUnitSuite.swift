import Bench
import Verify

/// A suite of test cases as JUnit XML, in the dialect that Jenkins, GitLab and GitHub's actions read.
///
/// FAIL is a failure, and so is a kernel that did not finish; what was not run or not judged is skipped; other verdicts pass, and what there is to
/// say about them is the test case's output.
struct JUnitSuite {
  let name: String
  private(set) var count = 0
  private(set) var failures = 0
  private var skipped = 0
  private var seconds = 0.0
  private var body = ""

  init(name: String) { self.name = name }

  /// Adds a test case.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - place: Its class name, which readers take apart at the dots.
  ///   - verdict: Its verdict; nil if it was not judged.
  ///   - text: What happened; its first line is the message of a failure.
  ///   - note: What to say instead of `text` unless it failed.
  ///   - seconds: How long it took, 0 if that was not measured.
  mutating func add(
    _ name: String, in place: String, _ verdict: Verdict?, _ text: String, note: String? = nil,
    seconds: Double = 0
  ) {
    count += 1
    self.seconds += seconds
    body +=
      "    <testcase classname=\"\(place.xmlEscaped)\" name=\"\(name.xmlEscaped)\""
      + " time=\"\(Self.text(seconds))\""
    switch verdict {
    case .pass where note == nil:
      body += "/>\n"
      return
    case .fail, .outOfMemory, .timedOut, .crashed:
      failures += 1
      let first = text.split(separator: "\n").first.map(String.init) ?? ""
      body +=
        ">\n      <failure type=\"\(verdict?.rawValue ?? "")\" message=\"\(first.xmlEscaped)\">\(text.xmlEscaped)</failure>\n"
    case .skipped, .unsupported, nil:
      skipped += 1
      let message = "\(verdict?.rawValue ?? "not judged"): \(text)".xmlEscaped
      body += ">\n      <skipped message=\"\(message)\"/>\n"
    case .pass, .fellBack, .marginal, .mistrusted:
      let message = "\(verdict?.rawValue ?? ""): \(note ?? text)".xmlEscaped
      body += ">\n      <system-out>\(message)</system-out>\n"
    }
    body += "    </testcase>\n"
  }

  /// A document of suites; those without test cases are left out.
  static func document(
    _ suites: [JUnitSuite], name: String, machine: MachineDescription
  ) -> String {
    let suites = suites.filter { $0.count > 0 }
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    text +=
      "<testsuites name=\"\(name.xmlEscaped)\" tests=\"\(suites.reduce(0) { $0 + $1.count })\""
    text += " failures=\"\(suites.reduce(0) { $0 + $1.failures })\" errors=\"0\">\n"
    for suite in suites { text += suite.xml(machine) }
    return text + "</testsuites>\n"
  }

  private func xml(_ machine: MachineDescription) -> String {
    "  <testsuite name=\"\(name.xmlEscaped)\" tests=\"\(count)\" failures=\"\(failures)\" errors=\"0\""
      + " skipped=\"\(skipped)\" time=\"\(Self.text(seconds))\""
      + " timestamp=\"\(String(machine.date.prefix(19)))\""
      + " hostname=\"\(machine.hostName.xmlEscaped)\">\n\(body)  </testsuite>\n"
  }

  /// Seconds to the nanosecond, without an exponent, which some readers do not know.
  private static func text(_ seconds: Double) -> String {
    seconds == 0 ? "0" : NumberText.fixed(seconds, 9)
  }
}

extension String {
  /// The text as XML 1.0 may hold it, in an attribute or between tags.
  var xmlEscaped: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t", "\r": result += "&#\(scalar.value);"
      case "\u{20}"..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"..."\u{10FFFF}":
        result.unicodeScalars.append(scalar)
      default: result += "\u{FFFD}"
      }
    }
    return result
  }
}
