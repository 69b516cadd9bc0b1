import Files
import ArgumentParser
import Kernels
import Net
import Verify

/// `densecam golden check` checks whether recording again would give the same bits.
struct GoldenCheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Compute goldens again and compare every bit.",
    discussion: """
      A golden recorded by densecam must be the same to the last bit. For one of another framework, \
      which computes in single precision, the distance from double precision is shown; beyond what its \
      precision explains, it differs.
      """)

  @Argument(help: ArgumentHelp("Golden files; golden/*.h5 if none is named.", valueName: "golden"))
  var goldens: [String] = []

  @OptionGroup var model: ModelOptions
  @OptionGroup var precision: GoldenPrecisionOption

  func run() throws {
    let team = try WorkerTeam(count: model.threading.count)
    let models = ModelCache(team: team)
    var differs = false
    var compared = 0
    for path in try GoldenPaths.resolve(goldens) {
      var golden = try GoldenFile(path: path)
      golden.precision = precision.goldenPrecision
      let network = try models.model(of: golden, named: model.model)
      let progress = ProgressBar(path)
      let check = try GoldenCheck(
        golden, graph: network.graph, parameters: network.parameters, team: team,
        progress: progress.update)
      progress.clear()
      let arrays = check.items.count
      let elements = check.items.reduce(0) { $0 + $1.count }
      compared += arrays
      let maps = golden.cases.allSatisfy(\.maps.isEmpty) ? "; it stores no maps" : ""
      switch golden.header.precision {
      case .f64:
        let changed = check.items.filter { $0.differing > 0 }
        try print(
          "\(path): \(arrays) arrays, \(elements) elements: "
            + (changed.isEmpty ? "the same bits" : "\(changed.count) arrays differ") + maps)
        for item in changed {
          try print(
            "  \(item.caseName) \(item.name): \(item.differing) of \(item.count) elements differ, "
              + "relative L2 \(item.relativeL2)")
        }
        if !changed.isEmpty { differs = true }
      case .f32:
        // A value that is NaN has no distance, and counts as the furthest.
        func distance(_ item: GoldenCheck.Item) -> Double {
          item.relativeL2.isNaN ? .infinity : item.relativeL2
        }
        let worst = check.items.max { distance($0) < distance($1) }
        try print(
          "\(path): \(arrays) arrays, \(elements) elements of \(golden.header.generator) "
            + "\(golden.header.generatorVersion) in single precision: furthest from double "
            + "precision is \(worst?.name ?? "none"), relative L2 \(worst?.relativeL2 ?? 0)"
            + maps)
        if !check.contradictions.isEmpty { differs = true }
        for error in check.contradictions { try print("  \(error.cause)") }
        guard check.contradictions.isEmpty,
          worst.map(distance) ?? 0 > precision.goldenPrecision.networkLimit
        else { continue }
        differs = true
        try print(
          "  more than \(precision.goldenPrecision.rawValue) explains: if it was computed in a lower "
            + "precision, read it as that with --golden-precision tf32, f16 or bf16")
      }
    }
    if differs { throw ExitStatus.mismatch }
    if compared == 0 { throw ExitStatus.nothingCompared }
  }
}
