import Files
import Glibc
import HDF5
import Kernels
import Net

/// A golden file, opened for reading.
///
/// Activations are read on demand.
public struct GoldenFile: Sendable {
  public let path: String
  public let header: GoldenHeader
  public let cases: [GoldenCase]

  /// The precision assumed for a golden in single precision.
  public var precision = GoldenPrecision.f32

  /// Whether there is a file.
  let isRecorded: Bool

  /// A golden without a file.
  init(path: String, header: GoldenHeader, cases: [GoldenCase]) {
    self.path = path
    self.header = header
    self.cases = cases
    isRecorded = false
  }

  /// Opens a file and checks that it follows the schema and is complete: the inputs are those that were
  /// recorded, and no activation is missing.
  ///
  /// - Throws: ``GoldenError`` that says what is wrong and what to do.
  public init(path: String) throws(GoldenError) {
    self.path = path
    isRecorded = true
    guard unsafe access(path.systemPath, F_OK) == 0 else {
      throw GoldenError(
        .missing, path: path, "there is no such golden; make one with `densecam golden record`")
    }
    do {
      let file = try File(reading: path)
      let root = file.root
      guard let schema = try root.attributes.string("schema") else {
        throw GoldenError(
          .unreadable, path: path,
          "is an HDF5 file but not a golden: no schema; make one with `densecam golden record`")
      }
      guard schema == GoldenHeader.schema else {
        throw GoldenError(
          .unreadable, path: path,
          "has the schema \(schema), but this version reads \(GoldenHeader.schema); "
            + "record it again with `densecam golden record`")
      }
      header = try GoldenHeader(root.attributes, path: path)
      let group = try root.group("cases")
      var cases: [GoldenCase] = []
      for name in try group.groupNames {
        cases.append(try GoldenCase(group.group(name), name: name, path: path))
      }
      guard !cases.isEmpty else {
        throw GoldenError.faulty(path, "holds no cases")
      }
      self.cases = cases
    } catch let error as GoldenError {
      throw error
    } catch let error as HDF5Error {
      throw GoldenError(reading: path, error)
    } catch {
      throw GoldenError.faulty(path, "cannot be read: \(error)")
    }
  }
}

extension GoldenHeader {
  init(_ attributes: Attributes, path: String) throws {
    func required(_ name: String) throws -> String {
      guard let value = try attributes.string(name) else {
        throw GoldenError.faulty(path, "has no attribute \(name)")
      }
      return value
    }
    guard let precision = Precision(rawValue: try required("reference_precision")) else {
      throw GoldenError.faulty(path, "has a reference_precision that is neither f64 nor f32")
    }
    self.init(
      generator: try required("generator"),
      generatorVersion: try required("generator_version"), precision: precision,
      model: try required("model"), weightsSHA256: try required("weights_sha256"),
      symbolSHA256: try required("symbol_sha256"), created: try required("created"),
      command: try required("command"),
      instructionSet: try attributes.string("instruction_set"),
      blas: try attributes.string("blas"),
      swiftVersion: try attributes.string("swift_version"),
      noiseBackend: try attributes.string("noise_backend"))
  }
}

