import HDF5
import Kernels
import Net
import Testing

@testable import Verify

/// Networks that came from Caffe, TensorFlow or ONNX have slashes in the names of their nodes.
@Suite("Names in golden files") struct GoldenNameTests {
  @Test(
    "that HDF5 has no place for are escaped",
    arguments: [
      ("conv1/7x7_s2", "conv1%2F7x7_s2"), ("a//b/", "a%2F%2Fb%2F"), ("relu1", "relu1"),
      (".", "%2E"), ("..", "%2E%2E"), ("...", "..."), ("a.b", "a.b"), ("50%", "50%"),
      ("%2F", "%252F"), ("%2f", "%2f"), ("%25", "%2525"), ("%252F/", "%25252F%2F"),
      ("%2E", "%252E"), ("a\0b", "a%00b"), ("%/", "%%2F"), ("é/ü", "é%2Fü"), ("%2", "%2"),
    ])
  func escaped(node: String, name: String) {
    #expect(ActivationName.escaped(node) == name)
    #expect(ActivationName.node(name) == node)
  }

  @Test("come back from a recorded file") func recorded() throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    let network = try GoldenNetwork.mapped(
      endsInSoftmax: true, names: ["conv1/7x7_s2", "conv1"])
    try network.record(path)
    let one = try GoldenFile(path: path).cases[0]
    #expect(
      Set(one.activationShapes.keys) == Set(network.graph.nodes.dropFirst().map(\.name)))
    #expect(one.activationCount == one.activationShapes.count)
    #expect(try one.activation("conv1/7x7_s2")?.shape.channels == 8)
    #expect(try network.check(path).isIdentical)
    let result = try network.verify(path)
    #expect(result.verdict == .pass && result.layers.allSatisfy(\.isStored))
    #expect(result.layers.map(\.layer).contains("conv1/7x7_s2"))
  }

  /// A golden with one input and the given activations, each by the path of its dataset.
  private func write(_ path: String, _ activations: [String]) throws {
    let file = try File(creating: path)
    for name in [
      "generator", "generator_version", "model", "weights_sha256", "symbol_sha256", "created",
      "command",
    ] { try file.root.attributes.set("x", for: name) }
    try file.root.attributes.set(GoldenHeader.schema, for: "schema")
    try file.root.attributes.set("f64", for: "reference_precision")
    let group = try file.root.createGroup("cases").createGroup("one")
    try group.createDataset("input", shape: [1, 1, 1, 2], elements: [1, 2] as [Float])
    let root = try group.createGroup("activations")
    for (index, name) in activations.enumerated() {
      let parts = name.split(separator: "/").map(String.init)
      var place = root
      for part in parts.dropLast() {
        place = try place.hasGroup(named: part) ? place.group(part) : place.createGroup(part)
      }
      try place.createDataset(
        parts[parts.count - 1], shape: [1, 1], elements: [Float(index)])
    }
    try file.close()
  }

  /// h5py makes groups of the slashes.
  @Test("are found in groups within each other") func nested() throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    try write(path, ["conv1/7x7_s2", "conv1/bn/scale", "relu1", "fire2%2Fsqueeze", "a%2Fb/c"])
    let one = try GoldenFile(path: path).cases[0]
    for (index, node) in [
      "conv1/7x7_s2", "conv1/bn/scale", "relu1", "fire2/squeeze", "a/b/c",
    ].enumerated() {
      #expect(try one.activation(node)?.elements == [Float(index)], "\(node)")
    }
    #expect(one.activationShapes.count == 5)
    // Both forms are the same array.
    let other = folder.path + "/b.h5"
    try write(other, ["conv1%2F7x7_s2", "conv1%2Fbn/scale", "relu1", "fire2/squeeze", "a/b/c"])
    #expect(try GoldenDiff(from: GoldenFile(path: path), to: GoldenFile(path: other)).isIdentical)
  }

  @Test("that two arrays have are refused", arguments: [["a/b", "a%2Fb"], ["a%2Fb/c", "a/b/c"]])
  func twice(names: [String]) throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    try write(path, names)
    let error = #expect(throws: GoldenError.self) { try GoldenFile(path: path) }
    #expect(error?.cause.contains("a second activation of a/b") == true)
  }

  @Test("end somewhere") func deep() throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    try write(path, [String(repeating: "g/", count: 100) + "x"])
    let error = #expect(throws: GoldenError.self) { try GoldenFile(path: path) }
    #expect(error?.cause.contains("too many groups") == true)
  }
}
