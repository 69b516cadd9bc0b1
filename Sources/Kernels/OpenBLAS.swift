import COpenBLAS
import Glibc

/// The BLAS library behind `im2col-openblas`.
///
/// It picks its kernels for the processor when it is loaded, and on one that it does not know the
/// oldest, at a third of the speed. So it is loaded here and, if its choice is weaker than the
/// processor, again with the best choice that both have.
public enum OpenBLAS {
  /// The library's description of itself, such as `OpenBLAS 0.3.21 … Zen`.
  public static var configuration: String {
    _ = loaded
    return unsafe copenblas_configuration().map { unsafe String(cString: $0) } ?? "not found"
  }

  /// The processor family that the library runs the kernels of, such as `Zen` or `Haswell`.
  public static var core: String {
    _ = loaded
    return coreNow ?? "none"
  }

  /// Whether ``core`` was chosen here, since the library would have picked a weaker one.
  public static var isCoreChosen: Bool { loaded.isCoreChosen }

  /// Whether the processor has wider registers than ``core`` uses.
  public static var isCoreWeak: Bool {
    _ = loaded
    return isWeak(coreNow, on: .current)
  }

  /// The value of `OPENBLAS_CORETYPE`, which overrides that choice and can halve the speed; nil if it
  /// is not set or empty.
  public static var forcedCore: String? {
    unsafe getenv(variable).map { unsafe String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Why there is no library; nil if there is one.
  static var absence: String? { loaded.absence }

  /// Loads the library, unless that has been done.
  ///
  /// It takes some milliseconds and, for a moment, sets a variable of the environment, which no other
  /// thread should be reading then: call it before there are any.
  public static func prepare() { _ = loaded }

  private static let variable = "OPENBLAS_CORETYPE"

  private struct Loaded {
    var absence: String?
    var isCoreChosen = false
  }

  private static let loaded = load()

  private static func load() -> Loaded {
    // The library takes an empty value for a name that it does not know.
    if forcedCore == nil { unsafe unsetenv(variable) }
    if let absence = loadOnce() { return Loaded(absence: absence) }
    let level = BLASLevel.current
    guard forcedCore == nil, isWeak(coreNow, on: level) else { return Loaded() }
    let first = coreNow
    for candidate in level.cores {
      copenblas_unload()
      unsafe setenv(variable, candidate, 1)
      let absence = loadOnce()
      unsafe unsetenv(variable)
      if let absence { return Loaded(absence: absence) }
      if coreNow == candidate { return Loaded(isCoreChosen: true) }
    }
    // The library has none of them: back to its own choice, unless it was never unloaded.
    if coreNow != first {
      copenblas_unload()
      if let absence = loadOnce() { return Loaded(absence: absence) }
    }
    return Loaded()
  }

  /// Loads the library as the environment has it; returns why it cannot be loaded.
  private static func loadOnce() -> String? {
    if let cause = unsafe copenblas_load() { return unsafe String(cString: cause) }
    // densecam's own threads make the calls.
    copenblas_set_single_threaded()
    return nil
  }

  private static var coreNow: String? {
    unsafe copenblas_core().map { unsafe String(cString: $0) }
  }

  /// Whether kernels use narrower registers than a processor has; unknown ones count as good.
  static func isWeak(_ core: String?, on level: BLASLevel) -> Bool {
    core.flatMap(BLASLevel.init(ofCore:)).map { $0 < level } ?? false
  }

  /// `C = A · B` for row-major matrices, `A` being `m × k` and `B` `k × n`.
  ///
  /// - Precondition: ``absence`` is nil.
  @inline(__always)
  static func multiply(
    m: Int, n: Int, k: Int, a: UnsafePointer<Float>, aStride: Int, b: UnsafePointer<Float>,
    bStride: Int, c: UnsafeMutablePointer<Float>, cStride: Int
  ) {
    unsafe copenblas_multiply(
      Int32(m), Int32(n), Int32(k), a, Int32(aStride), b, Int32(bStride), c, Int32(cStride))
  }
}
