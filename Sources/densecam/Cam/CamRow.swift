import Explain
import FoundationEssentials
import Net
import Report

/// The row of `densecam cam` for one picture.
///
/// Scripts rely on its JSON; see ARCHITECTURE.md.
struct CamRow: Codable {
  struct Entry: Codable {
    var index: Int
    var label: String
    var probability: Double
    var logit: Double

    /// The row and column of the map's largest value.
    var peak: [Int]?

    /// The rows and columns of the map.
    var size: [Int]

    /// Whether all of the map has one value, so that it is drawn as empty.
    var isFlat: Bool?
  }

  var image: String

  /// The classes that were mapped, the most likely one first.
  var top: [Entry]
  var output: String?

  init(_ maps: PictureMaps, output: String?) {
    image = maps.source
    top = maps.entries.map { entry in
      Entry(
        index: entry.classIndex, label: entry.label ?? "", probability: entry.probability,
        logit: entry.logit, peak: entry.map.peak.map { [$0.row, $0.column] },
        size: [entry.map.height, entry.map.width],
        isFlat: entry.map.values.allSatisfy { $0 == entry.map.values[0] } ? true : nil)
    }
    self.output = output
  }

  /// A line for the picture and one for each class.
  var lines: [String] {
    var lines = [image + (output.map { " → \($0)" } ?? "")]
    for entry in top {
      var place = "no peak"
      if entry.isFlat == true {
        place = "flat map, drawn as empty"
      } else if let peak = entry.peak {
        place =
          "peak at row \(peak[0]), column \(peak[1]) of \(entry.size[0])×\(entry.size[1])"
      }
      lines.append("  \(NumberText.fixed(entry.probability, 3))  \(entry.label)  \(place)")
    }
    return lines
  }
}

extension CamRow.Entry {
  /// Reads a row of a journal, which may have been edited since.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    index = try container.decode(Int.self, forKey: .index)
    label = try container.decode(String.self, forKey: .label)
    probability = try container.decode(Double.self, forKey: .probability)
    logit = try container.decode(Double.self, forKey: .logit)
    peak = try container.decodeIfPresent([Int].self, forKey: .peak)
    size = try container.decode([Int].self, forKey: .size)
    isFlat = try container.decodeIfPresent(Bool.self, forKey: .isFlat)
    guard size.count == 2, peak?.count ?? 2 == 2 else {
      throw DecodingError.dataCorruptedError(
        forKey: .size, in: container, debugDescription: "a map has rows and columns")
    }
  }
}
