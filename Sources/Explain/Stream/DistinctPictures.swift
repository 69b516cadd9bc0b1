import Files

/// The pictures of a run that draws into a folder, without its drawings and repetitions.
///
/// Without such a folder, all pictures are returned as named.
package final class DistinctPictures: Sequence, IteratorProtocol {
  private var names: PictureNames
  private let drawings: DrawingLedger?
  private let reserve: (PictureName) -> Void
  private var seen: Set<ExactName> = []

  /// The number left out because they are drawings that were made here.
  package private(set) var drawingCount = 0

  /// The number left out because they came before.
  package private(set) var repetitionCount = 0

  /// - Parameters:
  ///   - names: The pictures as requested.
  ///   - drawings: The drawings in the folder; nil without one.
  ///   - reserve: Gives a picture the place of its drawing when it is taken, in the order of the
  ///     names; not called without a folder.
  package init(
    _ names: PictureNames, drawings: DrawingLedger?,
    reserve: @escaping (PictureName) -> Void = { _ in }
  ) {
    self.names = names
    self.drawings = drawings
    self.reserve = reserve
  }

  /// The next picture; nil at the end.
  package func next() -> PictureName? {
    while let name = names.next() {
      guard let drawings else { return name }
      if let file = FileIdentity(name.path), drawings.holds(file) {
        drawingCount += 1
      } else if !seen.insert(FileName.normal(name.path)) {
        repetitionCount += 1
      } else {
        reserve(name)
        return name
      }
    }
    return nil
  }
}
