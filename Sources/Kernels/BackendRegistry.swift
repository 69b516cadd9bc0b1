/// Backends by their names.
///
/// What takes backends by name is given a registry: the one of this build, or one that has others, too.
public struct BackendRegistry: Sendable {
  /// The backends that are listed, the one that all are compared with first.
  public let all: [any ConvolutionBackend]

  /// Backends that can be named and are not listed: others with one of their choices made.
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

  /// The names of those that are listed, in order.
  public var names: [String] { all.map(\.name) }

  /// The backend that runs when none is named.
  public var standard: any ConvolutionBackend { AutoBackend() }

  /// The backend of a name, a variant's too; nil if there is none.
  public subscript(name: String) -> (any ConvolutionBackend)? {
    (all + variants).first { $0.name == name }
  }
}
