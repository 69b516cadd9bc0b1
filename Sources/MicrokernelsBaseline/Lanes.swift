// This folder is compiled once per instruction set; see Package.swift. Use raw pointers, SIMD types
// and InlineArray only: a generic that the compiler specialises out of line gets a shared symbol,
// and the linker may then hand AVX code to the baseline build. `scripts/check-isa-isolation` fails
// when that happens.

/// As many floats as one register holds; with `Baseline16`, as many as one of AVX-512 holds.
#if AVX512 || Baseline16
  typealias Lanes = SIMD16<Float>
#elseif AVX2
  typealias Lanes = SIMD8<Float>
#else
  typealias Lanes = SIMD4<Float>
#endif

/// `sum + a · b`, in one instruction and with one rounding where there is one.
@inline(__always)
func multiplyAdd(_ sum: Lanes, _ a: Lanes, _ b: Lanes) -> Lanes {
  #if AVX2 || AVX512
    sum.addingProduct(a, b)
  #else
    // Without the instruction, `addingProduct` calls the C library once per lane.
    sum + a * b
  #endif
}

/// `max(0, x)` per lane that keeps NaN: the comparison is false for it.
@inline(__always)
func rectified(_ x: Lanes) -> Lanes { x.replacing(with: Lanes(), where: x .< Lanes()) }

/// The scalar version of ``rectified(_:)``.
@inline(__always)
func rectified(_ x: Float) -> Float { x < 0 ? 0 : x }

@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> Lanes {
  UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
}

@inline(__always)
func store(_ value: Lanes, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: value, as: Lanes.self)
}
