import ArgumentParser
import Verify

/// The precision assumed for goldens of other frameworks.
struct GoldenPrecisionOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Precision of the products in another framework's golden: f32 or, if lower than stated, tf32, f16 or "
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
