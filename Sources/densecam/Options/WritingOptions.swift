import ArgumentParser
import Explain
import Net

/// What `densecam cam` writes, and what it does with existing files.
struct WritingOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The drawing: .png, .pdf or .svg; a folder, made if need be, for several pictures.",
      valueName: "path"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "One drawing of all pictures, up to \(CamSheet.limit): .png, .pdf or .svg.",
      valueName: "path"))
  var sheet: String?

  @Option(
    help: ArgumentHelp(
      "The maps as numbers, with logits and probabilities: .h5, or .npy for the maps alone.",
      valueName: "path"))
  var maps: String?

  @Flag(help: "Leave maps at the size of the network's input out of --maps.")
  var noUpsampled = false

  @Flag(help: "Continue a run that was interrupted.")
  var resume = false

  @Flag(help: "Replace files that exist.")
  var force = false

  /// Those in which pictures can be printed one by one.
  enum Formats: FormatOffer {
    static let formats: [OutputFormat] = [.table, .json, .jsonl]
  }

  @OptionGroup var format: FormatOption<Formats>

  /// Opens what a run writes to and, if it may be interrupted, its journal.
  ///
  /// - Throws: `MapsError`, `JournalError` or `FileError` if existing files are in the way,
  ///   ``UsageError`` if nothing could be resumed.
  func storage(
    of request: CamSession.Request, model: Model, labels: String?, style: String, inputs: RunInputs
  ) throws -> RunStorage {
    guard maps != nil || request.target?.folder != nil else {
      guard !resume else {
        throw UsageError("--resume continues a folder of drawings (-o) or --maps")
      }
      return RunStorage()
    }
    let (digests, maker) = (try model.digests(), request.makers[0])
    let header = MapsHeader(
      generator: "densecam", model: model.name, weightsSHA256: digests.weights,
      symbolSHA256: digests.graph, method: maker.method,
      preprocessing: request.preprocessing.description, created: Console.timestamp,
      command: Console.commandLine)
    return try RunStorage(
      maps: maps, target: request.target,
      signature: RunSignature(
        header: header, classes: request.classes, scoreCAM: maker.scoreCAM,
        occlusion: maker.occlusion, keepsUpsampled: maker.keepsUpsampled, labels: labels,
        style: style),
      inputs: inputs, keepsJournal: request.boxes == nil && request.sheet == nil,
      resuming: resume, overwriting: force)
  }
}
