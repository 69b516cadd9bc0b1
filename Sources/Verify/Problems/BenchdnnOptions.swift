import Kernels

/// The options of benchdnn that appear between problems in its batch files, as far as they leave a
/// convolution what is computed here: forward, in 32-bit floats.
struct BenchdnnOptions {
  /// Whether the problems that follow have a bias, as with `--dir=FWD_B`.
  private(set) var hasBias = false

  /// Options that only affect how benchdnn computes.
  private static let needless: Set = [
    "--conv", "--mode", "--alg", "--stag", "--wtag", "--dtag", "--skip-impl",
    "--allow-enum-tags-only", "--canonical",
  ]

  /// Reads a word of a list.
  ///
  /// - Returns: Whether it is an option.
  /// - Throws: ``ProblemError`` for options that request another computation.
  mutating func note(_ word: String) throws(ProblemError) -> Bool {
    guard word.hasPrefix("-") else { return false }
    let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
    let value = parts.count > 1 ? parts[1].uppercased() : ""
    switch (parts.first ?? "", value) {
    case ("--dir", "FWD_B"): hasBias = true
    case ("--dir", "FWD_D"), ("--dir", "FWD_I"): hasBias = false
    case ("--reset", ""): hasBias = false
    case ("--cfg", "F32"), ("--dt", "F32"), ("--dt", "F32:F32:F32"), ("--mb", "0"): break
    case (let name, _) where Self.needless.contains(name) || name.hasPrefix("-v"): break
    default:
      throw ProblemError(
        "the option \(word) of benchdnn is not supported; leave it out, or put what it sets into "
          + "the problems")
    }
    return true
  }
}
