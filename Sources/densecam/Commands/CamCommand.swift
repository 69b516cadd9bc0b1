import ArgumentParser
import Explain
import Imaging
import Kernels
import Net

/// `densecam cam`: what is in a picture, and where the network looked.
struct CamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cam",
    abstract: "Classify pictures and draw their Class Activation Maps.",
    discussion: """
      Each picture becomes one PNG with a panel for each class: the picture in grey under the map of \
      the class, blue where it speaks against and red where it speaks for the class.

      EXAMPLES
        densecam cam photo.jpg -o out.png
        densecam cam *.jpg --top 3 --labels synset.txt -o maps
        densecam cam cat.jpg --model squeezenet:0 --channels bgr --scale 255 \\
            --mean 104,117,123 --size 227x227 --class 281 -o cat.png
      """)

  @Argument(help: ArgumentHelp("JPEG or PNG files.", valueName: "image"))
  var images: [String]

  @OptionGroup var model: ModelOptions
  @OptionGroup var input: InputOptions
  @OptionGroup var backends: BackendOptions

  @Option(help: ArgumentHelp("Classes to map, most likely first.", valueName: "count"))
  var top: Int?

  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "The class to map instead: its index, synset identifier or name.", valueName: "class"))
  var className: String?

  @Option(help: ArgumentHelp("Class names, one a line.", valueName: "file"))
  var labels: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "The PNG to write; a folder, made if need be, for several pictures.", valueName: "path"))
  var output: String

  @Flag(help: "Replace pictures that exist.")
  var force = false

  @Option(help: ArgumentHelp("table or json.", valueName: "format"))
  var format: OutputFormat = .table

  func validate() throws {
    if let top, !(1...100).contains(top) { throw ValidationError("--top takes 1 to 100") }
    if top != nil, className != nil { throw ValidationError("give --top or --class, not both") }
  }

  func run() throws {
    Interruption.listen()
    let (network, team) = try model.load()
    let preprocessing = try input.preprocessing(default: network.preprocessing)
    guard let backend = try backends.backends(default: [Backends.standard]).first else { return }
    var target = try CamTarget(output, imageCount: images.count, overwriting: force)
    var mapper = CamMapper(
      model: network, backend: backend, options: try backends.planOptions(), team: team)
    var results: [CamResult] = []
    var failed = false
    let progress = images.count > 1 ? ProgressBar("mapping") : nil
    for (index, image) in images.enumerated() where !Interruption.isRequested {
      do {
        let path = try target.path(for: image)
        let prepared = try preprocessing.prepare(image)
        let labels = try Labels(
          path: labels, classCount: try mapper.classCount(for: prepared.input.shape))
        let result = try mapper.map(
          prepared, image: image, labels: labels,
          classes: className.map { .named($0) } ?? .top(top ?? 1))
        try result.figure(on: prepared.picture).writePNG(to: path)
        results.append(result.written(to: path))
      } catch  where images.count > 1 {
        progress?.clear()
        printError("densecam: error: \(error)")
        failed = true
      }
      progress?.update(Double(index + 1) / Double(images.count))
    }
    progress?.clear()
    print(format == .json ? try CamResult.json(results) : CamResult.table(results))
    if Interruption.isRequested { throw ExitStatus.interrupted }
    if failed { throw ExitStatus.badInput }
  }
}
