import Explain
import Figures
import Imaging
import Net

/// How the maps of a picture become a drawing.
struct CamDrawing: Sendable {
  var style: FigureOptions.Style
  var palette: Palette
  var opacity: Double
  var scale: Int?
  var columns: Int?

  /// The format of drawings that are written to a folder.
  var format: FigureFormat

  /// The format of drawings at a place: that of the folder, or the one that the file's name specifies.
  ///
  /// - Throws: `FigureError` if there is no such format, ``UsageError`` if the style cannot be drawn in it.
  func format(of output: String, isFolder: Bool) throws -> FigureFormat {
    let format = isFolder ? format : try FigureFormat(path: output)
    guard style != .plain || format == .png else {
      throw UsageError("--style plain is drawn as PNG")
    }
    return format
  }

  /// Draws the maps of one picture, as the file that a path names.
  ///
  /// - Throws: `FigureError` or `ImageError`.
  func bytes(_ photo: Figure.Photo, for path: String) throws -> [UInt8] {
    switch style {
    case .plain: try strip(photo).pngBytes(name: path)
    case .seed: try figure([photo], .seed).bytes(as: FigureFormat(path: path))
    case .panels: try figure([photo], .panels).bytes(as: FigureFormat(path: path))
    }
  }

  /// Draws many photos on one sheet.
  ///
  /// - Parameters:
  ///   - photos: The photos, in order.
  ///   - path: The sheet; its name decides the format.
  ///   - replacing: Whether a file of that name is replaced.
  /// - Throws: `FigureError` or `ImageError`.
  func writeSheet(_ photos: [Figure.Photo], to path: String, replacing: Bool) throws {
    let bytes = try figure(photos, .sheet).bytes(as: FigureFormat(path: path))
    try replaceFile(at: path, with: bytes, replacing: replacing)
  }

  private func figure(_ photos: [Figure.Photo], _ style: Figure.Style) -> Figure {
    var figure = Figure(photos, style: style)
    figure.palette = palette
    figure.opacity = opacity
    figure.scale = scale
    figure.columns = columns
    return figure
  }

  /// The overlays of all classes side by side, pixel for pixel and without text, which needs no fonts.
  private func strip(_ photo: Figure.Photo) -> RGBImage {
    let picture = photo.picture
    let panels = photo.classes.map {
      picture.overlay(of: $0.map, palette: palette, opacity: opacity).image.pixels
    }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * panels.count * picture.width * picture.height)
    for y in 0..<picture.height {
      for panel in panels {
        pixels += panel[(3 * y * picture.width)..<(3 * (y + 1) * picture.width)]
      }
    }
    return RGBImage(
      width: picture.width * panels.count, height: picture.height, pixels: pixels)
  }
}

extension Figure.Photo {
  /// The parts of the first backend's maps that cover the picture.
  init(_ explained: ExplainedPicture) {
    let visible = explained.visible.first ?? [:]
    self.init(
      explained.picture.picture, name: explained.name.relativePath,
      classes: explained.maps.entries.map { entry in
        let map = visible[entry.classIndex] ?? entry.map
        return Figure.ClassMap(
          entry.label ?? "", probability: entry.probability,
          map: Plane(width: map.width, height: map.height, values: map.values))
      })
  }
}
