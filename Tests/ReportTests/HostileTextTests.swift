import FoundationEssentials
import Kernels
import Testing

@testable import Report
@testable import Verify

/// Names come from files of others: none of them may break a format.
@Suite("Hostile names") struct HostileTextTests {
  static let names = [
    "plain", "a,b", "say \"hi\"", "\"", "line\nfeed", "carriage\rreturn", "\r\n", "<&>]]>", "'",
    "🦊",
    "nul\u{0}", "bell\u{7}", "esc\u{1B}[31m", "non\u{FFFE}character\u{FFFF}", "del\u{7F}\u{9F}",
    "mark\"\u{301}", ",\u{301}", "|\u{301}", "<\u{338}", "&\u{301}", "sep\u{2028}\u{2029}\u{85}",
    "\u{202E}turned", "| a | b |", "`x` *y* [z](w)", "=1+1", " spaces ", "", "\\",
  ]

  /// The lines of the report of a harmless name.
  static let lineCount = report("plain").document(all: true) { _, _ in [] }.text().split(
    separator: "\n"
  ).count

  static func report(_ name: String) -> VerifyReport {
    let deviation = Samples.layer("", .isolated, bound: 3, worst: 2).deviation
    let layer = LayerResult(
      caseName: name, layer: name, nodes: [name], operation: "Convolution", problem: name,
      requested: "fast", executed: "fast", refusal: nil, feed: .isolated, deviation: deviation,
      guardsIntact: true, inputIsConstant: false, shape: [1, 3, 4, 5], isStored: true,
      policy: .bound)
    var report = Samples.verifyReport(passes: 0, [layer])
    report.goldens[0].path = name
    report.context.model = name
    report.goldens[0].cases[0].maps = [
      MapComparison(
        caseName: name, backend: "fast", classIndex: 1, label: name, relativeL2: 0, peakShift: 0,
        intersectionOverUnion: 1, identityError: 0)
    ]
    report.goldens[0].cases[0].classes = [
      ClassComparison(
        caseName: name, backend: "fast", top5: [1], goldenTop5: [1], marginUsed: 0)
    ]
    report.goldens[0].cases[0].name = name
    return report
  }

  @Test("stay one field of CSV", arguments: names) func csv(name: String) {
    let rows = VerifyFormatTests.records(Self.report(name).csv())
    #expect(rows.count == 4)
    #expect(Set(rows.map(\.count)).count == 1)
    let layer = rows[0].firstIndex(of: "layer") ?? 0
    let label = rows[0].firstIndex(of: "label") ?? 0
    #expect(rows[1][layer] == name && rows[2][label] == name)
    #expect(rows[1][layer].unicodeScalars.elementsEqual(name.unicodeScalars))
  }

  @Test("stay one line of JSON", arguments: names) func lines(name: String) throws {
    struct Line: Decodable {
      var kind: String
      var layer: String?
    }
    let text = try Self.report(name).jsonLines()
    // As readers split that know more ends of lines than one.
    let lines = text.unicodeScalars.split { $0.isLineEnd }
    let read = try lines.map {
      try JSONDecoder().decode(Line.self, from: Data(String($0).utf8))
    }
    #expect(read.map(\.kind) == ["context", "layer", "cam", "class", "verdict"])
    #expect(read[1].layer == name)
  }

  @Test("come back from JSON", arguments: names) func json(name: String) throws {
    let text = try Self.report(name).json()
    let read = try VerifyReport(json: text, name: name)
    #expect(try read.json() == text)
    #expect(read.goldens[0].cases[0].layers[0].layer == name)
    // It says the same without a character that would steer a terminal.
    #expect(!text.unicodeScalars.contains { $0.isUnshowable && $0 != "\n" })
    let layer = read.goldens[0].cases[0].layers[0].layer
    #expect(layer.unicodeScalars.elementsEqual(name.unicodeScalars))
  }

