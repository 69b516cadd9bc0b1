/// Where the results of a ``PictureRun`` go: one of several that are told of every picture in turn.
///
/// All functions are called on the thread that called ``PictureRun/run(_:)``, one at a time. Of each picture
/// a sink is told once, in the order of the names, by one of the first three. What a sink throws ends
/// the run: the sinks behind it are not told of that picture, and none is told of another.
package struct ResultSink<Row: Sendable, Drawing: Sendable> {
  /// Takes the result of a picture.
  package var take: (PictureResult<Row, Drawing>) throws -> Void

  /// Takes the row of a picture that had been done before this run, and was not done again.
  package var takeKnown: (Row) throws -> Void

  /// Is told why a picture has no result; the run goes on unless it throws.
  package var fail: (PictureName, any Error) throws -> Void

  /// Is told that no picture follows, because there are no more or the run was cancelled.
  package var settle: () throws -> Void

  /// Makes a sink of what it does; what is left out is nothing.
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
