import Kernels
import Net
import TestSupport
import Testing

@testable import Verify

@Suite("Sweeps over single convolutions") struct ProblemSweepTests {
  let team: WorkerTeam

  init() throws { team = try WorkerTeam(count: 2) }

  static let backends =
    (BackendRegistry.builtIn.all + [WinogradBackend(tile: 2), WinogradBackend(tile: 4)]).map {
      BackendChoice($0)
    }

  @Test("skip what takes more memory than there is, and only that") func memory() throws {
    var sweep = ProblemSweep(
      backends: [BackendChoice(NaiveBackend()), BackendChoice(TiledBackend())], team: team)
    let trial = ConvolutionTrial(try ConvolutionProblem(notation: "mb1ic4ih9oc4oh9kh3ph1"), seed: 1)
    let problem = trial.problem
    let count = problem.input.count + problem.output.count + problem.weightCount
    sweep.memoryLimit = count * ProblemSweep.bytesPerElement
    #expect(try sweep.run(trial).map(\.verdict) == [.pass, .pass])
    sweep.memoryLimit -= 1
    for result in try sweep.run(trial) {
      #expect(result.verdict == .skipped && result.reason?.contains("MiB") == true)
    }
    // 16·4000² elements, 128 results, 1152 weights.
    sweep.memoryLimit = 7812 << 20
    let large = try ConvolutionProblem(notation: "mb1ic16ih4000oc8oh4kh3sh1000")
    for result in try sweep.run(ConvolutionTrial(large, seed: 1)) {
      #expect(result.reason == "judging it takes about 17578 MiB, and there are 7812")
    }
  }

  @Test("pass every right backend", arguments: 0..<UInt64(4))
  func right(chunk: UInt64) throws {
    let sweep = ProblemSweep(backends: Self.backends, team: team)
    for seed in (chunk * 40)..<(chunk * 40 + 40) {
      let results = try sweep.run(.random(seed: seed))
      #expect(results.count == Self.backends.count)
      for result in results where result.verdict != .pass && result.verdict != .mistrusted {
        #expect(
          result.verdict == .unsupported && result.requested.hasPrefix("winograd"),
          "\(result.layer) \(result.caseName) on \(result.requested): \(result.deviation)")
      }
    }
  }

  @Test("are bit for bit the same on integers, for every backend", arguments: 0..<UInt64(4))
  func exact(chunk: UInt64) throws {
    let sweep = ProblemSweep(backends: Self.backends, policy: .bitwise, team: team)
    var judged = 0
    for seed in (chunk * 40)..<(chunk * 40 + 40) {
      for result in try sweep.run(.random(seed: seed, values: .integers)) where result.wasRun {
        judged += 1
        #expect(
          result.deviation.differing == 0 && result.verdict != .fail,
          "\(result.layer) \(result.caseName) on \(result.requested): \(result.deviation)")
      }
    }
    #expect(judged > 120)
  }

  @Test("name what a backend refuses, and what F(4×4) cannot do exactly") func notRun() throws {
    let strided = try ConvolutionTrial(notation: "mb1ic8ih9oc8kh3sh2ph1", seed: 3)
    let refused = try ProblemSweep(backends: [BackendChoice(WinogradBackend())], team: team).run(
      strided)
    #expect(refused.map(\.verdict) == [.unsupported])
    #expect(refused[0].reason?.isEmpty == false)
    let minimal = try ConvolutionTrial(
      notation: "mb1ic8ih9oc8kh3ph1", seed: 3, values: .integers)
    let skipped = try ProblemSweep(
      backends: [4, 2].map { BackendChoice(WinogradBackend(tile: $0)) }, policy: .bitwise,
      team: team
    ).run(minimal)
    #expect(skipped.map(\.verdict) == [.skipped, .pass])
  }

  @Test("shrink a failure to the smallest problem that shows it") func shrinking() throws {
    let trial = try ConvolutionTrial(
      notation: "g2mb3ic24ih17iw15oc18oh9ow8kh3kw3sh2sw2ph1pw1+bias+prologue+relu", seed: 5)
    // Fails whenever there are two columns of taps and three output channels or more.
    let simplest = trial.shrunk {
      $0.problem.kernel.width >= 2 && $0.problem.outputChannels >= 3
    }
    #expect(simplest.problem.outputChannels == 3 && simplest.problem.kernel.width == 2)
    #expect(simplest.problem.kernel.height == 1 && simplest.problem.input.channels == 1)
    #expect(simplest.problem.input.batch == 1 && simplest.surroundings.isEmpty)
    #expect(trial.shrunk { _ in false } == trial)
  }

  @Test("read lists with comments and name the line that is wrong") func lists() throws {
    let trials = try ProblemList.trials(
      in: "# nets\n\nmb1ic3ih8oc4kh3ph1 # 2×\n mb1ic3ih8oc4kh3ph1 + relu\nmb1ic3ih8oc4kh3ph1\n",
      name: "list", seed: 7, values: .uniform)
    #expect(
      trials.map(\.description) == [
        "mb1ic3ih8oc4oh8kh3ph1", "mb1ic3ih8oc4oh8kh3ph1+relu",
      ])
    let batch = try ProblemList.trials(
      in: """
        --reset --dir=FWD_B --dt=f32 mb1ic3ih8oc4kh3ph1 mb1ic3ih9oc4kh3ph1n"two words, + and #"
        --dir=FWD_I --stag=axb,any
        g1mb1_ic3ih8_oc4_kh3ph1nname*3
        """, name: "batch", seed: 7, values: .uniform)
    #expect(
      batch.map(\.description) == [
        "mb1ic3ih8oc4oh8kh3ph1+bias", "mb1ic3ih9oc4oh9kh3ph1+bias", "mb1ic3ih8oc4oh8kh3ph1",
      ])
    let line = try ProblemList.trials(
      notation: "mb1ic3iw8oc4kw3,mb1ic3ih8oc4kh3n\"a,b\"+relu", seed: 7, values: .uniform)
    #expect(
      line.map(\.description) == [
        "mb1ic3ih1iw8oc4oh1ow6kh1kw3", "mb1ic3ih8oc4oh6kh3+relu",
      ])
    for (text, part) in [
      ("mb1ic3ih8oc4kh3\n--dir=BWD_D mb1ic3ih8oc4kh3", "line 2: the option --dir=BWD_D"),
      ("--mb=32 mb1ic3ih8oc4kh3", "--mb=32"), ("--attr-post-ops=relu mb1ic3ih8oc4kh3", "relu"),
      ("--batch=shapes", "--batch"), ("--dt=bf16 mb1ic3ih8oc4kh3", "--dt=bf16"),
      ("mb1ic3ih8oc4kh3\nmb1ic3ih8zz", "list, line 2"), ("# nothing\n", "no problems"),
      ("mb1ic3ih8oc4kh3+gelu", "+gelu"),
    ] {
      let error = #expect(throws: ProblemError.self) {
        try ProblemList.trials(in: text, name: "list", seed: 1, values: .uniform)
      }
      #expect(error?.description.contains(part) == true)
    }
    #expect(try ProblemList.random("random:3@10", values: .uniform)?.map(\.seed) == [10, 11, 12])
    #expect(try ProblemList.random("problems.txt", values: .uniform) == nil)
    for text in ["random:", "random:0", "random:x", "random:3@", "random:2@18446744073709551615"] {
      #expect(throws: ProblemError.self) { try ProblemList.random(text, values: .uniform) }
    }
  }
}
