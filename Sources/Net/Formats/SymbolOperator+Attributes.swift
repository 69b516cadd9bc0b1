import Kernels

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
}

extension PoolingAttributes {
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
    // None stands for the default.
    let countsPadding =
      attributes.text("count_include_pad") == nil
      ? true : try attributes.flag("count_include_pad", default: true)
    self.init(
      reduction, kernel: kernel, stride: stride, padding: padding, convention: convention,
      isGlobal: isGlobal, countsPadding: countsPadding)
  }
}
