import ArgumentParser
import Net

/// How a picture becomes the network's input.
struct InputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "WIDTHxHEIGHT, or fit: shorter side 224, both sides multiples of 32; the network's own unless "
        + "given.", valueName: "size"))
  var size: String?

  @Option(
    help: ArgumentHelp(
      "seed: both sides to the size. cover: cropped from the middle. none: as it is, of any size "
        + "unless --size names one.",
      valueName: "how"))
  var resize: String?

  @Option(help: ArgumentHelp("Channel order of the network: rgb or bgr.", valueName: "order"))
  var channels: String?

  @Option(help: ArgumentHelp("Factor on pixels in [0,1].", valueName: "factor"))
  var scale: Double?

  @Option(
    help: ArgumentHelp("What to subtract, in the network's channel order.", valueName: "a,b,c"))
  var mean: String?

  @Option(
    help: ArgumentHelp("What to divide by, in the network's channel order.", valueName: "a,b,c"))
  var std: String?

  /// The model's own preprocessing, with the requested changes.
  func preprocessing(for model: Model) throws -> Preprocessing {
    var result = model.preprocessing
    if let size {
      guard let extent = Preprocessing.Extent(size) else {
        throw UsageError("--size \(size): give WIDTHxHEIGHT in pixels, or fit")
      }
      result.extent = extent
    }
    if let resize {
      guard let value = Preprocessing.Resize(rawValue: resize) else {
        throw UsageError("--resize \(resize): give seed, cover or none")
      }
      result.resize = value
    }
    // A picture that is used as it is has its own size, and any other the network's.
    if size == nil { result.extent = result.resize == .none ? .fit : model.inputExtent }
    if let channels {
      guard let value = Preprocessing.Channels(rawValue: channels) else {
        throw UsageError("--channels \(channels): give rgb or bgr")
      }
      result.channels = value
    }
    if let scale {
      guard scale.isFinite, scale != 0 else { throw UsageError("--scale \(scale): give a number") }
      result.scale = scale
    }
    if let mean {
      guard let values = Preprocessing.triple(mean) else {
        throw UsageError("--mean \(mean): give three numbers, such as 104,117,123")
      }
      result.mean = values
    }
    if let std {
      guard let values = Preprocessing.triple(std), !values.contains(0) else {
        throw UsageError("--std \(std): give three numbers other than 0, such as 0.229,0.224,0.225")
      }
      result.std = values
    }
    return result
  }
}
