import ArgumentParser
import Explain
import Files
import Net
import Report

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
  /// - Throws: `MapsError`, `JournalError` or `FileError` if existing files are in the way or a file that is
  ///   read would be replaced, ``UsageError`` if nothing could be resumed.
  func open(
    _ request: inout CamSession.Request, model: Model, preprocessing: Preprocessing,
    mapping: MappingOptions, figures: FigureOptions, inputs: RunInputs
  ) throws {
    let folder = request.target?.folder
    guard maps != nil || folder != nil else {
      guard !resume else {
        throw UsageError("--resume continues a folder of drawings (-o) or --maps")
      }
      return
    }
    let digests = try model.digests()
    if let maps {
      try OutputFile.check(maps, overwriting: true)
      try inputs.check(maps)
      let store = try MapsStore(
        path: maps,
        header: MapsHeader(
          generator: "densecam", model: model.name, weightsSHA256: digests.weights,
          symbolSHA256: digests.graph, method: mapping.method,
          preprocessing: preprocessing.description,
          created: Console.timestamp, command: Console.commandLine),
        resuming: resume, overwriting: force)
      request.kept = KeptResults(store: store)
    }
    guard request.boxes == nil, request.sheet == nil else { return }
    guard let path = folder.map({ FileName.join($0, "results.jsonl") }) ?? storedJournal(request)
    else {
      if let store = request.kept.store { request.known = try rows(of: store, request.classes) }
      return
    }
    try inputs.check(path)
    let journal = try ResultJournal<CamRow>(
      path: path,
      settings: [
        "weights": digests.weights, "symbol": digests.graph,
        "preprocessing": preprocessing.description, "method": mapping.method.rawValue,
        "score-cam and occlusion":
          "\(mapping.channelLimit.map(String.init) ?? "all") \(mapping.window) \(mapping.stride)",
        "classes": "\(request.classes.topCount) \(request.classes.named)",
        "labels": mapping.labels ?? "the model's",
        "style":
          "\(figures.style.rawValue) \(figures.palette) \(figures.alpha ?? -1) "
          + "\(figures.zoom ?? 0) \(figures.imageFormat)",
        "upsampled maps": maps == nil ? "none" : "\(!noUpsampled)",
      ], resuming: resume, overwriting: force)
    request.target?.adopt(
      journal.drawings, results: journal.rows.compactMapValues(\.output), isResumed: resume)
    request.kept = KeptResults(store: request.kept.store, journal: journal)
    try request.kept.reconcile()
    journal.forget(
      journal.rows.values.filter { $0.output.map(OutputFile.exists) == false }.map(\.image))
    for (path, row) in journal.rows { request.known[FileName.normal(path.text)] = row }
  }

  /// The place of the journal of a run without a folder; nil if the run is complete and needs none.
  private func storedJournal(_ request: CamSession.Request) -> String? {
    request.kept.store.flatMap { $0.isComplete ? nil : $0.journalPath }
  }

  /// The rows of the pictures in a complete file of maps.
  ///
  /// - Throws: `MapsError` if it cannot be read, ``UsageError`` if other maps were requested.
  private func rows(of store: MapsStore, _ classes: MappedClasses) throws -> [ExactName: CamRow] {
    guard store.format == .hdf5 else { return [:] }
    let file = try MapsFile(path: store.path)
    var rows: [ExactName: CamRow] = [:]
    for index in 0..<file.count {
      let maps = try file.picture(index)
      let mapped = Set(maps.entries.map(\.classIndex))
      guard maps.top.count == classes.topCount, mapped == Set(maps.top + classes.named),
        maps.entries.allSatisfy({ ($0.upsampled == nil) == noUpsampled })
      else {
        throw UsageError(
          "\(store.path): is complete, with maps of other classes or sizes; name another file, or start "
            + "over with --force")
      }
      rows[FileName.normal(maps.source)] = CamRow(maps, output: nil)
    }
    return rows
  }

  /// Whether there is nothing to do, for an array, which names no pictures but holds as many as requested.
  ///
  /// - Throws: ``UsageError`` if it holds another number.
  func isDone(_ request: CamSession.Request, _ names: inout PictureNames) throws -> Bool {
    guard let store = request.kept.store, store.isComplete, store.format == .numPy,
      request.kept.journal == nil
    else { return false }
    names.readAll()
    let least = max(request.classes.topCount, request.classes.named.count)
    let most = request.classes.topCount + request.classes.named.count
    guard let shape = try NumPyHeader.shape(of: store.path), shape[0] == names.count,
      (least...most).contains(shape[1])
    else {
      throw UsageError(
        "\(store.path): exists and does not hold as many maps as were requested; --force starts over"
      )
    }
    printError(
      "densecam: \(store.path) exists, with as many maps as were requested; there is nothing to do, if it is of "
        + "these pictures, which an array does not say"
    )
    return true
  }
}
