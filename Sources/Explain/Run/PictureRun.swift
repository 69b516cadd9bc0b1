package import Net

/// A run of many pictures: from names to drawings, maps, rows and scores, by way of sinks.
///
///     names ─ PictureStream ─ admit ─ MapMaker, one a backend ─ place ─ draw ─ row ─ sinks
///             threads         └── the caller's thread, in order ────┘   threads      in order
///
/// A picture reaches the sinks when it is drawn and scored, so a sink refers only to what is on disk. The
/// sinks are called in the order in which they are listed: one that keeps rows comes after all whose work
/// the rows refer to.
///
/// Whatever `admit`, the maps, `place` or `draw` throw makes that picture fail, as does a file that cannot
/// be read. The others continue, and sinks get the failure at the picture's place in the order.
///
/// Costs the network once for each backend and batch, and what the method of the maps needs; memory in
/// flight is bounded as in ``PictureStream``, and nothing of a picture is kept after the sinks have had
/// it.
package struct PictureRun<Place: Sendable, Drawing: Sendable, Row: Sendable> {
  /// How maps are made, one per backend; drawings show those of the first.
  package let makers: [MapMaker]
  package let preprocessing: Preprocessing
  package let classes: MappedClasses
  package let drawing: DrawingSink<Place, Drawing>

  /// Makes the row of a picture, on any thread, when it is drawn.
  package let row: @Sendable (ExplainedPicture, Place) -> Row

  /// Boxes whose classes are mapped and whose maps are scored; ``BoxScores/sink()`` adds the scores up.
  package var boxes: BoxScores?

  /// Looks at a picture before any map of it is made.
  package var admit: (PictureName, PreparedPicture) throws -> Void = { _, _ in }

  /// Called with the passes over a picture by methods that run the network again.
  package var progress: ExplainProgress?

  /// The row of a picture that has been done before, which is not done again; must be the same at each
  /// call.
  package var known: (PictureName) -> Row? = { _ in nil }

  /// Called between batches; once it returns true, only pictures that have gone through the network follow.
  package var isCancelled: () -> Bool = { false }

  /// The sinks that get the results, in this order.
  package var sinks: [ResultSink<Row, Drawing>] = []

  private typealias Explanation = (picture: ExplainedPicture, place: Place)

  private enum Outcome: Sendable {
    case new(PictureResult<Row, Drawing>)
    case known(Row)
  }

  /// - Parameters:
  ///   - makers: How maps are made, one per backend.
  ///   - preprocessing: How pictures are prepared.
  ///   - classes: Which classes are mapped.
  ///   - drawing: The sink that draws them.
  ///   - row: Makes the row of a picture.
  /// - Precondition: There is at least one maker.
  package init(
    makers: [MapMaker], preprocessing: Preprocessing, classes: MappedClasses,
    drawing: DrawingSink<Place, Drawing>,
    row: @escaping @Sendable (ExplainedPicture, Place) -> Row
  ) {
    precondition(!makers.isEmpty, "nothing makes maps")
    self.makers = makers
    self.preprocessing = preprocessing
    self.classes = classes
    self.drawing = drawing
    self.row = row
  }

  /// Takes all pictures through the network, and settles the sinks.
  ///
  /// - Parameter names: The pictures; taken one after the other, as capacity allows.
  /// - Throws: Errors from a sink, or ``GraphError`` or ``KernelError`` if no picture can be run; the
  ///   sinks are then not settled.
  package func run(_ names: some Sequence<PictureName>) throws {
    let (draw, row, preprocessing) = (drawing.draw, row, preprocessing)
    let settings = boxes?.settings
    let stream = PictureStream<Explanation, Outcome>(
      explainer: makers[0].explainer, preprocessing: preprocessing,
      explain: { try explain($0, $1, $2) },
      finish: { name, _, _, explanation in
        let (picture, place) = explanation
        let drawing = try draw(picture, place)
        return .new(
          PictureResult(
            name: name, row: row(picture, place), maps: picture.maps, drawing: drawing,
            outcomes: settings.map { picture.outcomes(preprocessing, settings: $0) } ?? []))
      })
    try stream.run(
      names, known: { name in known(name).map { .known($0) } }, isCancelled: isCancelled,
      emit: { name, result in
        switch result {
        case .success(.new(let result)): for sink in sinks { try sink.take(result) }
        case .success(.known(let row)): for sink in sinks { try sink.takeKnown(row) }
        case .failure(let error): for sink in sinks { try sink.fail(name, error) }
        }
      })
    for sink in sinks { try sink.settle() }
  }

  /// Makes the maps of one batch.
  private func explain(
    _ names: [PictureName], _ pictures: [PreparedPicture], _ inferences: [Inference]
  ) throws -> [Result<Explanation, any Error>] {
    // The other backends run the pictures as well.
    let others = try makers.dropFirst().map { try $0.explainer.run(pictures.map(\.input)) }
    return names.indices.map { index in
      Result {
        try explain(
          names[index], pictures[index], [inferences[index]] + others.map { $0[index] })
      }
    }
  }

  /// Makes the maps of one picture.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - picture: The picture.
  ///   - inferences: The network's results for it, one per backend.
  /// - Returns: The picture with its maps, and where its drawing goes.
  /// - Throws: The error that makes the picture fail.
  private func explain(
    _ name: PictureName, _ picture: PreparedPicture, _ inferences: [Inference]
  ) throws -> Explanation {
    try admit(name, picture)
    let boxes = try boxes?.boxes(of: name, picture) ?? []
    let wanted = classes.named + boxes.map(\.classIndex)
    let maps = try zip(makers, inferences).map { maker, inference in
      try maker.maps(
        source: name.path, picture: picture, inference: inference, topCount: classes.topCount,
        classes: wanted, label: classes.labels.name, progress: progress)
    }
    let visible = try zip(makers, maps).map { maker, maps in
      Dictionary(
        try maps.entries.map {
          ($0.classIndex, try maker.visibleMap($0.map, of: inferences[0]))
        }, uniquingKeysWith: { first, _ in first })
    }
    let explained = ExplainedPicture(
      name: name, picture: picture, inference: inferences[0], maps: maps[0], visible: visible,
      boxes: boxes)
    return (explained, try drawing.place(name))
  }
}
