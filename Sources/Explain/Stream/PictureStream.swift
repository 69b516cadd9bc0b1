import Kernels
package import Net

/// Takes many pictures through a network: decoding, running and finishing overlap.
///
///     names ─ decode (threads) ─ batches ─ network (the caller's thread and its team)
///           ─ finish (threads) ─ emit, in the order of the names
///
/// Work in flight is bounded by a few batches, so memory does not grow with the number of pictures.
/// A picture that fails is emitted as a failure in order, and the others continue.
///
/// - `Explanation` is the result of a picture in the network, such as its maps.
/// - `Output` is what is kept of it when it is finished, such as the name of its drawing.
package struct PictureStream<Explanation: Sendable, Output: Sendable> {
  /// The explainer that runs the pictures.
  package let explainer: Explainer

  /// How they are prepared.
  package let preprocessing: Preprocessing

  /// The threads that decode and those that finish; as many as the network's team unless set.
  package var threads: Int

  /// Makes explanations of the pictures of one batch, on the caller's thread and in the order of the
  /// names; one result per picture.
  package let explain: Explain

  package typealias Explain =
    ([PictureName], [PreparedPicture], [Inference]) throws -> [Result<Explanation, any Error>]

  /// Finishes one picture, on any thread.
  package let finish:
    @Sendable (_ name: PictureName, PreparedPicture, Inference, Explanation) throws -> Output

  package init(
    explainer: Explainer, preprocessing: Preprocessing,
    explain: @escaping Explain,
    finish:
      @escaping @Sendable (_ name: PictureName, PreparedPicture, Inference, Explanation) throws ->
      Output
  ) {
    self.explainer = explainer
    self.preprocessing = preprocessing
    threads = explainer.team.count
    self.explain = explain
    self.finish = finish
  }

  private typealias Decoded = (name: PictureName, picture: Result<PreparedPicture, any Error>?)

  /// A picture to be finished, or what is emitted instead.
  private enum Task: Sendable {
    case finish(PictureName, PreparedPicture, Inference, Explanation)
    case pass(PictureName, Result<Output, any Error>)
  }

  /// Runs all pictures.
  ///
  /// - Parameters:
  ///   - names: The pictures. One name after the other is taken, as capacity allows.
  ///   - known: The output of a picture that has been done before, which is emitted again and not
  ///     computed.
  ///   - isCancelled: Called between batches; once it returns true, pictures that have gone through the
  ///     network are finished and emitted, and no others.
  ///   - emit: Called on the caller's thread in the order of the names.
  /// - Throws: Errors from `emit`, or ``GraphError`` or ``KernelError`` if no picture can be run.
  package func run(
    _ names: some Sequence<PictureName>, known: @escaping (PictureName) -> Output? = { _ in nil },
    isCancelled: () -> Bool = { false },
    emit: (_ name: PictureName, Result<Output, any Error>) throws -> Void
  ) throws {
    let preprocessing = preprocessing
    let finish = finish
    let decoders = try OrderedWorkers<(PictureName, isKnown: Bool), Decoded>(count: threads) {
      name, isKnown in
      (name, isKnown ? nil : Result { try preprocessing.prepare(name.path) })
    }
    let finishers = try OrderedWorkers<Task, (PictureName, Result<Output, any Error>)>(
      count: threads
    ) { task in
      switch task {
      case .finish(let name, let picture, let inference, let explanation):
        (name, Result { try finish(name, picture, inference, explanation) })
      case .pass(let name, let result): (name, result)
      }
    }
    let window = 2 * explainer.batch + threads
    var source = names.makeIterator()
    var isExhausted = false
    /// Decoded pictures that wait for the rest of their batch, or that did not fit into the last.
    var waiting: [Decoded] = []

    func refill() {
      while !isExhausted, decoders.countInFlight < window {
        guard let name = source.next() else {
          isExhausted = true
          return
        }
        decoders.submit((name, known(name) != nil))
      }
    }
    func emitFinished(atMost limit: Int) throws {
      while finishers.countInFlight > limit, let (name, result) = finishers.take() {
        try emit(name, result)
      }
      while let (name, result) = finishers.takeIfReady() { try emit(name, result) }
    }

    while !isCancelled() {
      refill()
      fill(&waiting, from: decoders, refill: refill)
      guard !waiting.isEmpty else { break }
      for task in try run(&waiting, known: known) { finishers.submit(task) }
      try emitFinished(atMost: window)
    }
    try emitFinished(atMost: 0)
  }

  /// Takes decoded pictures until there is a batch of one shape, or one of another shape, or no more.
  private func fill(
    _ waiting: inout [Decoded],
    from decoders: OrderedWorkers<(PictureName, isKnown: Bool), Decoded>, refill: () -> Void
  ) {
    // A picture that does not need the network does not fill a batch, but must not pile up either.
    while waiting.count < 4 * explainer.batch {
      let shapes = waiting.compactMap { try? $0.picture?.get().input.shape }
      if shapes.count >= explainer.batch || shapes.first != shapes.last { return }
      guard let next = decoders.take() else { return }
      waiting.append(next)
      refill()
    }
  }

  /// Runs the first batch of those that wait, and removes it and everything before its end.
  private func run(_ waiting: inout [Decoded], known: (PictureName) -> Output?) throws -> [Task] {
    var names: [PictureName] = []
    var pictures: [PreparedPicture] = []
    var count = 0
    for decoded in waiting {
      if case .success(let picture) = decoded.picture {
        guard pictures.count < explainer.batch,
          picture.input.shape == pictures.first?.input.shape ?? picture.input.shape
        else { break }
        names.append(decoded.name)
        pictures.append(picture)
      }
      count += 1
    }
    let part = waiting[..<count]
    waiting.removeFirst(count)
    let inferences = try explainer.run(pictures.map(\.input))
    var explained = zip(
      zip(pictures, inferences),
      pictures.isEmpty ? [] : try explain(names, pictures, inferences)
    ).makeIterator()
    return part.map { decoded in
      switch decoded.picture {
      case nil:
        .pass(decoded.name, Result { try known(decoded.name).orThrow(decoded.name) })
      case .failure(let error): .pass(decoded.name, .failure(error))
      case .success:
        switch explained.next() {
        case ((let picture, let inference), .success(let explanation))?:
          .finish(decoded.name, picture, inference, explanation)
        case (_, .failure(let error))?: .pass(decoded.name, .failure(error))
        case nil:
          .pass(
            decoded.name, .failure(PictureListError(description: "\(decoded.name.path): no result"))
          )
        }
      }
    }
  }
}

extension Optional {
  /// The value; its owner has announced that there is one.
  fileprivate func orThrow(_ name: PictureName) throws -> Wrapped {
    guard let self else {
      throw PictureListError(description: "\(name.path): what was done before is gone")
    }
    return self
  }
}
