/// A consumer of the results of a ``PictureRun``, one of several that get every picture.
///
/// All functions are called on the thread that called ``PictureRun/run(_:)``, one at a time. For each
/// picture one of the first three is called once, in the order of the names. An error from a sink ends the
/// run: later sinks do not get that picture, and none gets another.
package struct ResultSink<Row: Sendable, Drawing: Sendable> {
  /// Takes the result of a picture.
  package var take: (PictureResult<Row, Drawing>) throws -> Void

  /// Takes the row of a picture that had been done before this run, and was not done again.
  package var takeKnown: (Row) throws -> Void

  /// Takes the reason why a picture has no result; the run continues unless it throws.
  package var fail: (PictureName, any Error) throws -> Void

  /// Called when no picture follows, because there are no more or the run was cancelled.
  package var settle: () throws -> Void

  /// Makes a sink from functions; those left out do nothing.
  package init(
    take: @escaping (PictureResult<Row, Drawing>) throws -> Void = { _ in },
    takeKnown: @escaping (Row) throws -> Void = { _ in },
    fail: @escaping (PictureName, any Error) throws -> Void = { _, _ in },
    settle: @escaping () throws -> Void = {}
  ) {
    self.take = take
    self.takeKnown = takeKnown
    self.fail = fail
    self.settle = settle
  }
}
