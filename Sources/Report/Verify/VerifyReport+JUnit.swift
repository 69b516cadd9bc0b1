package import Verify

extension VerifyReport {
  /// The report as JUnit XML: a suite for each backend and case, a test case for each layer and feed, map
  /// and classification; see ``JUnitSuite``.
  ///
  /// The text of a failure is enough to act on.
  ///
  /// - Parameter rerun: The commands that repeat exactly one layer, given the golden file's path.
  /// - Returns: The document, ending in a line feed.
  package func junit(rerun: (_ golden: String, _ layer: LayerResult) -> [String]) -> String {
    var suites: [JUnitSuite] = []
    for backend in backends {
      for golden in goldens {
        for result in golden.cases {
          var suite = JUnitSuite(name: "\(backend) \(label(ofCase: result.name, in: golden))")
          let place = "\(golden.path).\(result.name).\(backend)"
          for layer in result.layers where layer.requested == backend {
            let isFailure = layer.verdict.isFailure
            suite.add(
              layer, of: result.name, in: place, limits: isFailure ? brokenLimits(of: layer) : [],
              rerun: isFailure ? rerun(golden.path, layer) : [])
          }
          for map in result.maps where map.backend == backend {
            suite.add(
              "map of class \(map.classIndex)", in: place, map.verdict, MapEntry(map).sentence)
          }
          for item in result.classes where item.backend == backend {
            suite.add("classes", in: place, item.verdict, ClassEntry(item).sentence)
          }
          suites.append(suite)
        }
      }
    }
    return JUnitSuite.document(suites, name: "densecam verify", machine: context.machine)
  }
}

extension JUnitSuite {
  fileprivate mutating func add(
    _ layer: LayerResult, of caseName: String, in place: String, limits: [String],
    rerun: [String]
  ) {
    let deviation = layer.deviation
    let position = layer.worstPosition.map(String.init).joined(separator: ",")
    var text =
      "[\(position)]: expected \(deviation.expected), got \(deviation.got), "
      + LayerEntry(layer).sentence
    for limit in limits { text += ", \(limit)" }
    if deviation.nonFinite > 0 { text += ", \(deviation.nonFinite) elements not finite" }
    if let fault = layer.memoryFault { text += ", \(fault)" }
    if !layer.executed.isEmpty { text += ", ran on \(layer.executed)" }
    // One problem may be there with several seeds.
    let seed = layer.caseName == caseName ? "" : " \(layer.caseName)"
    add(
      "\(layer.layer)\(seed) [\(layer.feed.rawValue)]", in: place, layer.verdict,
      layer.wasRun ? ([text] + rerun).joined(separator: "\n") : layer.reason ?? "",
      note: layer.verdict == .pass ? nil : layer.reason)
  }
}
