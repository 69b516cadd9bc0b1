import Kernels
import Net

extension GoldenFile {
  /// The shapes of a network's nodes on a case's input, if all that the case stores can be this
  /// network's.
  ///
  /// Only names and shapes are looked at, so that nothing is computed needlessly.
  ///
  /// - Throws: ``GoldenError`` that names what does not fit. For a golden that was not recorded, errors
  ///   from ``Graph/shapes(input:parameters:)``: its input comes from elsewhere.
  func shapes(of goldenCase: GoldenCase, in graph: Graph, parameters: Parameters) throws
    -> [TensorShape]
  {
    func mismatch(_ cause: String) -> GoldenError {
      GoldenError(
        .mismatch, path: path,
        "case \(goldenCase.name): \(cause); name its own model with --model, or record it again "
          + "with `densecam golden record`")
    }
    guard isRecorded else {
      return try graph.shapes(input: goldenCase.input.shape, parameters: parameters)
    }
    let shapes: [TensorShape]
    do {
      shapes = try graph.shapes(input: goldenCase.input.shape, parameters: parameters)
    } catch {
      throw mismatch("the network cannot take its input of \(goldenCase.input.shape): \(error)")
    }
    for (name, stored) in goldenCase.activationShapes.sorted(by: { $0.key < $1.key }) {
      guard let index = graph.index(named: name) else {
        throw mismatch("it stores \(name), which is not a node of the network")
      }
      guard stored.holds(shapes[index]) else {
        throw mismatch("it stores \(name) as \(stored), but the network has \(shapes[index])")
      }
    }
    if let classifier = Classifier(of: graph, shapes: shapes) {
      let count = classifier.classCount * goldenCase.input.shape.batch
      for (name, values) in [
        ("logits", goldenCase.logits), ("probabilities", goldenCase.probabilities),
      ] where !values.isEmpty && values.count != count {
        throw mismatch("it stores \(values.count) \(name), but the network has \(count)")
      }
    }
    guard let first = goldenCase.maps.first else { return shapes }
    let head: ClassifierHead
    do {
      head = try ClassifierHead(of: graph, shapes: shapes)
    } catch {
      throw mismatch("it stores a map of class \(first.classIndex), but \(error.cause)")
    }
    for map in goldenCase.maps {
      let features = shapes[head.features]
      guard map.classIndex < head.classCount, map.height == features.height,
        map.width == features.width
      else {
        throw mismatch(
          "it stores a map of class \(map.classIndex) of \(map.height)×\(map.width), but the network "
            + "has \(head.classCount) classes and maps of \(features.height)×\(features.width)")
      }
    }
    return shapes
  }
}

extension TensorShape {
  /// Whether a stored array of this shape can be a value of a network's shape: a flattened value may be
  /// stored with its shape before.
  fileprivate func holds(_ value: TensorShape) -> Bool {
    self == value
      || (batch == value.batch && value.planeCount == 1 && imageCount == value.channels)
  }
}
