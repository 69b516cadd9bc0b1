import Testing

@testable import Explain

@Suite struct LocalizationClassMappingTests {
  static let labels = [
    "n01440764 tench, Tinca tinca", "n02012849 crane", "n03126707 crane", "red square",
    "n02113186 Cardigan, Cardigan Welsh corgi", "n02963159 cardigan", "n00000000",
    "blue disc, disc", "/m/01yrx\tHouse cat, mouser", "n02084071\tdog", "\tno id",
  ]

  @Test(
    arguments: [
      ("n01440764 tench, Tinca tinca", 0), ("N01440764", 0), ("tench", 0), ("TINCA TINCA", 0),
      (" tench ", 0), ("tench, tinca tinca", 0), ("tinca", nil), ("crane", nil), ("n02012849", 1),
      ("n03126707 crane", 2), ("Red Square", 3), ("red", nil), ("cardigan", nil),
      ("Cardigan Welsh corgi", 4), ("n02963159", 5), ("", nil), (" ", nil), ("disc", 7),
      ("n00000000", 6), ("blue disc, disc", 7),
      ("/M/01yrx", 8), ("house cat", 8), ("mouser", 8), ("cat", nil), ("dog", 9),
      ("n02084071", 9), ("n02084071\tdog", 9), ("no id", 10),
    ] as [(String, Int?)])
  func names(_ name: String, _ expected: Int?) {
    #expect(ClassMapping.classIndex(named: name, in: Self.labels) == expected)
  }

  @Test(
    arguments: [
      ("n01440764 tench, Tinca tinca", "n01440764", "tench, Tinca tinca"),
      ("n01440764\ttench", "n01440764", "tench"), ("7\tgreen bag\t", "7", "green bag"),
      ("green bag", nil, "green bag"), ("n0144076 tench", nil, "n0144076 tench"),
      ("n01440764", "n01440764", ""), ("n٠١٤٤٠٧٦٤ tench", nil, "n٠١٤٤٠٧٦٤ tench"), ("", nil, ""),
      ("  red  square \r", nil, "red  square"),
    ] as [(String, String?, String)])
  func partsOfALabel(_ line: String, _ identifier: String?, _ name: String) {
    let label = ClassLabel(line)
    #expect(label.identifier == identifier)
    #expect(label.name == name)
  }

  private func categories(_ named: [(Int, String)]) throws -> [BoxAnnotations.Category] {
    let list = named.map { "{\"id\": \($0.0), \"name\": \"\($0.1)\"}" }.joined(separator: ",")
    let json = "{\"images\": [], \"annotations\": [], \"categories\": [\(list)]}"
    return try BoxAnnotations(json: Array(json.utf8), path: "boxes.json").categories
  }

  @Test func byName() throws {
    let mapping = ClassMapping(
      categories: try categories([(1, "tench"), (2, "Tinca tinca"), (90, "red square")]),
      labels: Self.labels, classCount: 8)
    #expect(mapping.indices == [1: 0, 2: 0, 90: 3])
    #expect(throws: Never.self) { try mapping.requireAll(path: "boxes.json") }
  }

  @Test func byNumberWithoutLabels() throws {
    let mapping = ClassMapping(
      categories: try categories([(0, "a"), (7, "b"), (8, "tench"), (-1, "c")]), labels: [],
      classCount: 8)
    #expect(mapping.indices == [0: 0, 7: 7])
    #expect(mapping.unmatched.map(\.category.id) == [8, -1])
  }

  @Test func unmatched() throws {
    let mapping = ClassMapping(
      categories: try categories([(1, "tench"), (2, "crane"), (3, "unicorn")]),
      labels: Self.labels, classCount: 8)
    #expect(mapping.indices == [1: 0])
    #expect(mapping.unmatched.map(\.candidates) == [[1, 2], []])
    let error = try #require(throws: AnnotationError.self) {
      try mapping.requireAll(path: "boxes.json")
    }
    #expect(error.code == .unmatchedCategory)
    #expect(error.cause.contains("\"crane\" (id 2), which is 2 classes: [1, 2]"))
    #expect(error.cause.contains("\"unicorn\" (id 3)"))
    #expect(!error.cause.contains("tench"))
  }

  @Test func longListsAreCutShort() throws {
    let mapping = ClassMapping(
      categories: try categories((0..<25).map { ($0, "x\($0)") }), labels: Self.labels,
      classCount: 8)
    let error = try #require(throws: AnnotationError.self) { try mapping.requireAll(path: "f") }
    #expect(error.cause.contains("\"x9\"") && !error.cause.contains("\"x10\""))
    #expect(error.cause.hasSuffix("and 15 more"))
  }
}
