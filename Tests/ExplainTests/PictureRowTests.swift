import Foundation
import Testing

@testable import Explain

@Suite("A row of a run's results") struct PictureRowTests {
  /// A row of a journal with one map.
  static func json(peak: String, size: String) -> Data {
    Data(
      """
      {"image": "a.png", "top": [{"index": 1, "label": "cat", "logit": 2, "probability": 0.5,
      \(peak) "size": \(size)}]}
      """.utf8)
  }

  @Test("is read with a peak and without", arguments: ["\"peak\": [1, 6],", "\"peak\": null,", ""])
  func reads(peak: String) throws {
    let row = try JSONDecoder().decode(PictureRow.self, from: Self.json(peak: peak, size: "[2, 7]"))
    #expect(row.top[0].peak == (peak.contains("[") ? [1, 6] : nil))
  }

  @Test(
    "is refused if it names no place on a map",
    arguments: [("[]", "[2, 7]"), ("[1]", "[2, 7]"), ("[1, 2, 3]", "[2, 7]"), ("[1, 2]", "[7]")])
  func refuses(peak: String, size: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(
        PictureRow.self, from: Self.json(peak: "\"peak\": \(peak),", size: size))
    }
  }
}
