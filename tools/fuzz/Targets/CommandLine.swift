import ArgumentParser
import Figures
import Formats
import Kernels
import Report
import Verify

@testable import Net
@testable import densecam

extension FuzzTarget {
  /// A command line, a word a line, and what is printed to be pasted into a shell.
  ///
  /// Of an option and its value, the value alone is read, as the commands do it.
  static let values = FuzzTarget("values") { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    let words = text.split(separator: "\n").map(String.init)
    if words.count == 2, words[0].hasPrefix("-") {
      try read(words[1], of: words[0])
    } else {
      _ = try? Densecam.parseAsRoot(words)
    }
    _ = text.asArgument
    _ = text.shellQuoted
    let match = try? Regex(text.regexEscaped).wholeMatch(in: text)
    precondition(match != nil, "an escaped name does not find itself")
  }

  private static let model = try? Model("densenet-mini@1", team: WorkerTeam(count: 1))

  private static func read(_ text: String, of option: String) throws {
    switch option {
    case "--size", "--resize", "--channels", "--scale", "--mean", "--std":
      guard let model else { preconditionFailure("the smallest network cannot be made") }
      _ = try InputOptions.parse([option, text]).preprocessing(for: model)
    case "--style", "--palette", "--alpha", "--columns", "--image-format":
      _ = try FigureOptions.parse([option, text]).drawing()
    case "--backend": _ = try BackendOptions.parse([option, text]).choices(default: .all)
    case "--without-pass": _ = try BackendOptions.parse([option, text]).planOptions()
    case "--top", "--class", "--method", "--window", "--tolerance":
      _ = try MappingOptions.parse([option, text])
    case "--model":
      _ = try ModelSources.source(of: text)
      if text.contains(":") { _ = try CheckpointFiles(text) }
    case "--sheet": _ = try FigureFormat(path: text)
    case "--isa": _ = try InstructionSet.named(text)
    case "--problems":
      // Larger numbers are read alike and would take their time to draw.
      if text.utf8.count < 12 { _ = try ProblemList.random(text, values: .uniform) }
      _ = ConvolutionProblem.looksLikeNotation(text)
    default:
      // As goldens and maps store it.
      guard let preprocessing = Preprocessing(text) else { return }
      precondition(Preprocessing("\(preprocessing)") != nil, "what is written is not read")
    }
  }
}
