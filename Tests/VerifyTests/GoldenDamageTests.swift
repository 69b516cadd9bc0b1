import FoundationEssentials
import Glibc
import HDF5
import Kernels
import Net
import TestSupport
import Testing

@testable import Verify

/// Goldens that something has happened to, each opened and verified, as the command does.
@Suite("Damaged goldens") struct GoldenDamageTests {
  let folder: GoldenFolder
  let whole: String

  init() throws {
    folder = try GoldenFolder()
    whole = folder.path + "/whole.h5"
    try GoldenFixture.record(whole) { ["relu0", "DBstage2_concat2", "relu1"].contains($0) }
  }

  /// Copies the golden with a change and expects it to be refused in one line.
  func expect(
    _ words: String..., code: GoldenError.Code = .unreadable, edit: GoldenEdit,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let path = folder.path + "/changed.h5"
    unlink(path)
    try edit.copy(whole, to: path)
    expectRefusal(path, words, code: code, sourceLocation: sourceLocation)
  }

  func expectRefusal(
    _ path: String, _ words: [String], code: GoldenError.Code = .unreadable,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let before = folder.contents
    guard let error = GoldenFixture.objection(to: path) else {
      Issue.record("\(words): was accepted", sourceLocation: sourceLocation)
      return
    }
    #expect(error.code == code, sourceLocation: sourceLocation)
    #expect(error.description.hasPrefix(path + ": "), sourceLocation: sourceLocation)
    #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
    // What is wrong, and what to do next.
    for word in words + ["; "] {
      #expect(error.description.contains(word), "\(error)", sourceLocation: sourceLocation)
    }
    #expect(folder.contents == before, sourceLocation: sourceLocation)
  }

  /// An edit of one dataset.
  func change(
    _ name: String, _ change: @escaping (inout GoldenEdit.Content) -> Void
  ) -> GoldenEdit {
    GoldenEdit(dataset: { path, content in
      var content = content
      if path.hasSuffix("/" + name) { change(&content) }
      return content
    })
  }

  @Test("a copy without a change is none") func unchanged() throws {
    let path = folder.path + "/copy.h5"
    try GoldenEdit().copy(whole, to: path)
    #expect(GoldenFixture.objection(to: path) == nil)
    #expect(try GoldenFile(path: path).cases[0].activationNoise.count == 3)
    #expect(GoldenFixture.objection(to: whole) == nil)
  }

  @Test("a tap is missing or extra") func count() throws {
    try expect(
      "case noise", "3 activations", "there are 2", "one is missing or extra",
      edit: GoldenEdit(dataset: { $0.hasSuffix("/relu0") ? nil : $1 }))
    try expect(
      "case noise", "2 activations", "there are 3",
      edit: GoldenEdit(attributes: { path, values in
        path == "/cases/noise"
          ? values.merging(["activation_count": .integer(2)]) { $1 } : values
      }))
    try expect(
      "activations, but",
      edit: GoldenEdit(attributes: { path, values in
        path == "/cases/noise"
          ? values.merging(["activation_count": .integer(-1)]) { $1 } : values
      }))
  }

