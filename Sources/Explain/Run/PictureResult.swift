/// What is left of a picture when it has gone through a ``PictureRun``.
package struct PictureResult<Row: Sendable, Drawing: Sendable>: Sendable {
  package let name: PictureName

  /// What is said of it.
  package let row: Row

  /// The maps of the first backend.
  package let maps: PictureMaps

  /// What is left of its drawing, which is on disk by now.
  package let drawing: Drawing

  /// How its maps hold against its boxes, a list a backend; empty unless the run has boxes.
  package let outcomes: [[LocalizationOutcome]]
}
