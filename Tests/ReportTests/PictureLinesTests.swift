import Explain
import Foundation
import Testing

@testable import Report

@Suite("A picture's lines") struct PictureLinesTests {
  @Test("say which class is where on the map, and where nothing is") func lines() throws {
    let row = try JSONDecoder().decode(
      PictureRow.self,
      from: Data(
        """
        {"image": "a.png", "output": "out/a.png", "top": [
        {"index": 1, "label": "cat", "logit": 2, "probability": 0.75, "peak": [1, 6], "size": [2, 7]},
        {"index": 2, "label": "dog", "logit": 1, "probability": 0.1255, "size": [2, 7], "isFlat": true},
        {"index": 3, "label": "cow", "logit": 0, "probability": 0, "size": [2, 7]}]}
        """.utf8))
    #expect(
      row.lines == [
        "a.png → out/a.png", "  0.750  cat  peak at row 1, column 6 of 2×7",
        "  0.126  dog  flat map, drawn as empty", "  0.000  cow  no peak",
      ])
    var plain = row
    plain.output = nil
    #expect(plain.lines.first == "a.png")
  }
}
