package import Bench

/// What every report says of its circumstances.
package struct ReportContext: Hashable, Sendable {
  /// The version of densecam.
  package var version: String
  package var machine: MachineDescription

  /// The model as it is named on the command line.
  package var model: String

  /// SHA-256 of the model's files; empty if unknown.
  package var symbolSHA256: String
  package var weightsSHA256: String

  /// The command that was run.
  package var command: String

  /// The shared libraries that kernels came from.
  package var plugins: [PluginRecord]

  package init(
    version: String, machine: MachineDescription, model: String, symbolSHA256: String = "",
    weightsSHA256: String = "", command: String = "", plugins: [PluginRecord] = []
  ) {
    self.version = version
    self.machine = machine
    self.model = model
    self.symbolSHA256 = symbolSHA256
    self.weightsSHA256 = weightsSHA256
    self.command = command
    self.plugins = plugins
  }

  /// The machine in one line.
  var machineLine: String {
    let count = machine.processorCount
    let allowed = machine.allowedProcessorCount
    var parts = [
      machine.processor.model,
      (allowed < count ? "\(allowed) of " : "") + "\(count) CPU\(count == 1 ? "" : "s")",
      machine.instructionSet + (machine.isInstructionSetForced ? " (forced)" : ""),
      "OpenBLAS \(machine.blasCoreLine)",
    ]
    if let load = machine.loadAverage.first { parts.append("load \(load)") }
    if let governor = machine.processor.governor { parts.append(governor) }
    return parts.joined(separator: ", ")
  }

  /// One line for each plugin.
  var pluginLines: [String] {
    plugins.map { "plugin \($0.path), sha256 \($0.sha256.prefix(16))…" }
  }

  /// What was built, in one line.
  var buildLine: String {
    var line = "densecam \(version), Swift \(machine.swiftVersion)"
    if let commit = machine.commit { line += ", commit \(commit)" }
    return line + (machine.isDebugBuild ? ", debug build" : "")
  }
}

/// A shared library that kernels came from.
package struct PluginRecord: Hashable, Sendable, Codable {
  package var path: String

  /// The sum of its bytes.
  package var sha256: String

  package init(path: String, sha256: String) {
    self.path = path
    self.sha256 = sha256
  }
}
