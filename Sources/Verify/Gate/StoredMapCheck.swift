import Kernels
import Net

extension GoldenFile {
  /// Checks that the maps of a case can be those of the network.
  ///
  /// Where the bounds judge a map, they judge it by the exact one, so the stored map must be compared with
  /// that, too. In a golden in double precision it must be the same to the bit. One in single precision
  /// must be as near as that gets: to ``MapComparison/sameRelativeL2`` if the features are stored with it,
  /// and to ``MapComparison/similarRelativeL2`` if the rounding of all layers has accumulated in it.
  ///
  /// - Parameters:
  ///   - goldenCase: The case.
  ///   - head: Where the network's maps come from.
  ///   - features: The golden's value of the features.
  ///   - isExact: Whether that value is the exact one.
  ///   - isStored: Whether that value is in the file.
  ///   - parameters: The weights of the network.
  /// - Throws: ``GoldenError`` that names the map which does not fit; ``GraphError`` if the weights do not
  ///   fit.
  func checkMaps(
    of goldenCase: GoldenCase, head: ClassifierHead, features: Tensor<Double>, isExact: Bool,
    isStored: Bool, parameters: Parameters
  ) throws {
    for stored in goldenCase.maps {
      let map = try head.map(
        ofClass: stored.classIndex, features: features.elements[..<features.shape.imageCount],
        shape: features.shape, parameters: parameters)
      let distance = RelativeL2.distance(stored.values, from: map.values)
      let fits =
        isExact
        ? zip(stored.values, map.values).allSatisfy { $0 == Float($1) }
        : distance
          <= (isStored ? MapComparison.sameRelativeL2 : MapComparison.similarRelativeL2)
      guard fits else {
        throw GoldenError(
          .mismatch, path: path,
          "case \(goldenCase.name), map of class \(stored.classIndex): it is \(distance) (relative "
            + "L2) from what the network gives; is it the golden of this model?")
      }
    }
  }
}
