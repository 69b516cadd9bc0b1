import ArgumentParser
import Bench
import Files
import Kernels
import Net
import Report

/// `densecam doctor` shows whether this machine is ready, and warnings about it.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Show what this machine offers and whether every kernel works on it.")

  @OptionGroup(title: "PLUGINS") var plugins: PluginOptions

  @Flag(help: "Measure again what the machine can do, which is otherwise done once.")
  var measure = false

  func run() throws {
    let registry = try plugins.registry()
    let machine = try MachineDescription.current()
    let sets = InstructionSet.allCases.map {
      $0.rawValue + ($0.isForTests ? " (for tests)" : $0.isSupported ? "" : " (missing)")
    }
    let blasAdvice =
      machine.isBLASCoreChosen ? ": the library takes this processor for an older one" : ""
    let lines = [
      "densecam           \(Densecam.version), Swift \(machine.swiftVersion)"
        + (machine.isDebugBuild ? ", debug build" : ""),
      "processor          \(machine.processor.model)",
      "processors         \(machine.allowedProcessorCount) of \(machine.processorCount)",
      "instruction sets   \(sets.joined(separator: ", ")); using \(machine.instructionSet)"
        + (machine.isInstructionSetForced ? " (forced)" : ""),
      "OpenBLAS           \(machine.blasConfiguration); running \(machine.blasCoreLine)\(blasAdvice)",
      "governor           \(machine.processor.governor ?? "unknown")",
      "load               \(machine.loadAverage.map { "\($0)" }.joined(separator: " "))",
    ]
    for line in lines { try print(line) }
    for cache in machine.processor.caches {
      try print("cache              L\(cache.level) \(cache.type), \(cache.size / 1024) KiB")
    }
    let roofs = try Roofs.known(of: machine, isMeasured: measure)
    for roof in roofs.arithmetic {
      try print(
        "peak               \(roof.instructionSet), \(roof.threads) thread\(roof.threads == 1 ? "" : "s"): "
          + "\(NumberText.fixed(roof.gflops, 1)) GFLOP/s")
    }
    for roof in roofs.bandwidth {
      try print(
        "reading            \(roof.level), \(roof.threads) thread\(roof.threads == 1 ? "" : "s"): "
          + "\(NumberText.fixed(roof.gigabytes, 1)) GB/s")
    }
    if let path = RoofCache.path { try print("measured           kept in \(path)") }
    try print("counters           \(HardwareCounters.line)")
    for warning in machine.warnings { try print("warning            \(warning)") }
    var works = true
    for set in InstructionSet.supported {
      for backend in registry.all {
        let verdict = try KernelCheck.run(backend, on: set)
        try print(
          "check              \(backend.name) on \(set.rawValue): \(verdict ? "works, its plan is sound" : "WRONG")"
        )
        works = works && verdict
      }
    }
    if !works { throw ExitStatus.mismatch }
  }
}
