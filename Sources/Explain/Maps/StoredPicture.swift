import HDF5
import Imaging
import Kernels
import Net

/// One picture's group in a file of maps.
struct StoredPicture {
  let group: Group
  let path: String

  func read(method: CAMMethod) throws -> PictureMaps {
    let logits = try results("logits")
    let probabilities = try results("probabilities")
    guard logits.count == probabilities.count else {
      throw fault("has \(logits.count) logits and \(probabilities.count) probabilities")
    }
    guard let source = try group.attributes.string("source") else { throw fault("has no source") }
    let top = try group.attributes.integers("top") ?? []
    var picture = PictureMaps(
      source: source, sourceSHA256: try group.attributes.string("source_sha256"),
      inputShape: try inputShape(), logits: logits, probabilities: probabilities,
      method: method, topCount: top.count)
    guard picture.top.map({ Int64($0) }) == top else {
      throw fault("says that \(top) are its likeliest classes, unlike its probabilities")
    }

    let maps = try group.group("cam")
    let names = try maps.datasetNames
    let planes = try group.hasGroup(named: "upsampled") ? group.group("upsampled") : nil
    let upsampledNames = Set(try planes?.datasetNames ?? [])
    guard upsampledNames.isSubset(of: names) else {
      throw fault("holds an upsampled map of a class without a map")
    }
    for name in names {
      guard let index = Int(name), "\(index)" == name, logits.indices.contains(index) else {
        throw fault("holds a map of \(name), which is none of its classes")
      }
      let dataset = try maps.dataset(name)
      let (height, width) = try sides(of: dataset)
      var plane: Plane?
      if let planes, upsampledNames.contains(name) {
        let stored = try planes.dataset(name)
        let (height, width) = try sides(of: stored)
        plane = Plane(
          width: width, height: height,
          values: try stored.readFloats(maximumCount: PictureMaps.mapLimit).map { Double($0) })
      }
      picture.add(
        ClassActivationMap(
          classIndex: index, height: height, width: width,
          values: try dataset.readDoubles(maximumCount: PictureMaps.mapLimit)),
        label: try dataset.attributes.string("label"),
        bias: try dataset.attributes.double("bias") ?? 0, upsampled: plane)
      try check(dataset, is: index, in: picture)
    }
    if let objection = picture.objection { throw fault("cannot be used: \(objection)") }
    return picture
  }

  private func fault(_ cause: String) -> MapsError {
    MapsError(.unreadable, path: path, "\(group.path) \(cause)")
  }

  /// One value per class.
  private func results(_ name: String) throws -> [Float] {
    let dataset = try group.dataset(name)
    guard dataset.shape.count == 1 else { throw fault("has \(name) of the shape \(dataset.shape)") }
    return try dataset.readFloats(maximumCount: PictureMaps.classLimit)
  }

  private func inputShape() throws -> TensorShape {
    let sides = try group.attributes.integers("input_shape") ?? []
    guard sides.count == 4 else { throw fault("has an input_shape of \(sides.count) sides") }
    return TensorShape(
      batch: Int(sides[0]), channels: Int(sides[1]), height: Int(sides[2]), width: Int(sides[3]))
  }

  /// The height and width of a map, before it is read.
  private func sides(of dataset: Dataset) throws -> (height: Int, width: Int) {
    let allowed = 1...PictureMaps.sideLimit
    guard dataset.shape.count == 2, dataset.shape.allSatisfy(allowed.contains) else {
      throw fault("holds \(dataset.path) of the shape \(dataset.shape)")
    }
    return (dataset.shape[0], dataset.shape[1])
  }

  /// Compares a map's attributes with the results.
  private func check(_ dataset: Dataset, is index: Int, in picture: PictureMaps) throws {
    guard let entry = picture.entries.first(where: { $0.classIndex == index }),
      try dataset.attributes.integer("rank") == Int64(entry.rank),
      try dataset.attributes.double("probability") == entry.probability,
      try dataset.attributes.double("logit") == entry.logit
    else {
      throw fault("gives class \(index) a rank, probability or logit unlike its results")
    }
  }
}
