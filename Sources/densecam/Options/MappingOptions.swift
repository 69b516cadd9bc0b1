import ArgumentParser
import Explain
import Kernels

/// Which maps are made.
struct MappingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Classes to map, most likely first; 1 unless given.", valueName: "count"))
  var top: Int?

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "A class to map whatever its probability: its index, synset identifier or name. Can be repeated.",
      valueName: "class"))
  var classNames: [String] = []

  @Option(
    help: ArgumentHelp(
      "Class names, one per line; those that come with the model unless given.", valueName: "file"))
  var labels: String?

  @Option(
    help: ArgumentHelp(
      "How maps are made: \(CAMMethod.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "method"), completion: .list(CAMMethod.allCases.map(\.rawValue)),
    transform: { text in
      guard let method = CAMMethod(rawValue: text) else {
        throw ValidationError(
          "there are " + CAMMethod.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return method
    })
  var method: CAMMethod = .cam

  @Option(
    help: ArgumentHelp(
      "Channels that score-cam tries, those of the largest weights; all unless given.",
      valueName: "count"))
  var channelLimit: Int?

  @Option(
    help: ArgumentHelp(
      "Side of the window that occlusion covers, in pixels of the input.", valueName: "pixels"))
  var window = 32

  @Option(
    help: ArgumentHelp("Distance from one such window to the next.", valueName: "pixels"))
  var stride = 16

  @Option(
    help: ArgumentHelp(
      "Score maps against the boxes in a COCO file; its pictures are used if none are named.",
      valueName: "file"))
  var boxes: String?

  @Option(
    help: ArgumentHelp(
      "Pixels by which the pointing game may miss a box.", valueName: "pixels"))
  var tolerance = 0.0

  @Option(help: ArgumentHelp("Pictures in one pass through the network.", valueName: "count"))
  var batch: Int?

  func validate() throws {
    if let top, !(1...100).contains(top) { throw ValidationError("--top takes 1 to 100") }
    if let batch, !(1...256).contains(batch) { throw ValidationError("--batch takes 1 to 256") }
    if let channelLimit, channelLimit < 1 {
      throw ValidationError("--channel-limit takes 1 or more")
    }
    guard (1...4096).contains(window), (1...window).contains(stride) else {
      throw ValidationError("--window takes 1 to 4096, and --stride 1 up to the window")
    }
    guard (0...1e4).contains(tolerance) else {
      throw ValidationError("--tolerance takes 0 to 10000")
    }
  }

  /// The maker of the maps.
  func maker(_ explainer: Explainer, keepsUpsampled: Bool) throws -> MapMaker {
    var maker = MapMaker(explainer: explainer, method: method)
    maker.scoreCAM = ScoreCAM(channelLimit: channelLimit)
    maker.occlusion = Occlusion(window: Size(window), stride: Size(stride))
    maker.keepsUpsampled = keepsUpsampled
    return maker
  }
}
