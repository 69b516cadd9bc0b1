import FoundationEssentials
import Testing

@testable import Formats
@testable import Net

/// Parameter files as MXNet writes them, and round trips.
@Suite struct ParameterFileTests {
  /// `types.params` is from MXNet 1.9.1: `mx.nd.save` of a 16-bit, a 32-bit (unaligned after the
  /// odd number of 16-bit elements), a 64-bit and a 32-bit array, with all kinds of names.
  @Test func elementTypes() throws {
    let parameters = try Parameters(mxnetFile: FormatFixture.path("types.params"))
    #expect(parameters.names == ["half", "single", "double", "bare"])
    #expect(parameters["half"]?.shape == [3])
    #expect(parameters["half"]?.elements == [1, -2, 0.5])
    let values: [Float] = [1, -2, 0.5, 3.25, -0.1, 1e-3]
    #expect(parameters["single"]?.shape == [2, 3])
    #expect(parameters["single"]?.elements == values)
    #expect(parameters["double"]?.shape == [2, 3])
    #expect(parameters["double"]?.elements == values)
    #expect(parameters["bare"]?.elements == [7])
  }

  /// Files that MXNet 1.9.1 loads with these values (version 3 with `npx.set_np`).
  @Test(arguments: ParameterFileBuilder.Version.allCases)
  func versions(version: ParameterFileBuilder.Version) throws {
    let bytes = ParameterFileBuilder.file(
      version,
      [
        ("arg:w", [2, 1, 1, 3], [1, 2, 3, -4, 0.5, 6]), ("aux:m", [2], [7, 8]), ("v", [1], [9]),
      ])
    let parameters = try FormatFixture.parameters(bytes)
    #expect(parameters.names == ["w", "m", "v"])
    #expect(parameters["w"]?.shape == [2, 1, 1, 3])
    #expect(parameters["w"]?.elements == [1, 2, 3, -4, 0.5, 6])
    #expect(parameters["m"]?.shape == [2])
    #expect(parameters["m"]?.elements == [7, 8])
    #expect(parameters["v"]?.elements == [9])
  }

  @Test func scalarsOfVersion3() throws {
    let parameters = try FormatFixture.parameters(
      ParameterFileBuilder.file(.v3, [("s", [], [2.5])]))
    #expect(parameters["s"]?.shape == [])
    #expect(parameters["s"]?.elements == [2.5])
  }

  /// Aligned 32-bit floats are used where they are.
  @Test func alignedFloatsStayInTheFile() throws {
    let parameters = try FormatFixture.parameters(
      ParameterFileBuilder.file(.v2, [("w", [2], [1, 2])]))
    let parameter = try #require(parameters["w"])
    guard case .mapped(_, let offset) = parameter.storage else {
      Issue.record("the elements were copied")
      return
    }
    #expect(offset == 24 + 12 + 8 + 12)
    parameters.dropResidentPages()
    #expect(parameter.elements == [1, 2])
  }

  @Test func prefixesAreDroppedOnce() throws {
    let parameters = try FormatFixture.parameters(
      ParameterFileBuilder.file(
        .v2, [("arg:aux:a", [1], [1]), ("argument", [1], [2]), ("b:arg:c", [1], [3])]))
    #expect(parameters.names == ["aux:a", "argument", "b:arg:c"])
  }

  // MARK: - Writing

  static func parameters(for graph: Graph) -> Parameters {
    var parameters = Parameters()
    var value: Float = 0
    for node in graph.nodes.reversed() {
      for name in node.parameters {
        let shape: [Int] =
          switch node.operation {
          case .convolution(let convolution) where name.hasSuffix("weight"):
            [
              convolution.outputChannels, 3, convolution.kernel.height, convolution.kernel.width,
            ]
          case .fullyConnected(let outputs, _): name.hasSuffix("weight") ? [outputs, 5] : [outputs]
          default: [4]
          }
        let elements = (0..<shape.reduce(1, *)).map { value + Float($0) / 3 }
        value += 100
        parameters.add(name, Parameter(shape: shape, elements: elements))
      }
    }
    return parameters
  }

  @Test func roundTrip() throws {
    let graph = try Graph(mxnetSymbolFile: FormatFixture.path("symbol-1.0.json"))
    var written = Self.parameters(for: graph)
    written.add("extra", Parameter(shape: [1], elements: [1]))
    try FormatFixture.withFile([1, 2, 3]) { path in
      try written.write(mxnetFile: path, for: graph)
      let read = try Parameters(mxnetFile: path)
      #expect(read.names == graph.nodes.flatMap(\.parameters))
      for name in read.names {
        #expect(read[name]?.shape == written[name]?.shape)
        #expect(read[name]?.elements == written[name]?.elements)
      }
      try graph.check(read)
      let bytes = try FormatFixture.contents(path)
      #expect(String(decoding: bytes, as: UTF8.self).contains("aux:bn1_moving_var"))
      #expect(String(decoding: bytes, as: UTF8.self).contains("arg:bn1_gamma"))
      // Reading and writing what MXNet could have written changes nothing.
      try read.write(mxnetFile: path + ".2", for: graph)
      #expect(try FormatFixture.contents(path + ".2") == bytes)
    }
  }

  /// The bytes of a file, field by field.
  @Test func writtenBytes() throws {
    let graph = try Graph(
      nodes: [
        Node(name: "x", operation: .input, inputs: []),
        Node(
          name: "b", operation: .batchNorm(epsilon: 0, fixGamma: true), inputs: [0],
          parameters: ["g", "b", "m", "v"]),
      ], output: 1)
    var parameters = Parameters()
    for (value, name) in ["v", "m", "b", "g"].enumerated() {
      parameters.add(name, Parameter(shape: [1], elements: [Float(value)]))
    }
    let expected = ParameterFileBuilder.file(
      .v2, [("arg:g", [1], [3]), ("arg:b", [1], [2]), ("aux:m", [1], [1]), ("aux:v", [1], [0])])
    try FormatFixture.withPath { path in
      try parameters.write(mxnetFile: path, for: graph)
      #expect(try FormatFixture.contents(path) == expected)
    }
  }

  /// A writer that fails leaves the old file and nothing beside it.
  @Test func failedWritesLeaveTheOldFile() throws {
    let graph = try Graph(mxnetSymbolFile: FormatFixture.path("symbol-1.0.json"))
    try FormatFixture.withFile([1, 2, 3]) { path throws in
      let error = #expect(throws: FormatError.self) {
        try Parameters().write(mxnetFile: path, for: graph)
      }
      #expect(error?.graphError?.code == .missingParameter)
      #expect(try FormatFixture.contents(path) == [1, 2, 3])
      let complete = Self.parameters(for: graph)
      #expect(throws: FormatError.self) {
        try complete.write(mxnetFile: path + "/inside", for: graph)
      }
      #expect(throws: FormatError.self) {
        // A folder cannot be replaced by a file, which only the last step finds out.
        try FileManager.default.createDirectory(
          at: URL(filePath: path + ".folder"), withIntermediateDirectories: true)
        try complete.write(mxnetFile: path + ".folder", for: graph)
      }
      let folder = URL(filePath: path).deletingLastPathComponent().path
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
          == ["file", "file.folder"])
    }
  }
}
