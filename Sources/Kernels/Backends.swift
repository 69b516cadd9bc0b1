/// The backends of this build.
///
/// The command line, the reports and the tests take their backends from here.
public enum Backends {
  /// Every backend, the one that all are held against first.
  public static let all: [any ConvolutionBackend] = [
    NaiveBackend(),
    Im2colOpenBLASBackend(),
    TiledBackend(),
    WinogradBackend(),
    AutoBackend(),
  ]

  /// The names, in order.
  public static var names: [String] { all.map(\.name) }

  /// The backend that runs when none is named.
  public static var standard: any ConvolutionBackend { AutoBackend() }

  public static func named(_ name: String) -> (any ConvolutionBackend)? {
    all.first { $0.name == name }
  }
}
