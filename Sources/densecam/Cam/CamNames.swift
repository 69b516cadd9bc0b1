import Explain
import Files

/// The pictures of a run, without its drawings and without those that come twice.
///
/// Each is given the place of its drawing when it is asked for, in the order of the names.
final class CamNames: Sequence, IteratorProtocol {
  private var names: PictureNames
  private let target: CamTarget?
  private var seen: Set<ExactName> = []

  /// How many were left out, for they are drawings that were made here.
  private(set) var drawings = 0

  /// How many were left out, for they came before.
  private(set) var repetitions = 0

  init(_ names: PictureNames, target: CamTarget?) {
    self.names = names
    self.target = target
  }

  func next() -> PictureName? {
    while let name = names.next() {
      guard let ledger = target?.ledger else { return name }
      if let file = FileIdentity(name.path), ledger.holds(file) {
        drawings += 1
      } else if !seen.insert(FileName.normal(name.path)) {
        repetitions += 1
      } else {
        target?.reserve(name)
        return name
      }
    }
    return nil
  }
}
