/// The outcome of one class in one picture.
package struct LocalizationOutcome: Hashable, Sendable, Encodable {
  /// Names an outcome.
  package struct Key: Hashable, Sendable, Codable, Comparable {
    package let picture: String
    package let classIndex: Int

    package init(picture: String, classIndex: Int) {
      self.picture = picture
      self.classIndex = classIndex
    }

    /// By picture, then by class.
    package static func < (a: Key, b: Key) -> Bool {
      a.picture != b.picture ? a.picture < b.picture : a.classIndex < b.classIndex
    }

    private enum CodingKeys: String, CodingKey {
      case picture
      case classIndex = "class"
    }
  }

  package let key: Key
  package let score: MapScore

  /// The class that the network gives the picture.
  ///
  /// Nil if that cannot be right or wrong, as the picture has boxes of several classes.
  package let predictedClass: Int?

  /// - Parameters:
  ///   - picture: The picture's name: the same for the same picture in all runs.
  ///   - classIndex: The class of the boxes and the map.
  ///   - score: How well the map does.
  ///   - predictedClass: The class of the largest probability; nil for a picture of several
  ///     classes.
  package init(picture: String, classIndex: Int, score: MapScore, predictedClass: Int? = nil) {
    key = Key(picture: picture, classIndex: classIndex)
    self.score = score
    self.predictedClass = predictedClass
  }

  /// Whether the network names the class; nil if that was not checked.
  package var isTop1: Bool? { predictedClass.map { $0 == key.classIndex } }

  /// Whether the network names the class and the map finds the object; nil if that was not checked.
  ///
  /// The CVPR 2016 protocol uses the map of the class that the network names; where that class is
  /// right, it is this map.
  package var isTop1Localized: Bool? { isTop1.map { $0 && score.isBoxRight } }

  private enum CodingKeys: String, CodingKey {
    case key, score
    case predictedClass = "predicted_class"
  }
}