  @Test("stay one row of Markdown and of a table", arguments: names) func tables(name: String) {
    let document = Self.report(name).document(all: true) { _, _ in [] }
    let pipes = document.markdown().split(separator: "\n").filter { $0.hasPrefix("| ") }.map {
      row in
      var count = 0
      var isEscaped = false
      for scalar in row.unicodeScalars {
        if scalar == "|", !isEscaped { count += 1 }
        isEscaped = scalar == "\\" && !isEscaped
      }
      return count
    }
    // Three tables, each of a head, a rule and a row.
    #expect(pipes.count == 9)
    for table in stride(from: 0, to: 9, by: 3) { #expect(Set(pipes[table..<table + 3]).count == 1) }
    let text = document.text()
    for shown in [text, document.markdown()] {
      #expect(!shown.unicodeScalars.contains { $0.isUnshowable && $0 != "\n" })
    }
    // Three tables and the lines around them, whatever the name.
    #expect(text.split(separator: "\n").count == Self.lineCount)
  }

  @Test("keep JUnit well-formed", arguments: names) func junit(name: String) throws {
    let text = Self.report(name).junit { _, _ in [name] }
    let document = try XMLScan(text)
    #expect(document.elements.first == "testsuites")
    #expect(document.elements.count { $0 == "testcase" } == 3)
    #expect(document.elements.count { $0 == "failure" } == 1)
    let kept = String(
      String.UnicodeScalarView(
        name.unicodeScalars.map { XMLScan.isCharacter($0) ? $0 : "\u{FFFD}" }))
    #expect(document.attributes.contains { $0 == "\(kept) [isolated]" })
  }
}

extension Unicode.Scalar {
  /// As Python's `str.splitlines` has it.
  fileprivate var isLineEnd: Bool {
    switch value {
    case 0xA...0xD, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }
}

/// As much of XML 1.0 as JUnit files use, and no leniency: elements, attributes, references.
struct XMLScan {
  struct Malformed: Error {
    var cause: String
  }

  /// The names of elements in the order in which they start, and the values of all attributes.
  private(set) var elements: [String] = []
  private(set) var attributes: [String] = []
  private var open: [String] = []
  private var rest: Substring.UnicodeScalarView

  static func isCharacter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
  }

  init(_ text: String) throws {
    rest = text[...].unicodeScalars
    guard text.unicodeScalars.allSatisfy(Self.isCharacter) else {
      throw Malformed(cause: "a character that XML forbids")
    }
    try expect("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
    while !rest.isEmpty {
      if rest.first == "<" { try tag() } else { _ = try characters(until: "<") }
    }
    guard open.isEmpty else { throw Malformed(cause: "\(open) not closed") }
  }

  private mutating func expect(_ text: String) throws {
    for scalar in text.unicodeScalars {
      guard rest.popFirst() == scalar else { throw Malformed(cause: "no \(text)") }
    }
  }

  private mutating func tag() throws {
    try expect("<")
    if rest.first == "/" {
      try expect("/")
      guard let last = open.popLast() else { throw Malformed(cause: "nothing to close") }
      try expect(last + ">")
      return
    }
    let name = self.name()
    elements.append(name)
    while rest.first == " " {
      try expect(" ")
      guard !self.name().isEmpty else { throw Malformed(cause: "an attribute without a name") }
      try expect("=\"")
      attributes.append(try characters(until: "\""))
      try expect("\"")
    }
    if rest.first == "/" {
      try expect("/>")
    } else {
      try expect(">")
      open.append(name)
    }
  }

  private mutating func name() -> String {
    let name = rest.prefix { $0.properties.isAlphabetic || $0 == "-" }
    rest = rest.dropFirst(name.count)
    return String(name)
  }

  /// Text up to an end, references replaced.
  private mutating func characters(until end: Unicode.Scalar) throws -> String {
    var result = ""
    while let next = rest.first, next != end {
      rest = rest.dropFirst()
      guard next == "&" else {
        guard next != "<", end != "\"" || Self.isVisible(next) else {
          throw Malformed(cause: "an attribute with \(next.value)")
        }
        result.unicodeScalars.append(next)
        continue
      }
      let reference = String(rest.prefix { $0 != ";" })
      rest = rest.dropFirst(reference.unicodeScalars.count + 1)
      let known: [String: Unicode.Scalar] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#9": "\t", "#10": "\n", "#13": "\r",
      ]
      guard let scalar = known[reference] else { throw Malformed(cause: "&\(reference);") }
      result.unicodeScalars.append(scalar)
    }
    return result
  }

  /// Readers turn a line feed or tab that stands in an attribute into a space.
  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    !"\t\n\r".unicodeScalars.contains(scalar)
  }
}
