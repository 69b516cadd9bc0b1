/// Backends by their names.
///
/// Code that takes backends by name is given a registry: that of this build, or one with further ones.
public struct BackendRegistry: Sendable {
  /// The listed backends; the first is the one that all others are compared with.
  public let all: [any ConvolutionBackend]

  /// Backends that can be named but are not listed: listed ones with one of their choices fixed.
  public let variants: [any ConvolutionBackend]

  /// - Precondition: No two have one name.
  public init(_ all: [any ConvolutionBackend], variants: [any ConvolutionBackend] = []) {
    let names = (all + variants).map(\.name)
    precondition(Set(names).count == names.count, "two backends have one name")
    self.all = all
    self.variants = variants
  }

  /// The backends of this build.
  public static let builtIn = BackendRegistry(
    [
      NaiveBackend(),
      Im2colOpenBLASBackend(),
      TiledBackend(),
      WinogradBackend(),
      AutoBackend(),
    ], variants: [2, 4].map { WinogradBackend(tile: $0) })

  /// The same backends, and others after them.
  ///
  /// - Precondition: No two have one name.
  public func adding(_ others: [any ConvolutionBackend]) -> BackendRegistry {
    BackendRegistry(all + others, variants: variants)
  }

  /// The names of the listed backends, in order.
  public var names: [String] { all.map(\.name) }

  /// The backend that runs when none is named.
  public var standard: any ConvolutionBackend { AutoBackend() }

  /// The backend with a name, variants included; nil if there is none.
  public subscript(name: String) -> (any ConvolutionBackend)? {
    (all + variants).first { $0.name == name }
  }
}
