import Kernels

/// Checks of numbers that ordinary data do not have.
extension BehaviorExamination {
  /// Zeros of either sign give the bias, whatever the order in which they are added up and by whatever transform.
  ///
  /// A result that is zero may have either sign: that depends on what a sum begins with.
  func zeros() throws -> BehaviorResult {
    try judge(.zeros) { trial in
      let biased = try self.trial(trial.problem, hasBias: true)
      for zero: Float in [0, -0.0] {
        let input = [Float](repeating: zero, count: trial.input.count)
        for (trial, name) in [(trial, "no bias"), (biased, "a bias")] {
          let output = try trial.run(input)
          let planeCount = output.count / trial.problem.input.batch / trial.problem.outputChannels
          let wrong = output.indices.first { index in
            let right = trial.bias.map { $0[index / planeCount % $0.count] } ?? 0
            return output[index] != right
          }
          if let wrong {
            return "an input of \(zero) and \(name): got \(output[wrong]) at \(wrong)"
          }
        }
      }
      return nil
    }
  }

  /// A NaN and infinities come out where the definition has them, and nowhere else.
  ///
  /// Expected is what the sum in the definition gives in double precision: NaN of a NaN, an infinity with the sign of
  /// its weight. A transform of Winograd's subtracts infinities from each other, and spreads what is not
  /// finite through its tile; an operand that is split in several of fewer bits may turn an infinity into a NaN.
  /// What is out of reach of the element has the bits that it has beside a finite one: a product with a zero that
  /// pads something has no place in the sum.
  func nonFinite() throws -> BehaviorResult {
    try judge(.nonFinite) { trial in
      let ordinary = try trial.run(trial.input)
      var generator = SeededGenerator(seed: 1)
      for special in [Float.nan, .infinity, -.infinity] {
        for place in [0, trial.input.count - 1]
          + (0..<4).map({ _ in Int.random(in: trial.input.indices, using: &generator) })
        {
          var input = trial.input
          input[place] = special
          let expected = trial.exact(input)
          let output = try trial.run(input)
          let isReached = trial.reached(by: expected)
          for index in output.indices {
            let (value, right) = (output[index], expected[index])
            let isRight: Bool
            if right.isFinite {
              isRight =
                isReached[index] || value.bitPattern == ordinary[index].bitPattern
                || trial.ordersVary && value.isFinite
            } else if trial.passesInfinityOn {
              isRight = right.isNaN ? value.isNaN : Double(value) == right
            } else {
              isRight = !value.isFinite
            }
            guard isRight else {
              let wanted = right.isFinite ? "as without it, \(ordinary[index])" : "\(right)"
              return "\(special) at \(place): got \(value) at \(index), and it should be \(wanted)"
            }
          }
        }
      }
      return nil
    }
  }
}

extension BehaviorTrial {
  /// Whether an infinity in a sum is one in the result.
  fileprivate var passesInfinityOn: Bool {
    switch algorithm {
    case .direct, .reassociated: true
    case .winograd, .reduced, nil: false
    }
  }

  /// The results that may not be finite as others are not: those that share a tile with one.
  ///
  /// - Parameter expected: The results of the definition, `[N, K, P, Q]`.
  /// - Returns: Whether each is one of them.
  fileprivate func reached(by expected: [Double]) -> [Bool] {
    var isReached = expected.map { !$0.isFinite }
    guard case .winograd(let transform) = algorithm else { return isReached }
    let (height, width) = (problem.output.height, problem.output.width)
    let distance = transform.tile - 1
    for index in expected.indices where !expected[index].isFinite {
      let (plane, pixel) = index.quotientAndRemainder(dividingBy: height * width)
      let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
      for row in max(0, y - distance)...min(height - 1, y + distance) {
        for column in max(0, x - distance)...min(width - 1, x + distance) {
          isReached[(plane * height + row) * width + column] = true
        }
      }
    }
    return isReached
  }
}
