import Kernels
import Testing
import TestSupport

@testable import Plugins

/// Tables that break the interface: each is refused with a line that says how.
@Suite("Tables of plugins") struct PluginTableTests {
  /// A plugin of one backend, with definitions that replace the right ones.
  private static func text(_ definitions: String = "") -> String {
    """
    \(definitions)
    #include "direct.h"
    #ifndef NAME
    #define NAME "broken"
    #endif
    #ifndef RUN
    #define RUN run
    #endif
    #ifndef PREPARE
    #define PREPARE prepare
    #endif
    #ifndef DESCRIBE
    #define DESCRIBE
    #endif
    #ifndef WORK
    #define WORK
    #endif
    #ifndef SIZE
    #define SIZE sizeof(densecam_backend)
    #endif
    #ifndef PLUGIN_SIZE
    #define PLUGIN_SIZE sizeof(densecam_plugin)
    #endif
    #ifndef VERSION
    #define VERSION DENSECAM_ABI_VERSION
    #endif
    #ifndef LIST
    #define LIST &backend
    #endif
    #ifndef COUNT
    #define COUNT sizeof list / sizeof *list
    #endif
    static int prepare(const densecam_problem *p, const densecam_operands *o, void **s) { return 0; }
    static int run(void *s, int32_t phase, int64_t task, const densecam_view *i, const densecam_view *o,
                   const densecam_memory *m) { return 0; }
    static void describe(const densecam_problem *p, densecam_description *d) { DESCRIBE; }
    static void work(void *s, densecam_work *w) { WORK; }
    static const densecam_backend backend = {
        SIZE, NAME, "", NULL, describe, PREPARE, work, RUN, NULL};
    static const densecam_backend *const list[] = {LIST};
    static const densecam_plugin plugin = {PLUGIN_SIZE, VERSION, COUNT, list};
    const densecam_plugin *densecam_plugin_entry(const densecam_host *host) { return &plugin; }
    """
  }

