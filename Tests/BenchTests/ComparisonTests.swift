import Glibc
import Kernels
import Testing

@testable import Bench

@Suite("Student's distribution") struct StudentDistributionTests {
  /// From the usual tables of critical values, two-sided.
  @Test(
    "has the tables' quantiles",
    arguments: [
      (1.0, 0.05, 12.706), (5, 0.05, 2.571), (10, 0.001, 4.587), (14, 0.01, 2.977),
      (30, 0.05, 2.042), (120, 0.001, 3.373),
    ])
  func quantiles(freedom: Double, probability: Double, value: Double) {
    let distribution = StudentDistribution(degreesOfFreedom: freedom)
    #expect(abs(distribution.quantile(twoSided: probability) - value) < 0.0006)
    #expect(abs(distribution.twoSidedProbability(value) / probability - 1) < 0.002)
  }

  /// With one degree it is Cauchy's distribution.
  @Test("is Cauchy's with one degree of freedom", arguments: [0.0, 0.3, 1, 7, 1e6])
  func cauchy(value: Double) {
    let expected = 1 - 2 / Double.pi * atan(value)
    #expect(
      abs(StudentDistribution(degreesOfFreedom: 1).twoSidedProbability(value) - expected) < 1e-12)
  }

  @Test("takes what is no number for chance") func notFinite() {
    #expect(StudentDistribution(degreesOfFreedom: 3).twoSidedProbability(.nan) == 1)
    #expect(StudentDistribution(degreesOfFreedom: 3).twoSidedProbability(.infinity) == 0)
  }
}

/// Times as a machine with neighbours gives them: phases in which all is slower and the bandwidth is less, single
/// repetitions that are slower still, and some noise.
private struct NoisyMachine {
  var generator: SeededGenerator
  var layers = 60

  private mutating func normal() -> Double {
    let (one, two) = (
      Double.random(in: 1e-12..<1, using: &generator), Double.random(in: 0..<1, using: &generator)
    )
    return (-2 * log(one)).squareRoot() * cos(2 * .pi * two)
  }

  mutating func series(_ slowdown: Double = 1, count: Int = 240, disturbed: Double = 0.3)
    -> TimedSeries
  {
    var load = 0.0
    var machine: [MachineReading] = []
    var times = [[Double]](repeating: [], count: layers)
    for repetition in 0..<count {
      // A phase lasts for some twenty repetitions.
      if repetition % 20 == 0 {
        load =
          Double.random(in: 0..<1, using: &generator) < disturbed
          ? Double.random(in: 0.2..<0.6, using: &generator) : 0
      }
      let spike = Double.random(in: 0..<1, using: &generator) < 0.05 ? 1.5 : 1
      machine.append(
        MachineReading(
          clock: 3 * (1 + 0.005 * normal()), bandwidth: 12 / (1 + load) * (1 + 0.01 * normal())))
      for layer in 0..<layers {
        times[layer].append(
          slowdown * Double(layer + 1) * (1 + load) * spike * (1 + 0.01 * normal()))
      }
    }
    let whole = (0..<count).map { repetition in times.reduce(0) { $0 + $1[repetition] } }
    return TimedSeries(
      rows: [TimedSeries.Row("network", .network, times: whole)]
        + times.enumerated().map { TimedSeries.Row("layer\($0)", .layer, times: $1) },
      machine: machine, blocks: (0..<count).map { $0 * 10 / count })
  }
}

@Suite("Comparisons of times") struct SeriesComparisonTests {
  private func calls(_ comparison: SeriesComparison) -> [Call] { comparison.rows.map(\.call) }

  @Test("calls equal programs neither faster nor slower") func falseAlarms() {
    var machine = NoisyMachine(generator: SeededGenerator(seed: 18))
    let pairs = 200
    let alarms = (0..<pairs).count { _ in
      let comparison = SeriesComparison(machine.series(), machine.series())
      return !Set(calls(comparison)).isDisjoint(with: [.faster, .slower])
    }
    // One in a hundred are two of 200; more than eight have a probability of 0.0002.
    #expect(alarms <= 8, "\(alarms) of \(pairs), seed 18")
  }

  @Test("sees what is slower and what is faster", arguments: [1.05, 1 / 1.05])
  func power(slowdown: Double) {
    var machine = NoisyMachine(generator: SeededGenerator(seed: 19))
    let expected = slowdown > 1 ? Call.slower : .faster
    let seen = (0..<20).count { _ in
      let comparison = SeriesComparison(machine.series(), machine.series(slowdown))
      return comparison.rows.first?.call == expected
    }
    #expect(seen >= 18, "\(seen) of 20, seed 19")
  }

