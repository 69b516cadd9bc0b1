import Formats
import FoundationEssentials
import HDF5
import Kernels
import Net
import TestSupport
import Testing

@testable import Verify

@Suite("Golden files") struct GoldenTests {
  func check(_ path: String) throws -> GoldenCheck {
    let team = try WorkerTeam(count: 3)
    let model = try Model("densenet-mini@1", team: team)
    return try GoldenCheck(
      GoldenFile(path: path), graph: model.graph, parameters: model.parameters, team: team)
  }

  @Test("are the same bytes twice, and the same bits again") func reproducible() throws {
    let folder = try GoldenFolder()
    try GoldenFixture.record(folder.path + "/a.h5", threads: 1)
    try GoldenFixture.record(folder.path + "/b.h5", threads: 3)
    let a = FileManager.default.contents(atPath: folder.path + "/a.h5")
    #expect(a != nil && a == FileManager.default.contents(atPath: folder.path + "/b.h5"))
    let result = try check(folder.path + "/a.h5")
    #expect(result.isIdentical)
    let model = try Model("densenet-mini@1", team: WorkerTeam(count: 1))
    // Every node but the input, logits, probabilities and five maps.
    #expect(result.items.count == model.graph.nodes.count - 1 + 2 + GoldenRecorder.mapCount)
    #expect(folder.contents == ["a.h5", "b.h5"])
  }

  @Test("are verified with what they store") func verified() throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    try GoldenFixture.record(path) { $0.contains("concat") || $0 == "relu1" }
    let team = try WorkerTeam(count: 2)
    let model = try Model("densenet-mini@1", team: team)
    let golden = try GoldenFile(path: path)
    #expect(golden.cases[0].activationShapes.count == 9)
    let result = try Verifier(
      graph: model.graph, parameters: model.parameters, golden: golden, team: team
    ).verify(
      golden.cases[0],
      runs: BackendRegistry.builtIn.all.map {
        VerificationRun(name: $0.name, backends: BackendChoice($0))
      },
      options: VerificationOptions())
    #expect(result.verdict == .pass)
    #expect(result.maps.count == 5 * BackendRegistry.builtIn.all.count)
    #expect(result.classes.count == BackendRegistry.builtIn.all.count)
    #expect(result.classes.allSatisfy { $0.isSameTop5 })
  }

  @Test("are not replaced without permission") func overwriting() throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    try GoldenFixture.record(path) { _ in false }
    let before = FileManager.default.contents(atPath: path)
    #expect(throws: GoldenError.self) { try GoldenFixture.record(path) }
    #expect(FileManager.default.contents(atPath: path) == before)
    try GoldenFixture.record(path, overwriting: true)
    #expect(FileManager.default.contents(atPath: path) != before)
    #expect(folder.contents == ["a.h5"])
  }

  @Test("leave nothing behind when recording is stopped", arguments: [0, 0.5, 1])
  func stopped(share: Double) throws {
    struct Stop: Error {}
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    folder.write("a.h5", [1, 2, 3])
    #expect(throws: Stop.self) {
      try GoldenFixture.record(
        path, overwriting: true, progress: { if $0 >= share { throw Stop() } })
    }
    #expect(folder.contents == ["a.h5"])
    #expect(folder.bytes("a.h5") == [1, 2, 3])
  }

  @Test("leave nothing behind where they cannot be written") func unwritable() throws {
    #expect(throws: GoldenError.self) { try GoldenFixture.record("/no/such/folder/a.h5") }
  }

  /// Writes a golden that is right but for one thing.
  func writeGolden(
    _ path: String, schema: String? = GoldenHeader.schema, skipping: String? = nil,
    input: [Float] = [Float](repeating: 1, count: 12), shape: [Int] = [1, 3, 2, 2],
    tap: (name: String, shape: [Int], values: [Float])? = nil, map: String? = nil
  ) throws {
    let file = try File(creating: path)
    if let schema { try file.root.attributes.set(schema, for: "schema") }
    for name in [
      "generator", "generator_version", "model", "weights_sha256", "symbol_sha256", "created",
      "command",
    ] where name != skipping { try file.root.attributes.set("x", for: name) }
    try file.root.attributes.set("f64", for: "reference_precision")
    let group = try file.root.createGroup("cases").createGroup("one")
    try group.createDataset("input", shape: shape, elements: input)
    if let tap {
      try group.createGroup("activations").createDataset(
        tap.name, shape: tap.shape, elements: tap.values)
    }
    if let map {
      try group.createGroup("cams").createDataset(map, shape: [1, 1], elements: [1] as [Float])
    }
    try file.close()
  }

  @Test("of another shape are refused, with the reason") func refused() throws {
    let folder = try GoldenFolder()
    var count = 0
    func expect(_ code: GoldenError.Code, _ words: String, _ write: (String) throws -> Void)
      throws
    {
      count += 1
      let path = "\(folder.path)/\(count).h5"
      try write(path)
      do {
        _ = try GoldenFile(path: path)
        Issue.record("\(words): was accepted")
      } catch {
        #expect(error.code == code)
        #expect(error.description.contains(words), "\(error)")
        #expect(error.description.hasPrefix(path))
      }
    }
    try writeGolden(folder.path + "/right.h5")
    #expect(throws: Never.self) { try GoldenFile(path: folder.path + "/right.h5") }
    try expect(.missing, "golden record") { _ in }
    try expect(.unreadable, "no schema") { try writeGolden($0, schema: nil) }
    try expect(.unreadable, "densecam.golden/2") {
      try writeGolden($0, schema: "densecam.golden/2")
    }
    try expect(.unreadable, "weights_sha256") { try writeGolden($0, skipping: "weights_sha256") }
    try expect(.unreadable, "nan at element 5") {
      var input = [Float](repeating: 1, count: 12)
      input[5] = .nan
      try writeGolden($0, input: input)
    }
    try expect(.unreadable, "3 sides") { try writeGolden($0, shape: [3, 2, 2]) }
    try expect(.unreadable, "not the map") { try writeGolden($0, map: "tabby") }
    try expect(.unreadable, "is not an HDF5 file") {
      _ = FileManager.default.createFile(atPath: $0, contents: Data("no HDF5 at all".utf8))
    }
  }

  @Test("that contradict the network stop the verification") func contradiction() throws {
    let folder = try GoldenFolder()
    let path = folder.path + "/a.h5"
    let team = try WorkerTeam(count: 2)
    let model = try Model("densenet-mini@1", team: team)
    let input = VerifierTests.golden(model).cases[0].input
    let relu = [Float](repeating: 1, count: 16 * 32 * 32)
    try writeGolden(
      path, input: input.elements, shape: input.shape.dimensions,
      tap: ("relu0", [1, 16, 32, 32], relu))
    let golden = try GoldenFile(path: path)
    #expect(throws: GoldenError.self) {
      try Verifier(
        graph: model.graph, parameters: model.parameters, golden: golden, team: team
      ).verify(
        golden.cases[0],
        runs: [VerificationRun(name: "naive", backends: BackendChoice(NaiveBackend()))],
        options: VerificationOptions(feeds: [.isolated]))
    }
  }
}
