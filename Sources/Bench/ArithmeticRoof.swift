package import Kernels

/// The arithmetic that one core of this machine can do, in GFLOP/s: the roof that rates are compared
/// with.
///
/// It is measured, not read off a data sheet: a processor's actual clock depends on its temperature, its
/// neighbours and the instructions.
package enum ArithmeticRoof {
  /// Measures it.
  ///
  /// - Parameter instructionSet: A supported set.
  /// - Returns: The highest of 20 attempts of about a millisecond.
  package static func measure(_ instructionSet: InstructionSet) -> Double {
    let clock = TimeSource.system
    return (0..<20).map { _ in
      let start = clock.now()
      let operations = ArithmeticPeak.run(instructionSet, rounds: 200_000)
      return Double(operations) / Double(max(1, clock.now() - start))
    }.max() ?? 0
  }
}
