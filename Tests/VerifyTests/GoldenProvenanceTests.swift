import HDF5
import Kernels
import Net
import Testing

@testable import Verify

@Suite("A golden's provenance") struct GoldenProvenanceTests {
  /// The sums are of Python's hashlib, over `struct.pack('<…f', …)`.
  @Test(
    "names the input by the SHA-256 of its little-endian floats",
    arguments: [
      ([1, 2, 3], "8e628779e6a74ee0b36991c10158f63cafec7d340ad4e075592502c8708524dd"),
      (
        [0, -0.0, 1.5, -3.25e-20],
        "80223ce7a737726c804580963b4e45b6c708ea47203fd947c85e6b31a7eb7fec"
      ),
    ] as [([Float], String)])
  func digest(elements: [Float], expected: String) {
    let tensor = Tensor(shape: TensorShape(channels: elements.count), elements: elements)
    #expect(tensor.sha256 == expected)
  }

  @Test("is recorded and read") func recorded() throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    try GoldenFixture.record(path)
    let golden = try GoldenFile(path: path)
    #expect(golden.header.instructionSet == "avx9")
    #expect(golden.header.blas == "none")
    #expect(golden.header.swiftVersion == "6")
    #expect(golden.header.noiseBackend == "naive on baseline")
    let goldenCase = golden.cases[0]
    #expect(goldenCase.inputSHA256 == goldenCase.input.sha256)
    let (model, _) = try GoldenFixture.network()
    #expect(goldenCase.activationCount == model.graph.nodes.count - 1)
    #expect(Set(goldenCase.activationNoise.keys) == Set(goldenCase.activationShapes.keys))
    #expect(goldenCase.logitNoise == goldenCase.activationNoise["fc1"])
    // Every array carries a checksum.
    let group = try File(reading: path).root.group("cases").group("noise")
    var datasets = [try group.dataset("input")]
    datasets += [try group.dataset("logits"), try group.dataset("probabilities")]
    for name in ["activations", "cams"] {
      let inner = try group.group(name)
      datasets += try inner.datasetNames.map(inner.dataset)
    }
    #expect(datasets.allSatisfy { $0.filters.last == "fletcher32" })
  }

  @Test("may be missing, as in other generators' files") func missing() throws {
    let golden = try GoldenFile(path: GoldenFixture.committed("densenet-mini-mxnet.h5"))
    #expect(golden.header.noiseBackend == nil)
    #expect(golden.cases[0].inputSHA256 == nil)
    #expect(golden.cases[0].activationCount == nil)
    #expect(golden.cases[0].activationNoise.isEmpty)
  }

  @Test("has the noise of a run in 32 bits") func noise() throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    try GoldenFixture.record(path)
    let goldenCase = try GoldenFile(path: path).cases[0]
    let (model, team) = try GoldenFixture.network()
    var options = PlanOptions.unfused
    options.instructionSet = .baseline
    options.taps = Set(goldenCase.activationShapes.keys)
    let executor = try Executor(
      plan: Plan(
        graph: model.graph, parameters: model.parameters, input: goldenCase.input.shape,
        backends: BackendChoice(NaiveBackend()), options: options), team: team)
    executor.run(goldenCase.input.elements.span)
    for (name, noise) in goldenCase.activationNoise {
      let index = try #require(model.graph.index(named: name))
      let exact = try #require(try goldenCase.activation(name))
      var (error, norm) = (0.0, 0.0)
      for (a, b) in zip(executor.value(of: index), exact.elements) {
        error += (Double(a) - Double(b)) * (Double(a) - Double(b))
        norm += Double(b) * Double(b)
      }
      // The stored values are rounded themselves, which moves each by 2⁻²⁴ of it at most.
      #expect(((error / norm).squareRoot() - noise).magnitude <= 0x1p-24, "\(name)")
    }
    // Rounding once moves an element by 2⁻²⁴ of it at most, and by a quarter of that on average; a
    // few such gather up to the first convolution, and more on the way to the last layer.
    let first = try #require(goldenCase.activationNoise["conv0"])
    let last = try #require(goldenCase.activationNoise["relu1"])
    #expect(first > 0x1p-26 && first < 0x1p-21)
    #expect(last > 3 * first && last < 1e-5)
  }

  /// Frameworks that sum in single precision are somewhat further away than the floor.
  @Test(
    "has a noise that other frameworks confirm",
    arguments: ["densenet-mini-mxnet.h5", "densenet-mini-pytorch.h5"])
  func floor(name: String) throws {
    let folder = try GoldenFolder()
    let foreign = try GoldenFile(path: GoldenFixture.committed(name)).cases[0]
    let path = folder.path + "/a.h5"
    let (model, team) = try GoldenFixture.network()
    try GoldenRecorder(
      graph: model.graph, parameters: model.parameters,
      header: GoldenFile.unrecordedHeader(model: model.name), team: team
    ).record(
      [
        GoldenRecorder.Input(
          name: "a", source: "", sourceSHA256: "", preprocessing: "", tensor: foreign.input)
      ], to: path, overwriting: false, includes: { _ in true })
    let own = try GoldenFile(path: path).cases[0]
    for node in ["conv0", "DBstage1_concat2", "DBstage3_concat2", "relu1", "fc1"] {
      let theirs = try #require(try foreign.activation(node)).elements
      let ours = try #require(try own.activation(node)).elements
      let distance = RelativeL2.distance(theirs, from: ours.map(Double.init))
      let noise = try #require(own.activationNoise[node])
      #expect(distance > noise / 3 && distance < 10 * noise, "\(node): \(distance), \(noise)")
    }
  }
}
