import Files
import Glibc
package import Kernels

/// Where and when numbers were measured: without it a time means nothing.
package struct MachineDescription: Hashable, Sendable, Codable {
  /// UTC, ISO 8601.
  package var date: String
  package var hostName: String
  package var processor: ProcessorDescription

  /// The logical processors that are online.
  package var processorCount: Int

  /// Those of them that this process may use, such as `0-3`; fewer than all if it is pinned.
  package var allowedProcessors: String

  /// The instruction set of the inner loops, and whether `DENSECAM_ISA` forced it.
  package var instructionSet: String
  package var isInstructionSetForced: Bool

  /// The processor family that OpenBLAS picked its kernels for, the value of `OPENBLAS_CORETYPE` if
  /// it is set, and the library's description of itself.
  package var blasCore: String
  package var forcedBLASCore: String?
  package var blasConfiguration: String

  /// Whether ``blasCore`` was chosen by densecam, since the library would have picked a weaker one.
  package var isBLASCoreChosen = false

  /// Whether the processor has wider registers than ``blasCore`` uses; false where that is not known.
  package var isBLASCoreWeak = false

  /// The compiler's version, the last digit left out.
  package var swiftVersion: String
  package var isDebugBuild: Bool

  /// The commit that was built; nil if unknown.
  package var commit: String?

  /// The mean number of processes that were runnable over the last 1, 5 and 15 minutes; empty if
  /// unknown.
  package var loadAverage: [Double]

  /// Creates a description from saved values; the processor's clock and caches are not saved.
  ///
  /// - Parameters:
  ///   - date: ``date``.
  ///   - hostName: ``hostName``.
  ///   - processor: The processor's model.
  ///   - governor: How the clock is chosen, if known.
  ///   - processorCount: ``processorCount``.
  ///   - allowedProcessors: ``allowedProcessors``.
  ///   - instructionSet: ``instructionSet``.
  ///   - isInstructionSetForced: ``isInstructionSetForced``.
  ///   - blasCore: ``blasCore``.
  ///   - forcedBLASCore: ``forcedBLASCore``.
  ///   - blasConfiguration: ``blasConfiguration``.
  ///   - swiftVersion: ``swiftVersion``.
  ///   - isDebugBuild: ``isDebugBuild``.
  ///   - commit: ``commit``.
  ///   - loadAverage: ``loadAverage``.
  package init(
    date: String, hostName: String, processor: String, governor: String?, processorCount: Int,
    allowedProcessors: String, instructionSet: String, isInstructionSetForced: Bool,
    blasCore: String, forcedBLASCore: String?, blasConfiguration: String, swiftVersion: String,
    isDebugBuild: Bool, commit: String?, loadAverage: [Double]
  ) {
    self.init(
      date: date, hostName: hostName,
      processor: ProcessorDescription(
        model: processor, megahertz: nil, caches: [], governor: governor),
      processorCount: processorCount, allowedProcessors: allowedProcessors,
      instructionSet: instructionSet, isInstructionSetForced: isInstructionSetForced,
      blasCore: blasCore, forcedBLASCore: forcedBLASCore, blasConfiguration: blasConfiguration,
      swiftVersion: swiftVersion, isDebugBuild: isDebugBuild, commit: commit,
      loadAverage: loadAverage)
  }

  init(
    date: String, hostName: String, processor: ProcessorDescription, processorCount: Int,
    allowedProcessors: String, instructionSet: String, isInstructionSetForced: Bool,
    blasCore: String, forcedBLASCore: String?, blasConfiguration: String, swiftVersion: String,
    isDebugBuild: Bool, commit: String?, loadAverage: [Double]
  ) {
    self.date = date
    self.hostName = hostName
    self.processor = processor
    self.processorCount = processorCount
    self.allowedProcessors = allowedProcessors
    self.instructionSet = instructionSet
    self.isInstructionSetForced = isInstructionSetForced
    self.blasCore = blasCore
    self.forcedBLASCore = forcedBLASCore
    self.blasConfiguration = blasConfiguration
    self.swiftVersion = swiftVersion
    self.isDebugBuild = isDebugBuild
    self.commit = commit
    self.loadAverage = loadAverage
  }

  /// Describes this machine as it is now.
  ///
  /// Call it before the measurement, whose own load counts, and pass the commit that was built
  /// if you know it.
  ///
  /// - Throws: ``KernelError`` if `DENSECAM_ISA` names an unsupported set.
  package static func current(commit: String? = nil) throws(KernelError) -> MachineDescription {
    let status = SystemFile.read("/proc/self/status") ?? ""
    let count = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    var machine = MachineDescription(
      date: date(time(nil)), hostName: SystemFile.read("/proc/sys/kernel/hostname") ?? "unknown",
      processor: .current(), processorCount: count,
      allowedProcessors: ProcessorDescription.field("Cpus_allowed_list", of: status)
        ?? "0-\(count - 1)",
      instructionSet: try InstructionSet.selected().rawValue,
      isInstructionSetForced: unsafe getenv(InstructionSet.environmentVariable) != nil,
      blasCore: OpenBLAS.core, forcedBLASCore: OpenBLAS.forcedCore,
      blasConfiguration: OpenBLAS.configuration.trimmed, swiftVersion: compilerVersion,
      isDebugBuild: isDebug, commit: commit,
      loadAverage: (SystemFile.read("/proc/loadavg") ?? "").split(separator: " ").prefix(3)
        .compactMap { Double($0) })
    machine.isBLASCoreChosen = OpenBLAS.isCoreChosen
    machine.isBLASCoreWeak = OpenBLAS.isCoreWeak
    return machine
  }

  /// The family that OpenBLAS runs the kernels of, and who chose it if not the library.
  package var blasCoreLine: String {
    blasCore + (forcedBLASCore != nil ? " (forced)" : isBLASCoreChosen ? " (chosen)" : "")
  }

  /// The processors that this process may use.
  package var allowedProcessorCount: Int { ProcessorDescription.count(ofList: allowedProcessors) }

  /// The conditions that make this machine's numbers worse than necessary, one sentence each.
  package var warnings: [String] {
    var warnings: [String] = []
    if isDebugBuild {
      warnings.append("this is a debug build: build with -c release before you measure")
    }
    if let forcedBLASCore {
      warnings.append(
        "OPENBLAS_CORETYPE=\(forcedBLASCore) is set; a family that is not this processor's halves "
          + "OpenBLAS: unset it")
    }
    if isBLASCoreWeak {
      warnings.append(
        "OpenBLAS runs its kernels for \(blasCore), and this processor has wider registers: "
          + "im2col-openblas is slower than it could be"
          + (forcedBLASCore == nil ? "; a newer OpenBLAS may know the processor" : ""))
    }
    if let load = loadAverage.first, load > Self.quietLoad {
      warnings.append(
        "the load was \(load) before the measurement: other work makes every time longer")
    }
    if let governor = processor.governor, governor != "performance" {
      warnings.append(
        "the frequency governor is \(governor), not performance: the clock may change meanwhile")
    }
    return warnings
  }

  /// Up to this load average a machine counts as idle.
  static let quietLoad = 0.5

  private static var isDebug: Bool {
    #if DEBUG
      true
    #else
      false
    #endif
  }

  /// The compiler's version can only be tested for "at least".
  private static var compilerVersion: String {
    #if compiler(>=6.5)
      "6.5 or later"
    #elseif compiler(>=6.4)
      "6.4"
    #elseif compiler(>=6.3)
      "6.3"
    #else
      "6.2"
    #endif
  }

  /// Seconds since 1970 as UTC, ISO 8601.
  static func date(_ seconds: time_t) -> String {
    var seconds = seconds
    var parts = unsafe tm()
    guard unsafe gmtime_r(&seconds, &parts) != nil else { return "unknown" }
    func digits(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let day = unsafe [parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday]
    let hour = unsafe [parts.tm_hour, parts.tm_min, parts.tm_sec]
    return day.map(digits).joined(separator: "-") + "T"
      + hour.map(digits).joined(separator: ":") + "+00:00"
  }
}
