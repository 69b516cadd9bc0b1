import ArgumentParser
import Formats
import FoundationEssentials
import Kernels
import Net
import Report

/// Which network, on how many threads.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The network: \(ModelSources.all.flatMap(\.entries).map(\.name).joined(separator: ", ")); "
        + "see `densecam list models`.",
      valueName: "model"))
  var model: String?

  @OptionGroup var threading: ThreadOptions

  /// Loads the network.
  func load(default name: String = "densenet169@1") throws -> (model: Model, team: WorkerTeam) {
    let team = try WorkerTeam(count: threading.count)
    let model = try Model(model ?? name, team: team)
    model.tellRemark()
    return (model, team)
  }

  /// Loads the network to run it on pictures, which have three channels.
  func loadForPictures(default name: String = "densenet169@1") throws -> (
    model: Model, team: WorkerTeam
  ) {
    let (model, team) = try load(default: name)
    let channels = model.inputChannels
    guard channels == 3 else {
      throw UsageError(
        "\(model.name) takes inputs of \(channels) channel\(channels == 1 ? "" : "s"), and pictures are "
          + "prepared with 3; `densecam bench` and `plan` take such a network")
    }
    return (model, team)
  }
}

extension Model {
  /// Reports unused parts of the model's files on standard error, if any.
  func tellRemark() {
    if let remark { printError("densecam: note: " + Span("\(name): \(remark)").text) }
  }
}

/// How many threads.
struct ThreadOptions: ParsableArguments {
  @Option(
    name: [.short, .long], parsing: .unconditional,
    help: ArgumentHelp("Threads to compute on.", valueName: "count"))
  var threads: Int?

  /// The requested number, or one for each processor that this process may use.
  var count: Int { threads ?? Self.processorCount }

  /// The processors that this process may use.
  static var processorCount: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }
}
