import Bench
import Report
import Verify

/// Commands that judge a part of a run again, as it was judged there, to be pasted into a shell.
struct RerunCommand {
  let settings: RunSettings

  /// What the environment forced when the run was made, as it stands before a command.
  let environment: [String]

  init(_ settings: RunSettings, on machine: MachineDescription) {
    self.settings = settings
    var environment: [String] = []
    if machine.isInstructionSetForced {
      environment.append("DENSECAM_ISA=\(machine.instructionSet.shellQuoted)")
    }
    if let core = machine.forcedBLASCore {
      environment.append("OPENBLAS_CORETYPE=\(core.shellQuoted)")
    }
    self.environment = environment
  }

  /// The command for one layer of a golden.
  ///
  /// - Parameters:
  ///   - layer: The layer.
  ///   - golden: The golden's path.
  ///   - backend: The backend, if the layer's run had another name.
  /// - Returns: The command.
  func layer(_ layer: LayerResult, of golden: String, backend: String? = nil) -> String {
    let words =
      environment + [
        "densecam verify", golden.asArgument, "--backend",
        (backend ?? layer.requested).shellQuoted,
      ]
      + (settings.model.map { ["--model", $0.shellQuoted] } ?? [])
      + (settings.images.map { ["--images", $0.shellQuoted] } ?? []) + options + [
        "--feed", layer.feed.rawValue, "--match", "^\(layer.layer.regexEscaped)$".shellQuoted,
      ]
    return words.joined(separator: " ")
  }

  /// The options that matter to goldens and to problems.
  var options: [String] {
    var words: [String] = []
    if let threads = settings.threads { words += ["--threads", "\(threads)"] }
    if settings.noFuse { words.append("--no-fuse") }
    if let precision = settings.goldenPrecision {
      words += ["--golden-precision", precision.shellQuoted]
    }
    if let passes = settings.withoutPass { words += ["--without-pass", passes.shellQuoted] }
    if let policy = settings.policy { words += ["--policy", policy.shellQuoted] }
    if let atol = settings.atol { words += ["--atol", "\(atol)"] }
    if let rtol = settings.rtol { words += ["--rtol", "\(rtol)"] }
    return words
  }
}
