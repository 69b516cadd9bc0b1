import ArgumentParser
import Kernels
import Net
import Verify

/// Which kernels, and how the graph is compiled around them.
struct BackendOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Backends, comma-separated, or all: \(Backends.names.joined(separator: ", ")).",
      valueName: "names"))
  var backend: String?

  @Flag(help: "Compute every node of the graph by a step of its own.")
  var noFuse = false

  @Option(
    help: ArgumentHelp(
      "Passes to leave out, comma-separated: "
        + Pass.allCases.map(\.rawValue).joined(separator: ", ") + ".", valueName: "passes"))
  var withoutPass: String?

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

  /// The backends that were named, each once.
  func backends(default standard: [any ConvolutionBackend]) throws -> [any ConvolutionBackend] {
    guard let backend else { return standard }
    guard backend != "all" else { return Backends.all }
    var result: [any ConvolutionBackend] = []
    for name in backend.split(separator: ",").map(String.init) {
      guard let found = Backends.named(name) else {
        throw UsageError(
          "there is no backend \(name); there are \(Backends.names.joined(separator: ", "))")
      }
      if !result.contains(where: { $0.name == name }) { result.append(found) }
    }
    guard !result.isEmpty else { throw UsageError("--backend names no backend") }
    return result
  }

  /// One run a backend.
  func runs(default standard: [any ConvolutionBackend]) throws -> [VerificationRun] {
    let options = try planOptions()
    return try backends(default: standard).map {
      VerificationRun(name: $0.name, backends: BackendChoice($0), options: options)
    }
  }
}
