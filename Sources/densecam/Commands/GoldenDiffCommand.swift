import Files
import ArgumentParser
import Report
import Verify

/// `densecam golden diff` shows what changed from one golden to another, and why.
struct GoldenDiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show what changed from one golden to another, and which side explains it.",
    discussion: """
      First come the origins of the values: the model, the inputs, the generator. Then each case's \
      arrays: how many elements differ in any bit, by how many units in the last place at \
      most, and the relative L2 distance, beside the effect of rounding to 32 bits alone where a \
      file records that. The arrays that changed most come first.

      EXIT STATUS
        0 the same arrays with the same bits   1 not   4 a file cannot be read

      EXAMPLES
        densecam golden diff golden/densenet-mini.h5 golden/densenet-mini-mxnet.h5
        densecam golden diff old.h5 new.h5 --all
        densecam golden diff old.h5 new.h5 --format json
      """)

  @Argument(help: "The old golden.")
  var old: String

  @Argument(help: "The golden to compare it with.")
  var new: String

  @Flag(help: "Show every array, in the order of the files, not only those that changed most.")
  var all = false

  /// Tables, and all numbers as JSON.
  enum Formats: FormatOffer {
    static let formats: [OutputFormat] = [.table, .md, .json]
  }

  @OptionGroup var format: FormatOption<Formats>

  func run() throws {
    let old = try GoldenFile(path: old)
    let new = try GoldenFile(path: new)
    let diff = try GoldenDiff(from: old, to: new)
    try Output.write(
      format.format.text(
        document: diff.document(old, new, all: all), [.json: { try diff.json(old, new) }]))
    if !diff.isIdentical { throw ExitStatus.mismatch }
  }
}
