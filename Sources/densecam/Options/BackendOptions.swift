import ArgumentParser
import Formats
import Kernels
import Net
import Verify

/// Which kernels, and how the graph is compiled around them.
struct BackendOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Backends, comma-separated, or all: \(BackendRegistry.builtIn.names.joined(separator: ", ")), and those of "
        + "plugins; or \(planPrefix)FILE, as `densecam plan` saved it.",
      valueName: "names"))
  var backend: String?

  @Flag(help: "Compute every node of the graph by a separate step.")
  var noFuse = false

  @Option(
    help: ArgumentHelp(
      "Passes to leave out, comma-separated: "
        + Pass.allCases.map(\.rawValue).joined(separator: ", ") + ".", valueName: "passes"))
  var withoutPass: String?

  @OptionGroup(title: "PLUGINS") var plugins: PluginOptions

  /// The plans' options.
  func planOptions() throws -> PlanOptions {
    guard !noFuse else { return .unfused }
    var options = PlanOptions.standard
    for name in withoutPass?.split(separator: ",") ?? [] {
      guard let pass = Pass(rawValue: String(name)) else {
        throw UsageError(
          "there is no pass \(name); there are "
            + Pass.allCases.map(\.rawValue).joined(separator: ", "))
      }
      options.passes.remove(pass)
    }
    return options
  }

  /// The default if no backend is named.
  enum Standard {
    /// Every listed backend.
    case all

    /// The one that is usually the fastest.
    case standard
  }

  /// The choices that were named, each once.
  func choices(default standard: Standard) throws -> [BackendChoice] {
    let registry = try plugins.registry()
    switch (backend, standard) {
    case ("all", _), (nil, .all): return registry.all.map { BackendChoice($0) }
    case (nil, .standard): return [BackendChoice(registry.standard)]
    case (let names?, _):
      var result: [BackendChoice] = []
      for name in names.split(separator: ",").map(String.init)
      where !result.contains(where: { $0.name == name }) {
        result.append(try Self.choice(named: name, from: registry))
      }
      guard !result.isEmpty else { throw UsageError("--backend names no backend") }
      return result
    }
  }

  /// The backend with a name, or the choice of a saved plan.
  static func choice(named name: String, from registry: BackendRegistry) throws -> BackendChoice {
    if name.hasPrefix(planPrefix) {
      let path = String(name.dropFirst(planPrefix.count))
      return try PlanFile(path: path).choice(from: registry, name: name)
    }
    guard let backend = registry[name] else {
      throw UsageError(
        "there is no backend \(name); there are \(registry.names.joined(separator: ", ")), "
          + "and \(planPrefix)FILE for a plan saved by `densecam plan`")
    }
    return BackendChoice(backend)
  }

  /// The prefix of the path of a saved plan.
  static let planPrefix = "plan:"

  /// One run per choice.
  func runs(default standard: Standard) throws -> [VerificationRun] {
    let options = try planOptions()
    return try choices(default: standard).map {
      VerificationRun(name: $0.name, backends: $0, options: options)
    }
  }
}