  @Test("says that equal times are the same where it can") func sameness() throws {
    var machine = NoisyMachine(generator: SeededGenerator(seed: 20))
    let network = try #require(
      SeriesComparison(machine.series(count: 2000), machine.series(count: 2000)).rows.first)
    #expect(network.call == .same)
    #expect(try #require(network.interval).contains(1))
  }

  @Test("calls nothing where one machine was never quiet") func disturbed() {
    var machine = NoisyMachine(generator: SeededGenerator(seed: 21))
    let comparison = SeriesComparison(machine.series(), machine.series(disturbed: 1))
    #expect(comparison.disturbance?.contains("NEW") == true)
    #expect(Set(calls(comparison)) == [.unclear])
  }

  /// All of a difference that the machine explains is no difference of the programs.
  @Test("puts a difference down to the machine if that was slower") func conditions() {
    var machine = NoisyMachine(generator: SeededGenerator(seed: 22))
    let base = machine.series(disturbed: 0)
    var slower = machine.series(1.08, disturbed: 0)
    #expect(SeriesComparison(base, slower).rows.first?.call == .slower)
    for index in slower.machine.indices { slower.machine[index].bandwidth /= 1.1 }
    #expect(SeriesComparison(base, slower).rows.first?.call == .unclear)
  }

  @Test("sees one percent where both took turns") func paired() {
    var machine = NoisyMachine(generator: SeededGenerator(seed: 23))
    let base = machine.series(disturbed: 1)
    var new = base
    for row in new.rows.indices {
      for index in new.rows[row].times.indices {
        new.rows[row].times[index] *=
          1.01 * (1 + 0.02 * Double.random(in: -1...1, using: &machine.generator))
      }
    }
    #expect(SeriesComparison(base, new, isPaired: true).rows.first?.call == .slower)
    #expect(SeriesComparison(base, base, isPaired: true).rows.allSatisfy { $0.call == .same })
  }

  @Test("finds few false alarms in halves of a run, and many in a run of two programs")
  func halves() {
    var machine = NoisyMachine(generator: SeededGenerator(seed: 24))
    let (alarms, pairs) = SeriesComparison.falseAlarms(in: machine.series(count: 800))
    #expect(pairs == 126)
    #expect(alarms <= 3)
    var drifting = machine.series(count: 800, disturbed: 0)
    for row in drifting.rows.indices {
      for index in 400..<800 { drifting.rows[row].times[index] *= 1.2 }
    }
    #expect(SeriesComparison.falseAlarms(in: drifting).alarms >= 1)
  }

  @Test("compares what both have") func rows() {
    var machine = NoisyMachine(generator: SeededGenerator(seed: 25))
    let base = machine.series()
    var new = machine.series()
    new.rows.removeLast()
    new.rows.append(TimedSeries.Row("other", .layer, times: new.rows[0].times))
    let names = SeriesComparison(base, new).rows.map(\.name)
    #expect(names == base.rows.dropLast().map(\.name))
    let empty = TimedSeries(rows: [], machine: [], blocks: [])
    #expect(SeriesComparison(empty, base).rows.isEmpty)
    #expect(SeriesComparison.falseAlarms(in: empty).pairs == 0)
  }
}

@Suite("Throttling") struct ThrottlingTests {
  @Test("sets aside what ran under a low clock") func setAside() {
    var samples = NetworkSamples(stepCount: 1)
    samples.network = Array(1...10)
    samples.processor = Array(11...20)
    samples.steps = [Array(21...30)]
    samples.blocks = Array(repeating: 0, count: 10)
    samples.rounds = Array(0..<10)
    samples.machine = (1...10).map {
      MachineReading(clock: $0 == 4 || $0 == 7 ? 2.4 : 3, bandwidth: 10)
    }
    #expect(samples.setThrottledAside() == 2)
    #expect(samples.network == [1, 2, 3, 5, 6, 8, 9, 10])
    #expect(samples.steps == [[21, 22, 23, 25, 26, 28, 29, 30]])
    #expect(samples.rounds == [0, 1, 2, 4, 5, 7, 8, 9])
    // Eight are too few to know what is usual.
    samples.machine[0].clock = 1
    #expect(samples.setThrottledAside() == 0)
  }

  @Test("knows when the median is known") func noise() {
    var samples = NetworkSamples(stepCount: 0)
    samples.network = Array(repeating: 100, count: 11)
    #expect(!samples.isQuiet(below: 0.01))
    samples.network.append(100)
    #expect(samples.isQuiet(below: 0.01))
    samples.network = (0..<100).map { 100 + $0 }
    // The ranks 40 and 60 of 100.
    #expect(!samples.isQuiet(below: 0.13))
    #expect(samples.isQuiet(below: 0.15))
  }
}
