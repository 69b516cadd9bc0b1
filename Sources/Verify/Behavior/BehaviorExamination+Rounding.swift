import Glibc
import Kernels

/// Checks of what a kernel rounds away, below the bound of a long sum.
extension BehaviorExamination {
  /// The most inputs of impulses that a problem is run on for each place.
  private static let impulseInputs = 64

  /// With single elements that are ±1 and all others 0, each output is a weight or 0: sums in any order add exact
  /// zeros, so that it is that weight to the bit.
  ///
  /// Winograd's transforms round most weights, but by no more than the bound of a single product; those
  /// that its lattice passes on come back to the bit as well: see ``SparseConvolution``.
  func impulses() throws -> BehaviorResult {
    var exact = 0
    var all = 0
    let result = try judge(.impulses) { trial in
      let impulses = Impulses(trial.problem)
      let weights = trial.weights
      var generator = SeededGenerator(seed: 1)
      for place in Impulses.Place.allCases {
        for number in 0..<min(Self.impulseInputs, impulses.inputCount(place)) {
          let input = impulses.input(place, number, using: &generator)
          let sparse = SparseConvolution(
            trial.problem, trial.algorithm ?? .reassociated, input: input)
          let sums = sparse.sums(weights.span)
          let errors = sparse.errors(sums, weights.span, bias: nil)
          let output = try trial.run(input)
          for (index, value) in output.enumerated() {
            let error = (Double(value) - sums.exact[index]).magnitude
            guard error <= errors[index] else {
              let slack = errors[index] == 0 ? "" : ", give or take \(Float(errors[index]))"
              return
                "elements ±1, \(place) \(number): got \(value) at \(index), and the weight is \(Float(sums.exact[index]))\(slack)"
            }
            if sums.exact[index] != 0 {
              all += 1
              if errors[index] == 0 { exact += 1 }
            }
          }
        }
      }
      return nil
    }
    guard result.verdict == .pass else { return result }
    return BehaviorResult(
      .impulses, .pass, "\(result.text), \(exact) of \(all) weights to the bit")
  }

  /// The probability that a right kernel fails the check of signs.
  private static let signFalseAlarm = 1e-6

  /// Rounding to nearest errs to both sides.
  ///
  /// Each run has new weights and a new input, so that no two runs share a rounding, and gives two signs. The first
  /// is that of `Σ e` over all its results. A kernel that rounds to nearest is odd: the negated input gives
  /// the negated errors. As an input is as likely as the negated one, `Σ e` is as often positive as negative, with
  /// no assumption on how its roundings depend on each other. The second is that of `Σ e·sgn y`: of errors away from
  /// zero, against those towards it. It is even in the input; here the model of the bounds is needed, in which
  /// roundings are independent and as often up as down (Higham & Mary, SIAM J. Sci. Comput. 41, 2019).
  ///
  /// It is left out where constants are rounded before the multiplication, such as a sixth, which errs to one side.
  ///
  /// The runs of one problem are one ``SignTest`` for each of the two. By the union bound all of
  /// them together blame a right kernel with a probability of at most 10⁻⁶.
  func signs() throws -> BehaviorResult {
    let problems = try ableProblems()
    let limit = Self.signFalseAlarm / Double(2 * max(1, problems.count))
    for problem in problems {
      var upward = SignTest()
      var outward = SignTest()
      for run in 0..<signRuns {
        let left = signRuns - run
        // What can no longer be told from chance need not be looked at to the end.
        guard upward.isOpen(left: left, below: limit) || outward.isOpen(left: left, below: limit)
        else { break }
        let trial = try BehaviorTrial(
          problem, on: backend, hasBias: false, seed: UInt64(run + 1), team: team)
        let exact = trial.exact(trial.input)
        var sum = 0.0
        var outwardSum = 0.0
        for (value, right) in zip(try trial.run(trial.input), exact) {
          let error = Double(value) - right
          sum += error
          outwardSum += right < 0 ? -error : error
        }
        upward.add(sum)
        if !trial.errsToOneSide { outward.add(outwardSum) }
      }
      for (test, sides) in [
        (upward, ("up", "down")), (outward, ("away from zero", "towards zero")),
      ]
      where test.probability < limit {
        let side = test.positive > test.negative ? sides.0 : sides.1
        return BehaviorResult(
          .signs, .fail,
          "\(problem): the errors of \(max(test.positive, test.negative)) of \(test.count) runs are \(side) on the whole"
        )
      }
    }
    return problems.isEmpty
      ? BehaviorResult(.signs, .skipped, "it refuses all problems of this check")
      : BehaviorResult(
        .signs, .pass, "\(problems.count) problems, up to \(signRuns) runs each")
  }

