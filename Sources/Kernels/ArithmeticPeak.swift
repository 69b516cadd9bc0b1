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

/// Memory that is read as fast as one core can.
public struct ReadBuffer: Sendable {
  private let elements: [Float]

  /// - Parameter byteCount: Its size.
  public init(byteCount: Int) {
    elements = [Float](repeating: 1, count: byteCount / MemoryLayout<Float>.stride)
  }

  /// Reads all of it.
  ///
  /// - Parameter instructionSet: A supported set.
  /// - Returns: The bytes that were read.
  public func read(_ instructionSet: InstructionSet) -> Int {
    unsafe elements.withUnsafeBufferPointer { elements in
      guard let base = elements.baseAddress else { return 0 }
      let total = unsafe instructionSet.microkernels.readElements(elements.count, base)
      // The sum is never NaN; the comparison keeps the loop from being left out.
      precondition(!total.isNaN)
      return elements.count * MemoryLayout<Float>.stride
    }
  }
}