  @Test(
    "are checked when a plugin is loaded",
    arguments: [
      ("#define VERSION 2", "was built for version 2 of the interface, and this is 1"),
      ("#define VERSION 0", "was built for version 0"),
      (
        "#define SIZE 80",
        "its table of backend number 1 has 80 bytes, and version 1 has 72; it was built with a newer header"
      ),
      ("#define SIZE 8", "its table of backend number 1 has 8 bytes"),
      ("#define PLUGIN_SIZE 4096", "its table has 4096 bytes"),
      ("#define NAME 0", "backend number 1 has no allowed name"),
      (#"#define NAME """#, "backend number 1 has no allowed name"),
      (#"#define NAME "a b""#, "backend number 1 has no allowed name"),
      (#"#define NAME "\x1b[31m""#, "backend number 1 has no allowed name"),
      ("#define RUN 0", "backend broken has no function run"),
      ("#define PREPARE 0", "backend broken has no function prepare"),
      ("#define LIST 0", "has no table for its backend number 1"),
      ("#define LIST &backend, &backend", "offers two backends called broken"),
      ("#define COUNT 0", "offers 0 backends"),
      ("#define COUNT 2000000000", "offers 2000000000 backends"),
      ("#define COUNT -1", "offers -1 backends"),
    ])
  func tables(definition: String, words: String) throws {
    let plugin = try CompiledPlugin("broken", text: Self.text(definition))
    #expect {
      _ = try PluginLibrary(PluginFile(path: plugin.path), for: .baseline)
    } throws: { error in
      "\(error)".hasPrefix(plugin.path + ": ") && "\(error)".contains(words)
    }
  }

  @Test("are not there")
  func missing() throws {
    for (text, words) in [
      ("int x;", "has neither densecam_plugin_entry nor densecam_simple_convolve"),
      ("void *densecam_plugin_entry(void *h) { return 0; }", "cannot work on this machine"),
      (
        "extern int nowhere(void); int densecam_simple_convolve(void) { return nowhere(); }",
        "cannot be loaded: undefined symbol: nowhere"
      ),
    ] {
      let plugin = try CompiledPlugin("missing", text: text)
      #expect {
        _ = try PluginLibrary(PluginFile(path: plugin.path), for: .baseline)
      } throws: { error in
        "\(error)".contains(words)
      }
    }
  }

  @Test(
    "are checked when a problem is prepared",
    arguments: [
      ("#define DESCRIBE d->input_block = 3", "blocks of 3 channels, where 1 or 4 are possible"),
      ("#define DESCRIBE d->output_block = 0", "blocks of 0 channels"),
      ("#define DESCRIBE d->algorithm = 9", "an algorithm number 9"),
      ("#define DESCRIBE d->algorithm = DENSECAM_WINOGRAD; d->tile = 3", "tiles of 3"),
      (
        "#define DESCRIBE d->algorithm = DENSECAM_WINOGRAD; d->tile = 3; d->point_count = 3",
        "3 points for Winograd's tiles of 3"
      ),
      (
        "#define DESCRIBE d->algorithm = DENSECAM_WINOGRAD; d->tile = 2; d->point_count = 3",
        "3 points for Winograd's tiles of 2"
      ),
      (
        "#define DESCRIBE d->algorithm = DENSECAM_WINOGRAD; d->tile = 8; d->point_count = 10",
        "10 points for Winograd's tiles of 8"
      ),
      (
        "#define DESCRIBE d->algorithm = DENSECAM_WINOGRAD; d->tile = 2; d->point_count = -1",
        "-1 points"
      ),
      ("#define DESCRIBE d->algorithm = DENSECAM_REDUCED", "operands of 0 bits"),
      ("#define DESCRIBE d->algorithm = DENSECAM_REDUCED; d->operand_bits = 24", "of 24 bits"),
      ("#define DESCRIBE d->size = 31", "a description of 31 bytes"),
      ("#define DESCRIBE d->fusions = 64", "fusions 64"),
      ("#define DESCRIBE d->threading = 2", "threading 2"),
      ("#define DESCRIBE d->size = 4096", "a description of 4096 bytes"),
      ("#define WORK w->size = 8", "work of 8 bytes"),
      ("#define WORK w->phases = 0", "0 phases"),
      ("#define WORK w->phases = 9", "9 phases"),
      ("#define WORK w->tasks[0] = 0", "0 tasks"),
      ("#define WORK w->tasks[0] = -1", "-1 tasks"),
      ("#define WORK w->tasks[0] = 1LL << 32", "4294967296 tasks"),
      ("#define WORK w->scratch_bytes = -1", "memory of -1, 0, 0 bytes"),
      ("#define WORK w->workspace_bytes = INT64_MAX", "memory of 0, 9223372036854775807, 0 bytes"),
      (
        "#define DESCRIBE d->threading = DENSECAM_THREADS_OF_KERNEL\n#define WORK w->tasks[0] = 2",
        "several tasks although it runs threads of its own"
      ),
    ])
  func preparation(definition: String, words: String) throws {
    let plugin = try CompiledPlugin("broken", text: Self.text(definition))
    let file = try PluginFile(path: plugin.path)
    let problem = try ConvolutionProblem(
      input: TensorShape(channels: 2, height: 4, width: 4), outputChannels: 2, kernel: Size(1))
    let backends: [any ConvolutionBackend] =
      try PluginLibrary(file, for: .baseline).backends
      + IsolatedBackend.all(
        of: file, program: BuiltCommand.path, instructionSet: .baseline)
    for backend in backends {
      #expect {
        _ = try backend.prepare(
          problem, weights: WeightBuffer([1, 2, 3, 4]), bias: nil, fusion: .none,
          on: ExecutionTarget(.baseline))
      } throws: { error in
        (error as? KernelError)?.code == .invalidKernel && "\(error)".contains(words)
      }
    }
  }
}
