/// Draws the pictures of a ``PictureRun`` in two stages: places are given in order, drawings are made in
/// parallel.
///
/// - `Place` is where a drawing goes.
/// - `Drawing` is what is kept of it in memory.
package struct DrawingSink<Place: Sendable, Drawing: Sendable> {
  /// Returns where the drawing of a picture goes.
  ///
  /// Called on the thread that called ``PictureRun/run(_:)``, in the order of the names, and not for a
  /// picture without maps. A picture for which it throws fails.
  package let place: (PictureName) throws -> Place

  /// Draws a picture; when it returns, the drawing is on disk.
  ///
  /// Called on any thread, for several pictures at a time and in any order. A picture for which it throws
  /// fails.
  package let draw: @Sendable (ExplainedPicture, Place) throws -> Drawing

  package init(
    place: @escaping (PictureName) throws -> Place,
    draw: @escaping @Sendable (ExplainedPicture, Place) throws -> Drawing
  ) {
    self.place = place
    self.draw = draw
  }
}
