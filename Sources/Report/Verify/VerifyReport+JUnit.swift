import Bench
package import Verify

extension VerifyReport {
  /// The report as JUnit XML: a suite for each backend and case, a test case for each layer and feed, map
  /// and classification.
  ///
  /// FAIL is a failure whose text is enough to act on; what was not run is skipped; other verdicts pass,
  /// and what is to be said of them stands in the test case's output.
  ///
  /// - Parameter rerun: The commands that repeat exactly one layer, given the golden file's path.
  /// - Returns: The document, ending in a line feed.
  package func junit(rerun: (_ golden: String, _ layer: LayerResult) -> [String]) -> String {
    var suites: [Suite] = []
    for backend in backends {
      for golden in goldens {
        for result in golden.cases {
          var suite = Suite(name: "\(backend) \(label(ofCase: result.name, in: golden))")
          let place = "\(golden.path).\(result.name).\(backend)"
          for layer in result.layers where layer.requested == backend {
            let isFailure = layer.verdict == .fail
            suite.add(
              layer, of: result.name, in: place, limits: isFailure ? brokenLimits(of: layer) : [],
              rerun: isFailure ? rerun(golden.path, layer) : [])
          }
          for map in result.maps where map.backend == backend {
            suite.add(
              "map of class \(map.classIndex)", in: place, map.verdict, MapEntry(map).sentence)
          }
          for item in result.classes where item.backend == backend {
            suite.add("classes", in: place, item.verdict, ClassEntry(item).sentence)
          }
          if suite.count > 0 { suites.append(suite) }
        }
      }
    }
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    text += "<testsuites name=\"densecam verify\" tests=\"\(suites.reduce(0) { $0 + $1.count })\""
    text += " failures=\"\(suites.reduce(0) { $0 + $1.failures })\" errors=\"0\">\n"
    for suite in suites {
      text += suite.xml(
        timestamp: context.machine.date, host: context.machine.hostName)
    }
    return text + "</testsuites>\n"
  }

  private struct Suite {
    let name: String
    var count = 0
    var failures = 0
    var skipped = 0
    private var body = ""

    init(name: String) { self.name = name }

    mutating func add(
      _ layer: LayerResult, of caseName: String, in place: String, limits: [String],
      rerun: [String]
    ) {
      let deviation = layer.deviation
      let position = layer.worstPosition.map(String.init).joined(separator: ",")
      var text =
        "[\(position)]: expected \(deviation.expected), got \(deviation.got), "
        + LayerEntry(layer).sentence
      for limit in limits { text += ", \(limit)" }
      if deviation.nonFinite > 0 { text += ", \(deviation.nonFinite) elements not finite" }
      if let fault = layer.memoryFault { text += ", \(fault)" }
      if !layer.executed.isEmpty { text += ", ran on \(layer.executed)" }
      // One problem may be there with several seeds.
      let seed = layer.caseName == caseName ? "" : " \(layer.caseName)"
      add(
        "\(layer.layer)\(seed) [\(layer.feed.rawValue)]", in: place, layer.verdict,
        layer.wasRun ? ([text] + rerun).joined(separator: "\n") : layer.reason ?? "",
        note: layer.reason)
    }

    mutating func add(
      _ name: String, in place: String, _ verdict: Verdict, _ text: String, note: String? = nil
    ) {
      count += 1
      body +=
        "    <testcase classname=\"\(place.xmlEscaped)\" name=\"\(name.xmlEscaped)\" time=\"0\""
      switch verdict {
      case .pass:
        body += "/>\n"
        return
      case .fail:
        failures += 1
        let first = text.split(separator: "\n").first.map(String.init) ?? ""
        body +=
          ">\n      <failure type=\"FAIL\" message=\"\(first.xmlEscaped)\">\(text.xmlEscaped)</failure>\n"
      case .skipped, .unsupported:
        skipped += 1
        let message = "\(verdict.rawValue): \(text)".xmlEscaped
        body += ">\n      <skipped message=\"\(message)\"/>\n"
      case .fellBack, .marginal, .mistrusted:
        let message = "\(verdict.rawValue): \(note ?? text)".xmlEscaped
        body += ">\n      <system-out>\(message)</system-out>\n"
      }
      body += "    </testcase>\n"
    }

    func xml(timestamp: String, host: String) -> String {
      "  <testsuite name=\"\(name.xmlEscaped)\" tests=\"\(count)\" failures=\"\(failures)\" errors=\"0\""
        + " skipped=\"\(skipped)\" time=\"0\" timestamp=\"\(String(timestamp.prefix(19)))\""
        + " hostname=\"\(host.xmlEscaped)\">\n\(body)  </testsuite>\n"
    }
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
