import ArgumentParser
import Kernels
import Report
import Verify

/// `densecam golden info` tells what is in a golden file.
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
      let header = golden.header
      print(
        """
        \(path)
          generator      \(header.generator) \(header.generatorVersion), \(header.precision.rawValue)
          model          \(header.model)
          weights        sha256 \(header.weightsSHA256)
          symbol         sha256 \(header.symbolSHA256)
          created        \(header.created)
          command        \(header.command)
        """)
      // What other generators, and older versions, do not record.
      let optional = [
        ("instructions ", header.instructionSet), ("BLAS         ", header.blas),
        ("Swift        ", header.swiftVersion), ("f32 noise of ", header.noiseBackend),
      ]
      for case (let name, let value?) in optional { print("  \(name)  \(value)") }
      for goldenCase in golden.cases {
        let count = goldenCase.activationShapes.count
        let isCounted = goldenCase.activationCount != nil
        let hash = goldenCase.inputSHA256.map { " sha256 \($0)" } ?? ""
        print(
          """
            case           \(goldenCase.name)
              source         \(goldenCase.source) sha256 \(goldenCase.sourceSHA256)
              preprocessing  \(goldenCase.preprocessing)
              input          \(goldenCase.input.shape)\(hash)
              activations    \(count)\(isCounted ? ", as recorded" : "")
          """)
        if let noise = goldenCase.logitNoise {
          print("    logits         f32 noise \(NumberText.scientific(noise))")
        }
        if all {
          for (name, shape) in goldenCase.activationShapes.sorted(by: { $0.key < $1.key }) {
            let noise = goldenCase.activationNoise[name].map {
              ", f32 noise \(NumberText.scientific($0))"
            }
            print("      \(name) \(shape)\(noise ?? "")")
          }
        }
        if goldenCase.maps.isEmpty { print("    maps           none") }
        for map in goldenCase.maps {
          print(
            "    map            \(map.height)×\(map.width) of \(map.label ?? "class \(map.classIndex)"), "
              + "rank \(map.rank), probability \(NumberText.fixed(map.probability, 4))")
        }
      }
    }
  }
}
