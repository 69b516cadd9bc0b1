import Kernels
import Testing
import TestSupport

@testable import Plugins

/// A kernel that ends its process, or does not end, costs that process and nothing else.
@Suite("Kernels that do not finish") struct KernelFailureTests {
  /// A kernel that computes what it should, and something else while its first input is negative.
  private static func text(_ statement: String) -> String {
    """
    #include <signal.h>
    #include <stdlib.h>
    #include <string.h>
    #include <unistd.h>
    #include "direct.h"
    __attribute__((noinline)) int deep(int n) {
      volatile char page[4096];
      page[0] = (char)n;
      return n > 1 << 30 ? 0 : deep(n + 1) + page[0];
    }
    int densecam_simple_convolve(const densecam_problem *p, const float *input, const float *weights,
                                 const float *bias, float *output) {
      if (input[0] < 0) { \(statement); }
      direct(p, input, weights, bias, output);
      return 0;
    }
    """
  }

  /// The smallest convolution, three times its input, prepared by the first backend of a plugin.
  static func prepared(_ plugin: CompiledPlugin) throws -> (
    convolution: any PreparedConvolution, problem: ConvolutionProblem
  ) {
    let backend = try IsolatedBackend.all(
      of: PluginFile(path: plugin.path), program: BuiltCommand.path, instructionSet: .best)[0]
    let problem = try ConvolutionProblem(
      input: TensorShape(channels: 1, height: 2, width: 2), outputChannels: 1, kernel: Size(1))
    let prepared = try backend.prepare(
      problem, weights: WeightBuffer([3]), bias: nil, fusion: .none, on: ExecutionTarget(.best))
    return (prepared, problem)
  }

  static func run(
    _ prepared: any PreparedConvolution, _ problem: ConvolutionProblem, _ value: Float,
    team: WorkerTeam
  ) -> [Float] {
    let input = [Float](repeating: value, count: problem.input.count)
    var output = [Float](repeating: .nan, count: problem.output.count)
    var scratch: Float = 0
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        guard let from = input.baseAddress, let to = output.baseAddress else { return }
        withUnsafeMutablePointer(to: &scratch) { scratch in
          prepared.run(
            on: team,
            input: FeatureView(
              base: from, shape: problem.input, batchStride: problem.input.imageCount),
            output: MutableFeatureView(
              base: to, shape: problem.output, batchStride: problem.output.imageCount),
            memory: { _ in TaskMemory(scratch: scratch, workspace: scratch) })
        }
      }
    }
    return output
  }

  @Test(
    "are told by what they did, and the next run finds a fresh process",
    arguments: [
      (
        "*(volatile int *)64 = 1", KernelFailure.Kind.crashed,
        "SIGSEGV at address 0x40, in densecam_simple_convolve of failing.so"
      ),
      ("abort()", .crashed, "SIGABRT"),
      ("__builtin_trap()", .crashed, "SIGILL"),
      ("deep(0)", .crashed, "in deep of failing.so"),
      ("exit(0)", .crashed, "it ended its process, with status 0"),
      ("_exit(7)", .crashed, "it ended its process, with status 7"),
      ("raise(SIGKILL)", .crashed, "it ended by SIGKILL"),
      ("for (;;) pause()", .timedOut, "it did not return within 0.5 s, and was stopped"),
      (
        "for (;;) { volatile char *m = malloc(1 << 24); m[0] = 1; }", .outOfMemory,
        "it took all of the 2048 MiB that it may have, and ended by SIGSEGV"
      ),
      ("return 3", .refused, "it returned 3"),
    ])
  func failures(statement: String, kind: KernelFailure.Kind, words: String) throws {
    let plugin = try CompiledPlugin("failing", text: Self.text(statement))
    let backend = try IsolatedBackend.all(
      of: PluginFile(path: plugin.path), program: BuiltCommand.path, instructionSet: .best,
      limits: KernelLimits(
        seconds: kind == .timedOut ? 0.5 : 60, memoryByteCount: 2048 << 20))[0]
    let problem = try ConvolutionProblem(
      input: TensorShape(channels: 1, height: 2, width: 2), outputChannels: 1, kernel: Size(1))
    let prepared = try backend.prepare(
      problem, weights: WeightBuffer([3]), bias: nil, fusion: .none, on: ExecutionTarget(.best))
    let team = try WorkerTeam(count: 1)
    #expect(Self.run(prepared, problem, 2, team: team) == [6, 6, 6, 6])
    #expect(prepared.failure == nil)
    for _ in 0..<2 {
      _ = Self.run(prepared, problem, -2, team: team)
      #expect(prepared.failure?.kind == kind)
      #expect(
        prepared.failure?.reason.contains(words) == true, "\(String(describing: prepared.failure))")
      #expect(Self.run(prepared, problem, 5, team: team) == [15, 15, 15, 15])
      #expect(prepared.failure == nil)
    }
  }

  @Test("at loading make the file no plugin") func loading() throws {
    let plugin = try CompiledPlugin(
      "failing",
      text: "#include <stdlib.h>\n__attribute__((constructor)) static void start(void) { abort(); }"
    )
    #expect {
      _ = try IsolatedBackend.all(
        of: PluginFile(path: plugin.path), program: BuiltCommand.path, instructionSet: .best)
    } throws: { error in
      "\(error)".contains("cannot be loaded: SIGABRT")
    }
  }

  @Test("cannot take the shared memory away") func sharedMemory() throws {
    // The descriptor of the shared memory is known to be 3.
    let plugin = try CompiledPlugin(
      "failing", text: Self.text("if (ftruncate(3, 0) == 0) abort(); ftruncate(3, 1LL << 40)"))
    let (prepared, problem) = try Self.prepared(plugin)
    let team = try WorkerTeam(count: 1)
    #expect(Self.run(prepared, problem, -2, team: team) == [-6, -6, -6, -6])
    #expect(prepared.failure == nil)
  }
}

extension KernelFailureTests {
  @Test("say so when preparing again breaks the interface") func preparedAgain() throws {
    // The second time in one process or after it, tasks are none.
    let plugin = try CompiledPlugin(
      "again",
      text: """
        #include <stdio.h>
        #include "direct.h"
        static int count;
        static int prepare(const densecam_problem *p, const densecam_operands *o, void **s) { return 0; }
        static void work(void *s, densecam_work *w) { if (count++ > 0) w->tasks[0] = 0; }
        static int run(void *s, int32_t f, int64_t t, const densecam_view *i, const densecam_view *o,
                       const densecam_memory *m) { return 0; }
        static const densecam_backend backend = {
            .size = sizeof backend, .name = "again", .prepare = prepare, .work = work, .run = run};
        static const densecam_backend *const list[] = {&backend};
        static const densecam_plugin plugin = {sizeof plugin, DENSECAM_ABI_VERSION, 1, list};
        const densecam_plugin *densecam_plugin_entry(const densecam_host *h) { return &plugin; }
        """)
    let (prepared, problem) = try Self.prepared(plugin)
    let guarded = try #require(prepared.guarded(.atEnd))
    _ = Self.run(guarded, problem, 2, team: try WorkerTeam(count: 1))
    #expect(prepared.failure?.kind == .failed)
    #expect(prepared.failure?.reason.contains("0 tasks") == true)
  }
}
