import ArgumentParser
import Files
import FoundationEssentials
import Kernels
import Plugins
import Report

/// Kernels from shared libraries.
struct PluginOptions: ParsableArguments {
  @Option(
    name: .customLong("plugin"),
    help: ArgumentHelp(
      "A shared library of kernels, whose backends stand beside the built-in ones. Can be repeated.",
      valueName: "file"))
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "Seconds that one call of a plugin may take before it is stopped.", valueName: "seconds"))
  var pluginTimeout = 60.0

  @Flag(help: "Load plugins into this process, for a debugger: a crash ends the command.")
  var inProcess = false

  @Flag(
    help:
      "Run the built-in backends as plugins are run: in a process of their own, on guarded operands."
  )
  var isolate = false

  /// The variable of the environment that names plugins, with colons between them.
  static let environmentVariable = "DENSECAM_PLUGINS"

  func validate() throws {
    guard !isolate || !inProcess else {
      throw ValidationError("give --isolate or --in-process, not both")
    }
    guard pluginTimeout > 0, pluginTimeout <= 1e6 else {
      throw ValidationError("--plugin-timeout takes a number of seconds above 0")
    }
  }

  /// The plugins as reports name them.
  ///
  /// - Throws: `PluginError` or `FileError` if a file is not a plugin.
  func records() throws -> [PluginRecord] {
    try paths.map { path in
      let file = try PluginFile(path: path)
      return PluginRecord(path: path, sha256: file.sha256)
    }
  }

  /// The plugins that were named, those of the environment first, each once.
  var paths: [String] {
    let named = ProcessInfo.processInfo.environment[Self.environmentVariable] ?? ""
    var paths: [String] = []
    for path in named.split(separator: ":").map({ FileName.text(Array($0.utf8)) }) + files
    where !paths.contains(path) {
      paths.append(path)
    }
    return paths
  }

  /// The built-in backends, and those of the plugins that were named.
  ///
  /// - Throws: `PluginError` or `FileError` if a file is not a plugin, ``UsageError`` if a name is taken.
  func registry() throws -> BackendRegistry {
    var registry = BackendRegistry.builtIn
    let instructionSet = try InstructionSet.selected()
    if isolate {
      registry = BackendRegistry(
        try IsolatedBackend.all(
          of: nil, program: Self.program, instructionSet: instructionSet,
          limits: KernelLimits(seconds: pluginTimeout)))
    }
    for path in paths {
      let file = try PluginFile(path: path)
      let backends: [any ConvolutionBackend] =
        inProcess
        ? try PluginLibrary(file, for: instructionSet).backends
        : try IsolatedBackend.all(
          of: file, program: Self.program, instructionSet: instructionSet,
          limits: KernelLimits(seconds: pluginTimeout))
      for backend in backends {
        guard registry[backend.name] == nil else {
          throw UsageError(
            "\(path): calls a backend \(backend.name), and there is one of that name already")
        }
      }
      registry = registry.adding(backends)
    }
    return registry
  }

  /// This program, which serves plugins too.
  static let program = "/proc/self/exe"
}