  /// The sum of two inputs gives the sum of their outputs, within what the three may be off by.
  ///
  /// The two share no element, so that their sum is exact and `Σ|w||x|` of both together is that of the sum: the
  /// three bounds are twice that of one run.
  func linearity() throws -> BehaviorResult {
    try judge(.linearity) { trial in
      var parts = (trial.input, trial.input)
      for index in trial.input.indices {
        // Not every second one: that would be every second column of a map.
        if (index &* 0x9E37_79B1) >> 16 & 1 == 0 {
          parts.0[index] = 0
        } else {
          parts.1[index] = 0
        }
      }
      let whole = try trial.run(trial.input)
      let first = try trial.run(parts.0)
      let second = try trial.run(parts.1)
      let bounds = try [trial.input, parts.0, parts.1].map(trial.bounds)
      for index in whole.indices {
        let difference = Double(whole[index]) - Double(first[index]) - Double(second[index])
        let allowed = bounds.reduce(0) { $0 + $1[index] }
        guard difference.magnitude <= allowed else {
          return
            "two inputs give \(first[index]) and \(second[index]) at \(index), and their sum \(whole[index])"
        }
      }
      return nil
    }
  }

  /// By how many results an input is shifted: the first that leaves enough of a map.
  ///
  /// 12 is a multiple of each of the tiles of Winograd's algorithm, 4 and 2 of some.
  private static let shifts = [12, 8, 4, 2, 1]

  /// An input shifted by whole tiles gives the shifted output, away from the borders.
  ///
  /// Where the kernel cuts the work alike at both places that is so to the bit, and how many results have the same
  /// bits is told. But nothing obliges a sound kernel to: the last columns of a matrix may be summed in another
  /// order than the others. What holds for all is twice the bound.
  func shift() throws -> BehaviorResult {
    var same = 0
    var all = 0
    let result = try judge(.shift) { trial in
      let problem = trial.problem
      let shape = problem.output
      guard let rows = Self.shifts.first(where: { 3 * $0 < shape.height }) else { return nil }
      // The shifted input has its first rows at its end, so that it is no less varied.
      let rotated = trial.rotated(trial.input, rows: rows * problem.stride.height)
      let first = try trial.run(trial.input)
      let second = try trial.run(rotated)
      let bounds = try [trial.input, rotated].map(trial.bounds)
      for plane in 0..<shape.batch * shape.channels {
        for y in 0..<shape.height - rows where trial.isWhole(y) && trial.isWhole(y + rows) {
          for x in 0..<shape.width {
            let to = plane * shape.planeCount + y * shape.width + x
            let from = to + rows * shape.width
            all += 1
            if first[from] == second[to] { same += 1 }
            let difference = Double(first[from]) - Double(second[to])
            guard difference.magnitude <= bounds[0][from] + bounds[1][to] else {
              return
                "\(first[from]) at \(from) is \(second[to]) when the input is \(rows) results higher"
            }
          }
        }
      }
      return nil
    }
    guard result.verdict == .pass else { return result }
    return BehaviorResult(.shift, .pass, "\(result.text), \(same) of \(all) results to the bit")
  }
}

extension BehaviorTrial {
  /// Whether roundings of the stated algorithm do not average out.
  fileprivate var errsToOneSide: Bool {
    if case .winograd(let transform) = algorithm { transform.hasRoundedConstants } else { false }
  }

  /// An input whose rows are so many places higher, the first of them at the end.
  func rotated(_ input: [Float], rows: Int) -> [Float] {
    let shape = problem.input
    return input.indices.map { index in
      let (plane, pixel) = index.quotientAndRemainder(dividingBy: shape.planeCount)
      return input[
        plane * shape.planeCount + (pixel + rows * shape.width) % shape.planeCount]
    }
  }

  /// Whether the windows of a row of results lie within the map.
  func isWhole(_ y: Int) -> Bool {
    let top = y * problem.stride.height - problem.padding.top
    let extent = (problem.kernel.height - 1) * problem.dilation.height + 1
    return top >= 0 && top + extent <= problem.input.height
  }
}
