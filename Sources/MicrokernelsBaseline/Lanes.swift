#if AVX512
  typealias Lanes = SIMD16<Float>
#elseif AVX2
  typealias Lanes = SIMD8<Float>
#else
  typealias Lanes = SIMD4<Float>
#endif
