/// Where a golden file comes from: the attributes of its root.
public struct GoldenHeader: Hashable, Sendable {
  /// The schema that this version reads and writes.
  public static let schema = "densecam.golden/1"

  /// The precision that the values were computed in; they are stored as 32-bit floats either way.
  public enum Precision: String, Sendable {
    case f64
    case f32
  }

  /// The program that computed the values: `densecam`, `mxnet`, `pytorch`.
  public var generator: String
  public var generatorVersion: String
  public var precision: Precision

  /// The model as it is named on the command line, or a checkpoint's base name.
  public var model: String

  /// SHA-256 of the weights file, in lower-case hexadecimal.
  public var weightsSHA256: String

  /// SHA-256 of the symbol file, in lower-case hexadecimal.
  public var symbolSHA256: String

  /// UTC, ISO 8601.
  public var created: String

  /// The command that made the file, without folders.
  public var command: String

  /// The instruction set of the inner loops on the machine that made the file: `baseline`, `avx2`,
  /// `avx512`; nil if not recorded.
  ///
  /// The values of a golden in double precision do not depend on it.
  public var instructionSet: String?

  /// The BLAS library of that machine: its description of itself and, last, the processor family that it
  /// picked its kernels for; nil if not recorded.
  public var blas: String?

  /// The version of Swift that the generator was built with; nil if not recorded, or not in Swift.
  public var swiftVersion: String?

  /// What ran in 32 bits for the noise of activations and logits, such as `naive on baseline`; nil if
  /// there is no noise in the file.
  public var noiseBackend: String?

  public init(
    generator: String, generatorVersion: String, precision: Precision, model: String,
    weightsSHA256: String, symbolSHA256: String, created: String, command: String,
    instructionSet: String? = nil, blas: String? = nil, swiftVersion: String? = nil,
    noiseBackend: String? = nil
  ) {
    self.generator = generator
    self.generatorVersion = generatorVersion
    self.precision = precision
    self.model = model
    self.weightsSHA256 = weightsSHA256
    self.symbolSHA256 = symbolSHA256
    self.created = created
    self.command = command
    self.instructionSet = instructionSet
    self.blas = blas
    self.swiftVersion = swiftVersion
    self.noiseBackend = noiseBackend
  }
}
