import Files
public import Kernels
import Net

extension Tensor<Float> {
  /// SHA-256 of the elements' bytes as 32-bit floats, little-endian, in row-major order; in lower-case
  /// hexadecimal.
  ///
  /// This is what a golden file's `input_sha256` holds. NumPy gives the same with
  /// `hashlib.sha256(x.astype('<f4').tobytes()).hexdigest()`.
  public var sha256: String { SHA256Digest.of(elements) }
}
