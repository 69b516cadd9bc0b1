/// The most that one core computes with an instruction set, measured.
public enum ArithmeticPeak {
  /// Multiply-adds of each lane in one round of the inner loop.
  private static let sums = 12

  /// Runs a loop of multiply-adds on registers.
  ///
  /// - Parameters:
  ///   - instructionSet: A supported set.
  ///   - rounds: The length of the loop; some hundred thousand take a millisecond.
  /// - Returns: The floating-point operations that were computed, a multiply-add counted as two.
  public static func run(_ instructionSet: InstructionSet, rounds: Int) -> Int {
    let total = instructionSet.microkernels.multiplyAddRounds(rounds)
    // The sums approach 1 and are never NaN; the comparison keeps the loop from being left out.
    precondition(!total.isNaN)
    return 2 * rounds * sums * instructionSet.laneCount
  }
}
