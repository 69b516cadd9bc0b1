import ArgumentParser
import Verify

/// What goldens of other frameworks are held to be of.
struct GoldenPrecisionOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What another framework's golden was multiplied in: f32, or, if it was less than it says, tf32, f16 or "
        + "bf16.", valueName: "precision"),
    transform: Self.precision)
  var goldenPrecision: GoldenPrecision = .f32

  /// The option as it was given; nil for the default.
  var setting: String? { goldenPrecision == .f32 ? nil : goldenPrecision.rawValue }

  private static func precision(_ name: String) throws -> GoldenPrecision {
    guard let precision = GoldenPrecision(rawValue: name) else {
      let names = GoldenPrecision.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("there is no precision \(name); there are \(names)")
    }
    return precision
  }
}
