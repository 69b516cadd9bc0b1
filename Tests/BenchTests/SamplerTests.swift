import Testing

@testable import Bench

/// A clock that stands still unless a network runs, and a record of which one did.
private final class FakeWorld {
  var now = 0
  var processor = 0
  var log: [String] = []

  var source: TimeSource { TimeSource(now: { self.now }, processor: { self.processor }) }

  /// A network whose steps take so long in nanoseconds, given the number of the run, and whose input
  /// takes 5.
  func network(_ name: String, steps: Int, _ time: @escaping (_ run: Int, _ step: Int) -> Int)
    -> TimedNetwork
  {
    var run = 0
    return TimedNetwork(stepCount: steps) { lap in
      self.log.append(name)
      self.now += 5
      lap()
      for step in 0..<steps {
        self.now += time(run, step)
        lap()
      }
      self.processor += 1000
      run += 1
    }
  }
}

@Suite struct SamplerTests {
  private let world = FakeWorld()

  private func sampler(_ options: SamplingOptions) -> Sampler {
    Sampler(options, source: world.source)
  }

  @Test func `the candidates take turns`() {
    let networks = ["A", "B", "C"].map { world.network($0, steps: 1) { _, _ in 10 } }
    let samples = sampler(SamplingOptions(repetitions: 4)).sample(networks)
    // The first run is progress, the next three are not.
    #expect(world.log.joined() == String(repeating: "ABC", count: 4 + 4))
    #expect(samples.map(\.network.count) == [4, 4, 4])
    #expect(samples.map(\.warmUpCount) == [4, 4, 4])
    #expect(samples.allSatisfy { $0.isWarm })
  }

  @Test func `each step gets its own time and the input's copy belongs to none`() {
    let network = world.network("A", steps: 3) { run, step in 100 * (step + 1) + run }
    let samples = sampler(SamplingOptions(repetitions: 2, warmUpSeconds: 0)).sample([network])
    // One run of warm-up comes before, whatever the limit.
    #expect(samples[0].steps == [[101, 102], [201, 202], [301, 302]])
    #expect(samples[0].network == [608, 611])
    #expect(samples[0].processor == [1000, 1000])
    #expect(samples[0].warmUpCount == 1)
    #expect(!samples[0].isWarm)
  }

  @Test func `the warm-up waits until the times have stopped falling`() {
    // 1000, 900, 800, … 500, 500, …: progress ends with the sixth run.
    let network = world.network("A", steps: 1) { run, _ in max(500, 1000 - 100 * run) - 5 }
    let samples = sampler(SamplingOptions(repetitions: 1)).sample([network])
    #expect(samples[0].warmUpCount == 9)
    #expect(samples[0].isWarm)
    #expect(samples[0].network == [500])
  }

  @Test func `the warm-up of a network that gets ever faster has an end`() {
    let network = world.network("A", steps: 1) { run, _ in 1_000_000_000 / (run + 1) }
    let samples = sampler(SamplingOptions(repetitions: 1, warmUpSeconds: 2)).sample([network])
    // 1 + 1/2 + 1/3 + 1/4 seconds pass the limit of 2.
    #expect(samples[0].warmUpCount == 4)
    #expect(!samples[0].isWarm)
  }

  @Test func `time bounds the repetitions`() {
    let networks = [10, 30].map { milliseconds in
      world.network("\(milliseconds)", steps: 1) { _, _ in milliseconds * 1_000_000 }
    }
    var options = SamplingOptions(seconds: 0.2, leastRepetitions: 3)
    // 0.4 seconds for both; a round takes 0.04 (and 10 ns).
    #expect(sampler(options).sample(networks).map(\.network.count) == [10, 10])
    options.leastRepetitions = 12
    #expect(sampler(options).sample(networks).map(\.network.count) == [12, 12])
    options.seconds = 1e6
    let most = SamplingOptions.mostRepetitions
    #expect(sampler(options).sample(networks).map(\.network.count) == [most, most])
    options.repetitions = most + 1
    #expect(sampler(options).sample(networks).map(\.network.count) == [most + 1, most + 1])
  }

  @Test(arguments: [0, 3, 8, 9, 11]) func `a stop keeps what is measured`(runs: Int) {
    let networks = ["A", "B"].map { world.network($0, steps: 2) { _, _ in 10 } }
    let samples = sampler(SamplingOptions(repetitions: 100))
      .sample(networks, shouldStop: { world.log.count == runs })
    #expect(world.log.count == runs)
    // Eight runs of warm-up, then turns.
    let measured = max(0, runs - 8)
    #expect(samples.map(\.network.count) == [(measured + 1) / 2, measured / 2])
    #expect(samples[0].steps.map(\.count) == [(measured + 1) / 2, (measured + 1) / 2])
  }

  @Test func `progress rises to 1`() {
    let network = world.network("A", steps: 1) { _, _ in 10 }
    var seen: [Double] = []
    _ = sampler(SamplingOptions(repetitions: 4)).sample(
      [network], progress: { if $0.phase == .measuring { seen.append($0.fraction) } })
    #expect(seen == [0.25, 0.5, 0.75, 1])
  }

  @Test func `nothing to measure`() {
    #expect(sampler(SamplingOptions()).sample([]).isEmpty)
  }
}
