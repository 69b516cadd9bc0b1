import Imaging
package import Net

/// A picture with its maps, from which drawings and scores are made.
package struct ExplainedPicture: Sendable {
  package let name: PictureName
  package let picture: PreparedPicture

  /// The network's result for it, on the first backend.
  package let inference: Inference

  /// The maps of the first backend.
  package let maps: PictureMaps

  /// For each backend, the first one too, the maps over the picture, by class.
  package let visible: [[Int: ClassActivationMap]]

  /// The boxes of the picture, by class; empty if it has none.
  package let boxes: [AnnotatedPicture.ClassBoxes]

  /// Compares the maps with the boxes.
  ///
  /// - Parameters:
  ///   - preprocessing: How the picture was prepared, from which follows what the maps cover.
  ///   - settings: How maps are scored.
  /// - Returns: For each backend an outcome for each class that has boxes and a map.
  func outcomes(
    _ preprocessing: Preprocessing, settings: LocalizationSettings
  ) -> [[LocalizationOutcome]] {
    let scorer = MapScorer(settings: settings)
    let region =
      preprocessing.resize == .cover
      ? MapRegion(
        croppedFromWidth: picture.originalWidth, height: picture.originalHeight,
        toShapeOfWidth: picture.picture.width, height: picture.picture.height)
      : MapRegion(width: picture.originalWidth, height: picture.originalHeight)
    // With objects of several classes, the likeliest class is not right or wrong.
    let likeliest =
      boxes.count == 1
      ? ClassOrder(
        probabilities: inference.probabilities, logits: inference.logits
      ).first(1).first : nil
    return visible.map { maps in
      boxes.compactMap { boxes in
        guard let map = maps[boxes.classIndex] else { return nil }
        let plane = Plane(width: map.width, height: map.height, values: map.values)
        return LocalizationOutcome(
          picture: name.path, classIndex: boxes.classIndex,
          score: scorer.score(plane, boxes: boxes.boxes, region: region), predictedClass: likeliest)
      }
    }
  }
}
