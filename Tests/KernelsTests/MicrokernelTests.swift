@testable import Kernels
import TestSupport
import Testing

@Suite("Microkernels") struct MicrokernelTests {
  @Test(
    "scale, shift and rectify any number of elements", arguments: InstructionSet.supported,
    [0, 1, 3, 4, 7, 8, 15, 16, 17, 33, 100])
  func scaleShift(instructionSet: InstructionSet, count: Int) {
    var generator = SeededGenerator(seed: UInt64(count))
    let x = generator.floats(count + 1)
    for relu in [false, true] {
      var y = [Float](repeating: 99, count: count + 1)
      instructionSet.microkernels.scaleShift(count, x, 1.5, -0.25, relu, &y)
      for i in 0..<count {
        let exact = 1.5 * Double(x[i]) - 0.25
        let expected = relu ? max(0, exact) : exact
        #expect((Double(y[i]) - expected).magnitude <= 0x1p-23)
      }
      #expect(y[count] == 99)
    }
  }

  @Test(
    "add and take maxima", arguments: InstructionSet.supported, [1, 4, 5, 8, 16, 19, 64])
  func addAndMaximum(instructionSet: InstructionSet, count: Int) {
    var generator = SeededGenerator(seed: 5)
    let a = generator.floats(count)
    let b = generator.floats(count)
    var sum = [Float](repeating: 0, count: count)
    var largest = sum
    instructionSet.microkernels.add(count, a, b, false, &sum)
    #expect(sum == zip(a, b).map { $0 + $1 })
    instructionSet.microkernels.add(count, a, b, true, &sum)
    #expect(sum == zip(a, b).map { max(0, $0 + $1) })
    instructionSet.microkernels.maximum(count, a, b, &largest)
    #expect(largest == zip(a, b).map { max($0, $1) })
  }

  @Test("keep NaN", arguments: InstructionSet.supported, 0..<20)
  func keepsNaN(instructionSet: InstructionSet, place: Int) {
    var x = [Float](repeating: 1, count: 20)
    x[place] = .nan
    let zeros = [Float](repeating: 0, count: 20)
    var y = zeros
    for body in 0..<4 {
      switch body {
      case 0: instructionSet.microkernels.scaleShift(20, x, 2, 1, true, &y)
      case 1: instructionSet.microkernels.add(20, x, zeros, true, &y)
      case 2: instructionSet.microkernels.maximum(20, x, zeros, &y)
      default: instructionSet.microkernels.maximum(20, zeros, x, &y)
      }
      #expect(y.indices.filter { y[$0].isNaN } == [place])
    }
  }

  @Test("are named as the environment names them") func names() {
    #expect(throws: KernelError.self) { try InstructionSet.named("sse9") }
    for set in InstructionSet.supported {
      #expect(throws: Never.self) { try InstructionSet.named(set.rawValue) }
    }
    for set in InstructionSet.allCases where !set.isSupported {
      #expect(throws: KernelError.self) { try InstructionSet.named(set.rawValue) }
    }
  }
}