extension GoldenCase {
  init(_ group: Group, name: String, path: String) throws {
    self.name = name
    source = try group.attributes.string("source") ?? ""
    sourceSHA256 = try group.attributes.string("source_sha256") ?? ""
    preprocessing = try group.attributes.string("preprocessing") ?? ""
    let input = try group.dataset("input")
    let picture = Tensor(
      shape: try input.tensorShape(path: path), elements: try input.finiteFloats(path: path))
    self.input = picture
    inputSHA256 = try group.attributes.string("input_sha256")
    if let inputSHA256, inputSHA256 != picture.sha256 {
      throw GoldenError.faulty(
        path, "case \(name): its input is not the one that was recorded (SHA-256 differs)")
    }

    var shapes: [String: TensorShape] = [:]
    if try group.hasGroup(named: "activations") {
      let places = try StoredActivations(group.group("activations"), path: path).places
      for (node, place) in places {
        let dataset = try place.group.dataset(place.name)
        shapes[node] = try dataset.tensorShape(path: path)
        activationNoise[node] = try dataset.noise(path: path)
      }
      readActivation = { node throws(GoldenError) in
        guard let place = places[node] else {
          throw GoldenError(.unreadable, path: path, "stores no activation of \(node)")
        }
        do {
          let dataset = try place.group.dataset(place.name)
          return Tensor(
            shape: try dataset.tensorShape(path: path),
            elements: try dataset.finiteFloats(path: path))
        } catch let error as GoldenError {
          throw error
        } catch let error as HDF5Error {
          throw GoldenError(reading: path, error)
        } catch {
          throw GoldenError.faulty(path, "cannot be read: \(error)")
        }
      }
    } else {
      readActivation = { node throws(GoldenError) in
        throw GoldenError(.unreadable, path: path, "stores no activation of \(node)")
      }
    }
    activationCount = try group.attributes.integer("activation_count").map { Int($0) }
    if let activationCount, activationCount != shapes.count {
      throw GoldenError.faulty(
        path,
        "case \(name) says that it stores \(activationCount) activations, but there are "
          + "\(shapes.count): one is missing or extra")
    }
    activationShapes = shapes

    func row(_ dataset: String) throws -> [Float] {
      guard try group.hasDataset(named: dataset) else { return [] }
      let values = try group.dataset(dataset).finiteFloats(path: path)
      guard values.count.isMultiple(of: picture.shape.batch) else {
        throw GoldenError.faulty(path, "\(group.path)/\(dataset) does not divide into the batch")
      }
      return values
    }
    logits = try row("logits")
    logitNoise = logits.isEmpty ? nil : try group.dataset("logits").noise(path: path)
    probabilities = try row("probabilities")

    // What other programs may leave out: they follow from each other.
    let known = probabilities
    let logits = logits
    func probability(ofClass index: Int) -> Double {
      let count = (known.isEmpty ? logits : known).count / picture.shape.batch
      guard index < count else { return 0 }
      if !known.isEmpty { return Double(known[index]) }
      return Softmax.of(logits[..<count].map(Double.init))[index]
    }
    var maps: [StoredMap] = []
    if try group.hasGroup(named: "cams") {
      let stored = try group.group("cams")
      for name in try stored.datasetNames {
        let dataset = try stored.dataset(name)
        guard let index = Int(name), index >= 0, dataset.shape.count == 2 else {
          throw GoldenError.faulty(path, "\(dataset.path) is not the map of a class")
        }
        maps.append(
          StoredMap(
            classIndex: index, height: dataset.shape[0], width: dataset.shape[1],
            values: try dataset.finiteFloats(path: path),
            label: try dataset.attributes.string("label"),
            rank: Int(try dataset.attributes.integer("rank") ?? 0),
            probability: try dataset.attributes.double("probability")
              ?? probability(ofClass: index)))
      }
    }
    self.maps = maps.sorted { ($0.rank, $0.classIndex) < ($1.rank, $1.classIndex) }
  }
}

extension Dataset {
  /// The shape as `[N, C, H, W]`; two sides are `[N, C]`.
  func tensorShape(path: String) throws(GoldenError) -> TensorShape {
    guard shape.count == 4 || shape.count == 2 else {
      throw GoldenError.faulty(path, "\(self.path) has \(shape.count) sides instead of 4")
    }
    let result = TensorShape(
      batch: shape[0], channels: shape[1], height: shape.count == 4 ? shape[2] : 1,
      width: shape.count == 4 ? shape[3] : 1)
    guard result.checkedCount != nil else {
      throw GoldenError.faulty(path, "\(self.path) has the shape \(shape)")
    }
    return result
  }

  /// The elements, none of which may be NaN or infinite: such a golden would excuse anything.
  func finiteFloats(path: String) throws -> [Float] {
    let values = try readFloats()
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw GoldenError.faulty(path, "\(self.path) holds \(values[index]) at element \(index)")
    }
    return values
  }

  /// The distance of a 32-bit run that is recorded with the elements, if it is.
  func noise(path: String) throws -> Double? {
    guard let noise = try attributes.double("f32_noise") else { return nil }
    guard noise >= 0, noise.isFinite else {
      throw GoldenError.faulty(path, "\(self.path) has an f32_noise of \(noise)")
    }
    return noise
  }
}
