import Kernels
import TestSupport
import Testing

@testable import Verify

@Suite("Impulses") struct ImpulsesTests {
  /// No result sees two elements, and in the end every channel has held one.
  @Test("stand apart, and reach every channel", arguments: SelfTest.problems)
  func apart(text: String) throws {
    let problem = try ConvolutionTrial(notation: text, seed: 1).problem
    let impulses = Impulses(problem)
    var generator = SeededGenerator(seed: 3)
    let ones = [Float](repeating: 1, count: problem.weightCount)
    for place in Impulses.Place.allCases {
      var reached: Set<Int> = []
      for number in 0..<impulses.inputCount(place) {
        let input = impulses.input(place, number, using: &generator)
        #expect(input.allSatisfy { [-1, 0, 1].contains($0) })
        for index in input.indices where input[index] != 0 {
          reached.insert(index / problem.input.planeCount % problem.input.channels)
        }
        let sums = SparseConvolution(problem, .direct, input: input).sums(ones.span)
        #expect(sums.exact.allSatisfy { $0.magnitude <= 1 }, "\(place) \(number)")
      }
      #expect(reached.count == problem.input.channels, "\(place)")
    }
  }
}
