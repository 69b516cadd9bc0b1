public import Kernels

/// How a picture becomes a network's input.
///
/// The picture is resized, its pixels in [0, 1] are multiplied by `scale`, put in channel order, and
/// `mean` is subtracted and `std` divided by, both in the network's channel order. It is all done in
/// double precision and rounded once.
public struct Preprocessing: Hashable, Sendable {
  public enum Extent: Hashable, Sendable {
    case fixed(Size)

    /// The shorter side becomes 224 and both sides multiples of 32, keeping the aspect nearly.
    case fit
  }

  public enum Resize: String, CaseIterable, Sendable {
    /// Both sides to the wanted size, half-pixel bilinear without a low-pass, as the original did.
    case seed

    /// The same, but cropped from the middle so that the aspect is kept.
    case cover

    /// The picture must have the wanted size.
    case none
  }

  public enum Channels: String, CaseIterable, Sendable {
    case rgb
    case bgr
  }

  public var extent: Extent
  public var resize: Resize
  public var channels: Channels
  public var scale: Double

  /// Three values each, in the network's channel order.
  public var mean: [Double]
  public var std: [Double]

  public init(
    extent: Extent = .fixed(Size(224)), resize: Resize = .seed, channels: Channels = .rgb,
    scale: Double = 256, mean: [Double] = [0, 0, 0], std: [Double] = [1, 1, 1]
  ) {
    self.extent = extent
    self.resize = resize
    self.channels = channels
    self.scale = scale
    self.mean = mean
    self.std = std
  }
}

extension Preprocessing {
  /// The network's input for a sample.
  ///
  /// - Parameters:
  ///   - sample: The sample, in 0...1.
  ///   - channel: Its channel in the network's order; after the third, treated like the first.
  /// - Returns: `(sample · scale − mean) / std`.
  public func networkValue(_ sample: Double, channel: Int) -> Double {
    (sample * scale - mean[channel % 3]) / std[channel % 3]
  }

  /// The network's input for a picture with values from 0 to 256, `[N, C, H, W]`.
  public func networkInput(_ picture: Tensor<Double>) -> Tensor<Double> {
    let (plane, channels) = (picture.shape.planeCount, picture.shape.channels)
    return Tensor(
      shape: picture.shape,
      elements: picture.elements.enumerated().map { index, value in
        networkValue(value / 256, channel: index / plane % channels)
      })
  }
}

extension Preprocessing: CustomStringConvertible {
  /// One line, as golden files store it: `seed 224x224 rgb scale 256 mean 0,0,0 std 1,1,1`.
  public var description: String {
    let size =
      switch extent {
      case .fixed(let size): "\(size.width)x\(size.height)"
      case .fit: "fit"
      }
    return "\(resize.rawValue) \(size) \(channels.rawValue) scale \(Self.text(scale)) "
      + "mean \(mean.map(Self.text).joined(separator: ",")) "
      + "std \(std.map(Self.text).joined(separator: ","))"
  }

  /// A number without the `.0` of whole ones.
  private static func text(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
  }

  /// Reads the line that ``description`` gives; nil if it is not one.
  public init?(_ description: String) {
    let words = description.split(separator: " ").map(String.init)
    guard words.count == 9, words[3] == "scale", words[5] == "mean", words[7] == "std",
      let resize = Resize(rawValue: words[0]), let extent = Extent(words[1]),
      let channels = Channels(rawValue: words[2]), let scale = Double(words[4]),
      let mean = Self.triple(words[6]), let std = Self.triple(words[8])
    else { return nil }
    self.init(
      extent: extent, resize: resize, channels: channels, scale: scale, mean: mean, std: std)
  }

  /// Three comma-separated finite numbers.
  public static func triple(_ text: String) -> [Double]? {
    let values = text.split(separator: ",", omittingEmptySubsequences: false).map {
      Double(String($0))
    }
    let finite = values.compactMap { $0 }.filter(\.isFinite)
    return finite.count == 3 && values.count == 3 ? finite : nil
  }
}

extension Preprocessing.Extent {
  /// Reads `WxH` or `fit`.
  public init?(_ text: String) {
    if text == "fit" {
      self = .fit
      return
    }
    let sides = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map {
      Int($0)
    }
    guard sides.count == 2, let width = sides[0], let height = sides[1], width > 0, height > 0
    else { return nil }
    self = .fixed(Size(height: height, width: width))
  }
}
