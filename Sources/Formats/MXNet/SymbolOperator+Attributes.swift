import Kernels
import Net

extension Activation {
  /// Reads the attributes of MXNet's `Activation`.
  init(_ attributes: SymbolAttributes) throws(GraphError) {
    switch attributes.values["act_type"] {
    case "relu": self = .relu
    case "sigmoid": self = .sigmoid
    case "tanh": self = .tanh
    case nil: throw attributes.error("act_type", "is missing")
    default: throw attributes.error("act_type", "is not supported")
    }
  }

  /// Reads the attributes of MXNet's `clip`, whose bounds may be infinite.
  init(clip attributes: SymbolAttributes) throws(GraphError) {
    func bound(_ key: String) throws(GraphError) -> Float {
      guard let text = attributes.values[key] else { throw attributes.error(key, "is missing") }
      guard let value = Float(text), !value.isNaN else {
        throw attributes.error(key, "is not a number")
      }
      return value
    }
    let (minimum, maximum) = (try bound("a_min"), try bound("a_max"))
    guard minimum <= maximum else { throw attributes.error("a_min", "is above a_max") }
    self = .clip(minimum: minimum, maximum: maximum)
  }
}

extension PoolingAttributes {
  /// Reads the attributes of MXNet's `_contrib_AdaptiveAvgPooling2D`.
  ///
  /// One number is both sides; none means 1, which is a global average.
  init(adaptive attributes: SymbolAttributes) throws(GraphError) {
    let sides = try attributes.sides("output_size")
    guard sides.count <= 2 else {
      throw attributes.error("output_size", "has \(sides.count) sides instead of 2")
    }
    let size = Size(height: sides.first ?? 1, width: sides.last ?? 1)
    self.init(
      .average, kernel: Size(1), isGlobal: size == Size(1),
      adaptiveOutput: size == Size(1) ? nil : size)
  }

  /// Reads the attributes of MXNet's `Pooling`.
  init(_ attributes: SymbolAttributes) throws(GraphError) {
    try attributes.require("layout", "NCHW")
    guard let reduction = Reduction(rawValue: attributes.values["pool_type"] ?? "max") else {
      throw attributes.error("pool_type", "is not supported")
    }
    let isGlobal = try attributes.flag("global_pool", default: false)
    var convention = Convention(rawValue: attributes.values["pooling_convention"] ?? "valid")
    var kernel = Size(1)
    var stride = Size(1)
    var padding = Size(0)
    do throws(GraphError) {
      kernel = try attributes.size("kernel")
      stride = try attributes.size("stride", default: Size(1))
      padding = try attributes.size("pad", default: Size(0), minimum: 0)
    } catch {
      // A global pool ignores them, so that files hold anything or nothing there.
      guard isGlobal else { throw error }
    }
    if isGlobal { convention = convention ?? .valid }
    guard let convention else {
      throw attributes.error("pooling_convention", "is not supported")
    }
    guard isGlobal || padding.height < kernel.height && padding.width < kernel.width else {
      throw attributes.error("pad", "is not smaller than the kernel")
    }
    // None means the default.
    let countsPadding =
      attributes.text("count_include_pad") == nil
      ? true : try attributes.flag("count_include_pad", default: true)
    self.init(
      reduction, kernel: kernel, stride: stride, padding: padding, convention: convention,
      isGlobal: isGlobal, countsPadding: countsPadding)
  }
}
