import ArgumentParser
import Kernels
import Report
import Verify

/// `densecam golden info` shows what is in a golden file.
struct GoldenInfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info", abstract: "Show where goldens come from and what they hold.")

  @Argument(help: ArgumentHelp("Golden files; golden/*.h5 if none is named.", valueName: "golden"))
  var goldens: [String] = []

  @Flag(help: "List every stored activation.")
  var all = false

  func run() throws {
    for path in try GoldenPaths.resolve(goldens) {
      let golden = try GoldenFile(path: path)
      try print(path)
      try print(golden.header)
      for goldenCase in golden.cases { try print(goldenCase) }
    }
  }

  private func print(_ header: GoldenHeader) throws {
    let fields = [
      ("generator", "\(header.generator) \(header.generatorVersion), \(header.precision.rawValue)"),
      ("model", header.model), ("weights", "sha256 \(header.weightsSHA256)"),
      ("symbol", "sha256 \(header.symbolSHA256)"), ("created", header.created),
      ("command", header.command),
      // Attributes that other generators, and older versions, do not record.
      ("instructions", header.instructionSet), ("BLAS", header.blas),
      ("Swift", header.swiftVersion),
      ("f32 noise of", header.noiseBackend),
    ]
    for case (let name, let value?) in fields { try print(name, value, indentation: 2) }
  }

  private func print(_ goldenCase: GoldenCase) throws {
    let count = goldenCase.activationShapes.count
    let hash = goldenCase.inputSHA256.map { " sha256 \($0)" } ?? ""
    try print("case", goldenCase.name, indentation: 2)
    let fields = [
      ("source", "\(goldenCase.source) sha256 \(goldenCase.sourceSHA256)"),
      ("preprocessing", goldenCase.preprocessing), ("input", "\(goldenCase.input.shape)\(hash)"),
      ("activations", "\(count)" + (goldenCase.activationCount == nil ? "" : ", as recorded")),
      ("logits", goldenCase.logitNoise.map { "f32 noise \(NumberText.scientific($0))" }),
    ]
    for case (let name, let value?) in fields { try print(name, value, indentation: 4) }
    if all {
      for (name, shape) in goldenCase.activationShapes.sorted(by: { $0.key < $1.key }) {
        let noise = goldenCase.activationNoise[name].map {
          ", f32 noise \(NumberText.scientific($0))"
        }
        try print("      \(name) \(shape)\(noise ?? "")")
      }
    }
    if goldenCase.maps.isEmpty { try print("maps", "none", indentation: 4) }
    for map in goldenCase.maps {
      let label = map.label ?? "class \(map.classIndex)"
      try print(
        "map",
        "\(map.height)×\(map.width) of \(label), rank \(map.rank), "
          + "probability \(NumberText.fixed(map.probability, 4))", indentation: 4)
    }
  }

  private func print(_ name: String, _ value: String, indentation: Int) throws {
    let gap = String(repeating: " ", count: max(1, 15 - name.count))
    try print(String(repeating: " ", count: indentation) + name + gap + value)
  }

  private func print(_ line: String) throws { try densecam.print(line) }
}
