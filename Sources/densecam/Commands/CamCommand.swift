import ArgumentParser
import Explain
import Figures
import Files
import Formats
import FoundationEssentials
import Imaging
import Kernels
import Net
import Verify

/// `densecam cam`: the classes of a picture, and where the network looked.
struct CamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cam",
    abstract: "Classify pictures and draw their Class Activation Maps.",
    discussion: """
      Each picture becomes a drawing: the picture in grey under the map of each class, blue where it \
      speaks against and red where it speaks for the class.

      EXAMPLES
        densecam cam photo.jpg -o out.png
        densecam cam photos --top 3 -o maps --resume
        densecam cam photo.jpg --style panels --palette viridis -o figure.pdf
        densecam cam a.jpg b.jpg --top 2 --sheet sheet.png
        densecam cam photos --maps maps.h5 --class 'tabby' --class n02123394
        densecam cam --boxes model/scenes/test/boxes.json --backend all
        find . -name '*.jpg' | densecam cam - -o maps
        densecam cam cat.jpg --model squeezenet:0 --channels bgr --scale 255 \\
            --mean 104,117,123 --size 227x227 --labels synset.txt -o cat.png
      """)

  @Argument(
    help: ArgumentHelp(
      "JPEG or PNG files, folders of them, patterns, or - for names on standard input.",
      valueName: "image"))
  var images: [String] = []

  @OptionGroup var model: ModelOptions
  @OptionGroup var input: InputOptions
  @OptionGroup var backends: BackendOptions
  @OptionGroup(title: "WHAT TO MAP") var mapping: MappingOptions
  @OptionGroup(title: "WHAT TO WRITE") var writing: WritingOptions
  @OptionGroup(title: "HOW TO DRAW") var figures: FigureOptions

  func validate() throws {
    if images.isEmpty, mapping.boxes == nil {
      throw ValidationError("name pictures, folders or patterns, or --boxes with a file of boxes")
    }
    if writing.resume, writing.force { throw ValidationError("give --resume or --force, not both") }
    if writing.resume, mapping.boxes != nil || writing.sheet != nil {
      throw ValidationError("--boxes and --sheet take all pictures at once, without --resume")
    }
  }

  func run() throws {
    Interruption.listen()
    let drawing = try figures.drawing()
    let chosen = try backends.choices(default: .standard)
    guard chosen.count == 1 || mapping.boxes != nil else {
      throw UsageError("several backends are compared with --boxes alone; name one")
    }
    let (network, team) = try model.loadForPictures(default: BundledModel.standardName)
    let preprocessing = try input.preprocessing(for: network)
    let classCount = try Self.classCount(of: network, preprocessing)
    let labels = try Labels(path: mapping.labels ?? network.labels, classCount: classCount)
    let boxes = try mapping.boxes.map {
      try BoxScores(
        path: $0, labels: labels, classCount: classCount, tolerance: mapping.tolerance,
        backendCount: chosen.count)
    }
    var names = try PictureNames(
      images.isEmpty ? boxes?.pictures ?? [] : images,
      omitting: writing.output.flatMap { FileIdentity($0) })
    for folder in names.omittedFolders {
      printError("densecam: left out \(folder), where the drawings go")
    }
    let isPlural = names.isPlural
    // What is to be replaced must not be a picture that is named later.
    if writing.force { names.readAll() }
    let inputs = RunInputs(
      names.known.map(\.path) + [mapping.labels, mapping.boxes].compactMap(\.self))
    if let count = names.count, writing.sheet != nil, count > CamSheet.limit {
      throw UsageError(
        "--sheet shows up to \(CamSheet.limit) pictures, and these are \(count)")
    }
    let classes = try MappedClasses(
      top: mapping.top, names: mapping.classNames, labels: labels, classCount: classCount,
      mapsBoxes: boxes != nil)
    let target = try writing.output.map { output in
      let isFolder = DrawingTarget.isFolder(output, isPlural: isPlural)
      return try DrawingTarget(
        output, isFolder: isFolder,
        fileExtension: drawing.format(of: output, isFolder: isFolder).rawValue,
        overwriting: writing.force, inputs: inputs)
    }
    if let sheet = writing.sheet {
      _ = try FigureFormat(path: sheet)
      try OutputFile.check(sheet, overwriting: writing.force)
      try inputs.check(sheet)
    }
    // Before there are threads.
    if target != nil || writing.sheet != nil { Figure.findFonts() }
    let makers = try chosen.map { choice in
      try mapping.maker(
        Explainer(
          model: network, backends: choice, options: try backends.planOptions(), team: team,
          batch: batch(names.count)), keepsUpsampled: writing.maps != nil && !writing.noUpsampled)
    }
    var printer = CamPrinter(format: writing.format.format)
    printer.isBrief = boxes != nil
    var request = CamSession.Request(
      makers: makers, preprocessing: preprocessing, classes: classes, drawing: drawing,
      target: target,
      sheet: writing.sheet.map { CamSheet(path: $0, isReplacing: writing.force) }, boxes: boxes,
      printer: printer, count: names.count)
    request.storage = try writing.storage(
      of: request, model: network, labels: mapping.labels, style: figures.summary, inputs: inputs)
    if try request.storage.isDone(&names, classes) {
      if let maps = writing.maps {
        printError(
          "densecam: \(maps) exists, with as many maps as were requested; there is nothing to do, if it is of "
            + "these pictures, which an array does not say")
      }
      try request.printer.finish(nil)
      return
    }
    let pictures = DistinctPictures(
      names, drawings: target?.ledger, reserve: { target?.reserve($0) })
    let isGood = try CamSession(request).run(pictures)
    if Interruption.isRequested { throw ExitStatus.interrupted }
    if !isGood { throw ExitStatus.badInput }
  }

  /// The pictures of one pass: methods that run the network again for one picture fill a batch, too.
  private func batch(_ count: Int?) -> Int {
    if let batch = mapping.batch { return batch }
    let standard = 8
    return mapping.method.isClosedForm ? min(standard, count ?? standard) : standard
  }

  /// The classes of a network; they do not depend on the size of the pictures, but need
  /// one to be determined.
  private static func classCount(of model: Model, _ preprocessing: Preprocessing) throws -> Int {
    let size =
      switch preprocessing.extent {
      case .fixed(let size): size
      case .fit: model.inputSize ?? Size(224)
      }
    let shapes = try model.graph.shapes(
      input: TensorShape(channels: 3, height: size.height, width: size.width),
      parameters: model.parameters)
    return try ClassifierHead(of: model.graph, shapes: shapes).classCount
  }
}
