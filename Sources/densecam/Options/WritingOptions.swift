import ArgumentParser
import Explain
import Net
import Report

/// What `densecam cam` writes, and what it does if that is there already.
struct WritingOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The drawing: .png, .pdf or .svg; a folder, made if need be, for several pictures.",
      valueName: "path"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "One drawing of all pictures, up to \(CamSession.sheetLimit): .png, .pdf or .svg.",
      valueName: "path"))
  var sheet: String?

  @Option(
    help: ArgumentHelp(
      "The maps as numbers, with logits and probabilities: .h5, or .npy for the maps alone.",
      valueName: "path"))
  var maps: String?

  @Flag(help: "Leave maps at the size of the network's input out of --maps.")
  var noUpsampled = false

  @Flag(help: "Go on with a run that was interrupted.")
  var resume = false

  @Flag(help: "Replace files that exist.")
  var force = false

  @Option(help: ArgumentHelp("table, json or jsonl.", valueName: "format"))
  var format: CamPrinter.Format = .table

  /// Opens what a run writes to and, if it may be interrupted, its journal.
  ///
  /// - Throws: `MapsError` or `JournalError` if what is there is in the way, ``UsageError`` if nothing
  ///   could be resumed.
  func open(
    _ request: inout CamSession.Request, model: Model, preprocessing: Preprocessing,
    mapping: MappingOptions, figures: FigureOptions
  ) throws {
    let folder = request.target?.folder
    guard maps != nil || folder != nil else {
      guard !resume else {
        throw UsageError("--resume goes on with a folder of drawings (-o) or with --maps")
      }
      return
    }
    let hashes = try model.hashes()
    if let maps {
      try OutputFile.check(maps, overwriting: true)
      request.store = try MapsStore(
        path: maps,
        header: MapsHeader(
          generator: "densecam", model: model.name, weightsSHA256: hashes.weights,
          symbolSHA256: hashes.symbol, method: mapping.method,
          preprocessing: preprocessing.description,
          created: Console.timestamp, command: Console.commandLine),
        resuming: resume, overwriting: force)
    }
    guard request.boxes == nil, request.sheet == nil,
      let path = folder.map({ "\($0)/results.jsonl" }) ?? request.store?.journalPath
    else { return }
    let journal = try ResultJournal<CamRow>(
      path: path,
      settings: [
        "weights": hashes.weights, "symbol": hashes.symbol,
        "preprocessing": preprocessing.description, "method": mapping.method.rawValue,
        "score-cam and occlusion":
          "\(mapping.channelLimit.map(String.init) ?? "all") \(mapping.window) \(mapping.stride)",
        "classes": "\(request.classes.topCount) \(request.classes.named)",
        "labels": mapping.labels ?? "the model's",
        "style":
          "\(figures.style.rawValue) \(figures.palette) \(figures.alpha ?? -1) "
          + "\(figures.scale ?? 0) \(figures.imageFormat)",
        "upsampled maps": maps == nil ? "none" : "\(!noUpsampled)",
      ], resuming: resume, overwriting: force)
    // Either side may know more than the other if the run was killed between the two.
    if let store = request.store {
      try store.keepParts { journal.rows[$0] != nil }
      let kept = try store.sources()
      journal.forget(journal.rows.keys.filter { !kept.contains($0) })
    }
    journal.forget(
      journal.rows.values.filter { !OutputFile.exists($0.output) }.map(\.image))
    request.journal = journal
    request.isResumed = resume
  }
}

extension CamPrinter.Format: ExpressibleByArgument {}
