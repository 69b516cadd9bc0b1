import Crypto
public import Kernels

extension Tensor<Float> {
  /// SHA-256 of the elements' bytes as 32-bit floats, little-endian, in row-major order; in lower-case
  /// hexadecimal.
  ///
  /// This is what a golden file's `input_sha256` holds. NumPy gives the same with
  /// `hashlib.sha256(x.astype('<f4').tobytes()).hexdigest()`.
  public var sha256: String {
    var hash = SHA256()
    let bits = elements.map(\.bitPattern.littleEndian)
    unsafe bits.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
    let digits = Array("0123456789abcdef")
    return String(hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}
