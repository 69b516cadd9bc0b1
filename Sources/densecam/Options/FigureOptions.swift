import ArgumentParser
import Explain
import Figures
import Imaging

/// How pictures are drawn.
struct FigureOptions: ParsableArguments {
  /// How single pictures are laid out; a sheet of many has its own option.
  enum Style: String, ExpressibleByArgument, CaseIterable {
    case seed
    case panels
    case plain
  }

  @Option(
    help: ArgumentHelp(
      "seed: overlays with a legend, as the original drew them. panels: picture, grey and overlays with "
        + "a colour bar. plain: overlays alone, a pixel for a pixel.", valueName: "style"))
  var style: Style = .seed

  @Option(
    help: ArgumentHelp(
      "Colours: seed, viridis, turbo, jet or grey; viridis and grey can be read without distinguishing "
        + "colours.", valueName: "name"))
  var palette: String = Palette.Name.seed.rawValue

  @Option(
    help: ArgumentHelp(
      "How much of an overlay is colour, from 0 to 1; the original's is 0.502.", valueName: "share")
  )
  var alpha: Double?

  @Option(help: ArgumentHelp("Pixels drawn for each pixel of a picture.", valueName: "factor"))
  var zoom: Int?

  @Option(help: ArgumentHelp("Pictures in a row.", valueName: "count"))
  var columns: Int?

  @Option(
    help: ArgumentHelp(
      "png, pdf or svg, for pictures that are written to a folder.", valueName: "format"))
  var imageFormat: String = FigureFormat.png.rawValue

  /// The options that decide how drawings look, as they were given; a run is only resumed with the same.
  var summary: String {
    "\(style.rawValue) \(palette) \(alpha ?? -1) \(zoom ?? 0) \(imageFormat)"
  }

  /// The requested options, checked.
  func drawing() throws -> CamDrawing {
    guard let name = Palette.Name(rawValue: palette) else {
      throw UsageError(
        "--palette \(palette): there are "
          + Palette.Name.allCases.map(\.rawValue).joined(separator: ", "))
    }
    let opacity = alpha ?? Overlay.seedOpacity
    guard (0...1).contains(opacity) else { throw UsageError("--alpha takes 0 to 1") }
    if let zoom, !(1...16).contains(zoom) { throw UsageError("--zoom takes 1 to 16") }
    if let columns, !(1...100).contains(columns) { throw UsageError("--columns takes 1 to 100") }
    guard let format = FigureFormat(rawValue: imageFormat.lowercased()) else {
      throw UsageError("--image-format \(imageFormat): give png, pdf or svg")
    }
    return CamDrawing(
      style: style, palette: .named(name), opacity: opacity, scale: zoom, columns: columns,
      format: format)
  }
}
