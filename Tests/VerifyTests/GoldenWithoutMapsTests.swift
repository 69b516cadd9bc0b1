import Glibc
import HDF5
import Kernels
import Net
import Testing

@testable import Verify

@Suite("Goldens of networks without maps") struct GoldenWithoutMapsTests {
  @Test("keep activations, logits and probabilities") func recorded() throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    let network = try GoldenNetwork.leNet()
    try network.record(path)
    let golden = try GoldenFile(path: path)
    let one = golden.cases[0]
    #expect(one.activationShapes.count == network.graph.nodes.count - 1)
    #expect(one.logits.count == 6 && one.probabilities.count == 6 && one.maps.isEmpty)
    #expect((one.probabilities.reduce(0, +) - 1).magnitude < 1e-6)
    let check = try network.check(path)
    #expect(check.isIdentical)
    // Every node but the input, logits and probabilities.
    #expect(check.items.count == network.graph.nodes.count - 1 + 2)
    let diff = try GoldenDiff(from: golden, to: golden)
    #expect(diff.isIdentical && diff.hasNoMaps)
    #expect(diff.items.map(\.name).contains("probabilities"))
  }

  @Test("are verified, classes included", arguments: BackendRegistry.builtIn.all.map(\.name))
  func verified(name: String) throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    let network = try GoldenNetwork.leNet()
    try network.record(path)
    let result = try network.verify(path, [try #require(BackendRegistry.builtIn[name])])
    #expect(result.verdict == .pass, "\(result.layers.map { ($0.layer, $0.verdict) })")
    #expect(result.classes.map(\.isSameTop5) == [true] && result.maps.isEmpty)
    #expect(result.noMaps?.contains("no Class Activation Maps") == true)
    // A fault still changes classes.
    let wrong = try network.verify(
      path, [WrongBackend(fault: .missingBiasOrOffset) { $0.input.planeCount == 1 }])
    #expect(wrong.verdict == .fail && wrong.classes.count == 1)
  }

  @Test("of a network that ends in no classes keep the activations") func features() throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    let network = try GoldenNetwork([
      .init("conv0", .convolution(8, 3)), .init("relu0", .activation(.relu)),
    ])
    try network.record(path)
    let one = try GoldenFile(path: path).cases[0]
    #expect(one.activationShapes.count == 2 && one.logits.isEmpty && one.probabilities.isEmpty)
    #expect(try network.check(path).items.count == 2)
    let result = try network.verify(path)
    #expect(result.verdict == .pass && result.classes.isEmpty && result.maps.isEmpty)
  }

  @Test("say nothing about maps where there are some, or nobody asked") func silent() throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    let network = try GoldenNetwork.mapped(endsInSoftmax: true)
    try network.record(path)
    #expect(try network.verify(path).noMaps == nil)
    let golden = try GoldenFile(path: path)
    #expect(try !GoldenDiff(from: golden, to: golden).hasNoMaps)
    let lost = folder.path + "/b.h5"
    try GoldenEdit(dataset: { $0.contains("/cams/") ? nil : $1 }).copy(path, to: lost)
    #expect(try network.verify(lost).noMaps == "the golden stores none")
    #expect(
      try network.verify(lost, options: VerificationOptions(feeds: [.isolated])).noMaps == nil)
    #expect(try !GoldenDiff(from: golden, to: GoldenFile(path: lost)).hasNoMaps)
  }

  @Test("are not those of a network with maps") func stray() throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    try GoldenNetwork.mapped(endsInSoftmax: true).record(path) { _ in false }
    let error = #expect(throws: GoldenError.self) { try GoldenNetwork.leNet().verify(path) }
    #expect(error?.cause.contains("no Class Activation Maps") == true)
  }
}

@Suite("Goldens of networks without a softmax") struct GoldenProbabilityTests {
  /// exp(z) / Σ exp(z), of the stored logits.
  private func softmax(_ logits: [Float]) -> [Double] {
    let terms = logits.map { exp(Double($0)) }
    return terms.map { $0 / terms.reduce(0, +) }
  }

  @Test("keep probabilities all the same") func stored() throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    let network = try GoldenNetwork.mapped(endsInSoftmax: false)
    try network.record(path)
    let one = try GoldenFile(path: path).cases[0]
    for (got, expected) in zip(one.probabilities, softmax(one.logits)) {
      #expect((Double(got) - expected).magnitude < 1e-6 * max(1, expected))
    }
    #expect(one.probabilities != one.logits)
    for map in one.maps {
      #expect((map.probability - Double(one.probabilities[map.classIndex])).magnitude < 1e-7)
    }
    #expect(try network.check(path).isIdentical)
    #expect(try network.verify(path, BackendRegistry.builtIn.all).verdict == .pass)
  }

  /// Other programs need not store what follows from the logits.
  @Test("have them even if the file leaves them out", arguments: [false, true])
  func derived(endsInSoftmax: Bool) throws {
    let folder = try GoldenFolder()
    let (whole, path) = (folder.path + "/a.h5", folder.path + "/b.h5")
    let network = try GoldenNetwork.mapped(endsInSoftmax: endsInSoftmax)
    try network.record(whole)
    try GoldenEdit(
      dataset: { $0.hasSuffix("/probabilities") ? nil : $1 },
      attributes: { $1.filter { $0.key != "probability" } }
    ).copy(whole, to: path)
    let one = try GoldenFile(path: path).cases[0]
    #expect(one.probabilities.isEmpty && one.maps.count == 5)
    for map in one.maps {
      #expect((map.probability - softmax(one.logits)[map.classIndex]).magnitude < 1e-6)
    }
    #expect(try network.verify(path).verdict == .pass)
  }

  /// Probabilities are held against probabilities, not against logits.
  @Test("are compared by probabilities if there are no logits", arguments: [false, true])
  func compared(endsInSoftmax: Bool) throws {
    let folder = try GoldenFolder()
    let (whole, path) = (folder.path + "/a.h5", folder.path + "/b.h5")
    let network = try GoldenNetwork.mapped(endsInSoftmax: endsInSoftmax)
    try network.record(whole)
    try GoldenEdit(dataset: { $0.hasSuffix("/logits") ? nil : $1 }).copy(whole, to: path)
    let classes = try #require(try network.verify(path).classes.first)
    #expect(classes.isSameTop1 && classes.marginUsed < 1e-4, "\(classes)")
  }
}