  @Test("an activation is no node of the network", arguments: ["f64", "f32"])
  func unknownNode(precision: String) throws {
    var edit = change("relu0") { $0.name = "relu0_fused" }
    edit.attributes = { path, values in
      path == "/"
        ? values.merging(["reference_precision": .text(precision)]) { $1 } : values
    }
    try expect("relu0_fused", "not a node", "--model", code: .mismatch, edit: edit)
    let (model, team) = try GoldenFixture.network()
    let golden = try GoldenFile(path: folder.path + "/changed.h5")
    let error = #expect(throws: GoldenError.self) {
      try GoldenCheck(
        golden, graph: model.graph, parameters: model.parameters, team: team)
    }
    #expect(error?.cause.contains("relu0_fused") == true)
  }

  @Test("something has another shape than the network") func shapes() throws {
    // As many elements, arranged otherwise: at these sides, rows and columns exchanged.
    try expect(
      "relu0 as 1×16×16×64", "1×16×32×32", code: .mismatch,
      edit: change("relu0") { $0.shape = [1, 16, 16, 64] })
    try expect(
      "relu1 as 1×32×1×2", code: .mismatch,
      edit: change("relu1") {
        $0.shape = [1, 32, 1, 2]
        $0.elements = Array($0.elements.prefix(64))
      })
    try expect(
      "11 logits", "10", code: .mismatch,
      edit: change("logits") {
        $0.shape = [1, 11]
        $0.elements.append(0)
      })
    try expect(
      "9 probabilities", code: .mismatch,
      edit: change("probabilities") {
        $0.shape = [1, 9]
        $0.elements.removeLast()
      })
    try expect(
      "map of class", "1×4", "2×2", code: .mismatch,
      edit: GoldenEdit(dataset: { path, content in
        var content = content
        if path.contains("/cams/") { content.shape = [1, 4] }
        return content
      }))
    // The sum is of the elements alone, so that of the input stays right.
    try expect(
      "cannot take its input of 1×1×64×192", code: .mismatch,
      edit: change("input") { $0.shape = [1, 1, 64, 192] })
    try expect("3 sides", edit: change("relu0") { $0.shape = [16, 32, 32] })
  }

  @Test(
    "an element is not finite",
    arguments: ["relu0", "relu1", "logits", "probabilities"], [Float.nan, .infinity, -.infinity])
  func notFinite(name: String, value: Float) throws {
    try expect(
      "/\(name) holds \(value) at element 5", "restore it",
      edit: change(name) { $0.elements[5] = value })
  }

  @Test("the noise is no distance", arguments: [-1, .nan, .infinity] as [Double])
  func noise(value: Double) throws {
    try expect(
      "relu1 has an f32_noise of",
      edit: GoldenEdit(attributes: { path, values in
        path.hasSuffix("/relu1") ? values.merging(["f32_noise": .number(value)]) { $1 } : values
      }))
  }

  @Test("the input is another than the recorded one") func input() throws {
    try expect(
      "case noise", "input", "SHA-256", "record it again",
      edit: change("input") { $0.elements[1234] = $0.elements[1234].nextUp })
  }

  @Test("the file is cut short") func truncated() throws {
    let bytes = folder.bytes("whole.h5")
    for count in [bytes.count / 4, bytes.count / 2, bytes.count - 1] {
      let path = folder.write("short.h5", bytes.prefix(count))
      expectRefusal(path, ["is cut short", "restore it"])
    }
    expectRefusal(folder.write("empty.h5", []), ["is not an HDF5 file", "golden record"])
  }

  /// Bits of the stored elements and of the structure.
  @Test("a bit is flipped") func flipped() throws {
    let bytes = folder.bytes("whole.h5")
    let (expected, _) = try values(of: whole)
    var damaged = 0
    var generator = SeededGenerator(seed: 31)
    for _ in 0..<300 {
      let offset = Int.random(in: 0..<bytes.count, using: &generator)
      var changed = bytes
      changed[offset] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      let path = folder.write("flipped.h5", changed)
      do {
        // What is no element and has no checksum, such as a source's name, may pass.
        #expect(try values(of: path).values == expected, "seed 31, byte \(offset)")
      } catch let error as GoldenError {
        #expect(!error.description.contains("\n") && error.description.contains("; "), "\(error)")
        if error.cause.contains("is damaged") { damaged += 1 }
      }
    }
    // Most bytes are elements.
    #expect(damaged > 200, "seed 31")
    // One that is certainly in the elements, through the verifier.
    let input = try #require(try position(of: "DBstage2_concat2", in: bytes))
    var changed = bytes
    changed[input] ^= 4
    expectRefusal(
      folder.write("flipped.h5", changed),
      ["is damaged", "activations/DBstage2_concat2", "checksum", "restore it"])
  }

  /// A byte of a stored activation: one whose change makes just that unreadable.
  func position(of node: String, in bytes: [UInt8]) throws -> Int? {
    for offset in stride(from: 0, to: bytes.count, by: 97) {
      var changed = bytes
      changed[offset] ^= 4
      let path = folder.write("search.h5", changed)
      guard let golden = try? GoldenFile(path: path) else { continue }
      do {
        _ = try golden.cases[0].activation(node)
      } catch {
        unlink(path)
        return offset
      }
    }
    return nil
  }

  /// Every number that a golden stores.
  func values(of path: String) throws -> (values: [[Float]], golden: GoldenFile) {
    let golden = try GoldenFile(path: path)
    var values: [[Float]] = []
    for goldenCase in golden.cases {
      values += [goldenCase.input.elements, goldenCase.logits, goldenCase.probabilities]
      values += goldenCase.maps.map(\.values)
      for node in goldenCase.activationShapes.keys.sorted() {
        values.append(try goldenCase.activation(node)?.elements ?? [])
      }
    }
    return (values, golden)
  }

  @Test("the file is open for writing") func inUse() throws {
    let path = folder.path + "/written.h5"
    let file = try File(creating: path)
    try file.root.attributes.set(GoldenHeader.schema, for: "schema")
    expectRefusal(path, ["is open in another program", "try again"])
    try file.close()

    // The lock belongs to the open file, so that one taken here acts as another program's would.
    let descriptor = open(whole, O_RDWR)
    defer { close(descriptor) }
    #expect(flock(descriptor, LOCK_EX) == 0)
    expectRefusal(whole, ["is open in another program", "try again"])
    #expect(flock(descriptor, LOCK_UN) == 0)
    #expect(GoldenFixture.objection(to: whole) == nil)
  }

  @Test("its writer was ended") func unfinished() throws {
    let path = folder.path + "/written.h5"
    let file = try File(creating: path)
    try file.root.attributes.set(GoldenHeader.schema, for: "schema")
    // Reading the text has the file written up to here.
    _ = try file.root.attributes.string("schema")
    let copy = folder.write("copy.h5", folder.bytes("written.h5"))
    expectRefusal(copy, ["its writer was ended too early", "golden record"])
    try file.close()
  }
}
