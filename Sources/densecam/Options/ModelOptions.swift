import ArgumentParser
import Glibc
import Kernels
import Net

/// Which network, on how many threads.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The network: densenet121, -161, -169, -201 or -mini with seeded weights (densenet169@7 for "
        + "seed 7), or an MXNet checkpoint PREFIX:EPOCH.", valueName: "model"))
  var model: String?

  @OptionGroup var threading: ThreadOptions

  /// Loads the network.
  func load(default name: String = "densenet169@1") throws -> (model: Model, team: WorkerTeam) {
    let team = try WorkerTeam(count: threading.count)
    return (try Model(model ?? name, team: team), team)
  }
}

/// How many threads.
struct ThreadOptions: ParsableArguments {
  @Option(
    name: [.short, .long], help: ArgumentHelp("Threads to compute on.", valueName: "count"))
  var threads: Int?

  /// The number asked for, or one for each processor that this process may use.
  var count: Int { threads ?? Self.processorCount }

  static var processorCount: Int {
    var set = cpu_set_t()
    guard unsafe sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &set) == 0 else {
      return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }
    return max(
      1,
      unsafe withUnsafeBytes(of: &set) { bytes in
        unsafe bytes.reduce(0) { $0 + $1.nonzeroBitCount }
      })
  }
}
