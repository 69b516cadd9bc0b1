/// The results that a ``PictureRun`` keeps of a picture.
package struct PictureResult<Row: Sendable, Drawing: Sendable>: Sendable {
  package let name: PictureName

  /// Its row.
  package let row: Row

  /// The maps of the first backend.
  package let maps: PictureMaps

  /// What is kept of its drawing, which is on disk by now.
  package let drawing: Drawing

  /// The outcomes of its maps, one list per backend; empty unless the run has boxes.
  package let outcomes: [[LocalizationOutcome]]
}
