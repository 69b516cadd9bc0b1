package import Explain

extension PictureRow {
  /// A line for the picture and one for each class.
  package var lines: [String] {
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
