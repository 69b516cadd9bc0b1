import FoundationEssentials
import Imaging
import Net
import Report

/// What `densecam cam` found in one picture.
struct CamResult {
  struct Entry {
    var label: String
    var probability: Double
    var logit: Double
    var map: ClassActivationMap

    /// Whether all of the map has one value, so that it is drawn as empty.
    var isFlat: Bool { map.values.allSatisfy { $0 == map.values[0] } }
  }

  var image: String
  var output: String?
  var top: [Entry]

  func written(to path: String) -> CamResult {
    var copy = self
    copy.output = path
    return copy
  }

  /// The overlays of all classes, side by side.
  func figure(on picture: Picture) -> RGBImage {
    let panels = top.map { entry in
      picture.overlay(
        of: Plane(width: entry.map.width, height: entry.map.height, values: entry.map.values)
      ).image
    }
    let width = picture.width * panels.count
    var pixels = [UInt8](repeating: 0, count: 3 * width * picture.height)
    for (index, panel) in panels.enumerated() {
      let source = panel.pixels
      for y in 0..<picture.height {
        let from = 3 * y * picture.width
        let to = 3 * (y * width + index * picture.width)
        pixels.replaceSubrange(
          to..<(to + 3 * picture.width), with: source[from..<(from + 3 * picture.width)])
      }
    }
    return RGBImage(width: width, height: picture.height, pixels: pixels)
  }

  /// The JSON that scripts rely on; see ARCHITECTURE.md.
  static func json(_ results: [CamResult]) throws -> String {
    struct Row: Encodable {
      var index: Int
      var label: String
      var probability: Double
      var logit: Double
      var peak: [Int]?
    }
    struct Picture: Encodable {
      var image: String
      var top: [Row]
      var output: String?
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let pictures = results.map { result in
      Picture(
        image: result.image,
        top: result.top.map { entry in
          Row(
            index: entry.map.classIndex, label: entry.label, probability: entry.probability,
            logit: entry.logit, peak: entry.map.peak.map { [$0.row, $0.column] })
        },
        output: result.output)
    }
    return String(decoding: try encoder.encode(pictures), as: UTF8.self)
  }

  static func table(_ results: [CamResult]) -> String {
    var lines: [String] = []
    for result in results {
      lines.append("\(result.image) → \(result.output ?? "")")
      for entry in result.top {
        let peak = entry.map.peak.map { "peak at row \($0.row), column \($0.column)" } ?? ""
        lines.append(
          "  \(NumberText.fixed(entry.probability, 3))  \(entry.label)  "
            + (entry.isFlat
              ? "flat map, drawn as empty"
              : "\(peak) of "
                + "\(entry.map.height)×\(entry.map.width)"))
      }
    }
    return lines.joined(separator: "\n")
  }
}
