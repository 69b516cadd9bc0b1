import Net

/// The row of a picture in the results of a run and in its journal.
///
/// Scripts rely on its JSON; see ARCHITECTURE.md.
package struct PictureRow: Codable, Hashable, Sendable {
  /// A class that was mapped.
  package struct Entry: Codable, Hashable, Sendable {
    package var index: Int
    package var label: String
    package var probability: Double
    package var logit: Double

    /// The row and column of the map's largest value.
    package var peak: [Int]?

    /// The rows and columns of the map.
    package var size: [Int]

    /// Whether all of the map has one value, so that it is drawn as empty.
    package var isFlat: Bool?
  }

  /// The picture's file, as it was named.
  package var image: String

  /// The classes that were mapped, the most likely one first.
  package var top: [Entry]

  /// The file of its drawing.
  package var output: String?

  package init(_ maps: PictureMaps, output: String?) {
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
}

extension PictureRow.Entry {
  /// Reads a row of a journal, which may have been edited since.
  package init(from decoder: any Decoder) throws {
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
