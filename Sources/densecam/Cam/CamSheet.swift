import Explain
import Figures

/// The one drawing of all pictures of `--sheet`.
final class CamSheet {
  /// The photos of one sheet.
  static let limit = 100

  let path: String

  /// Whether an existing file is replaced.
  private let isReplacing: Bool

  private var photos: [Figure.Photo] = []
  private var hasTooMany = false

  init(path: String, isReplacing: Bool) {
    self.path = path
    self.isReplacing = isReplacing
  }

  /// Keeps the photos of a run, as many as the sheet has room for.
  var sink: CamSink {
    CamSink(take: { result in
      guard let photo = result.drawing else { return }
      if self.photos.count < Self.limit {
        self.photos.append(photo)
      } else {
        self.hasTooMany = true
      }
    })
  }

  /// Draws and writes the sheet, unless there is no photo.
  ///
  /// - Throws: `FigureError` or `ImageError`, or ``UsageError`` if there were more photos than it shows.
  func write(_ drawing: CamDrawing) throws {
    guard !photos.isEmpty else { return }
    try drawing.writeSheet(photos, to: path, replacing: isReplacing)
    if hasTooMany {
      throw UsageError("\(path): shows the first \(Self.limit) pictures; that is the limit")
    }
  }
}
