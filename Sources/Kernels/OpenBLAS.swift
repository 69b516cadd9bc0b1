import COpenBLAS
import Glibc

/// The BLAS library behind `im2col-openblas`.
public enum OpenBLAS {
  /// What the library says of itself, such as `OpenBLAS 0.3.21 … Zen`.
  public static var configuration: String {
    unsafe openblas_get_config().map { unsafe String(cString: $0) } ?? "unknown"
  }

  /// The processor family that the library picked its kernels for, such as `Zen` or `Haswell`.
  public static var core: String {
    unsafe openblas_get_corename().map { unsafe String(cString: $0) } ?? "unknown"
  }

  /// The value of `OPENBLAS_CORETYPE`, which overrides that choice and can halve the speed.
  public static var forcedCore: String? {
    unsafe getenv("OPENBLAS_CORETYPE").map { unsafe String(cString: $0) }
  }

  /// Makes the library compute each call on the calling thread: densecam's own threads make the
  /// calls.
  private static let singleThreaded: Void = openblas_set_num_threads(1)

  /// `C = A · B` for row-major matrices, `A` being `m × k` and `B` `k × n`.
  @inline(__always)
  static func multiply(
    m: Int, n: Int, k: Int, a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>,
    bStride: Int, c: UnsafeMutablePointer<Float>, cStride: Int
  ) {
    _ = singleThreaded
    unsafe cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(m), blasint(n), blasint(k), 1, a,
      blasint(aStride), b, blasint(bStride), 0, c, blasint(cStride))
  }
}
