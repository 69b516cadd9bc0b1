import Kernels
import Net
import Testing

@testable import Verify

@Suite("Differences between goldens") struct GoldenDiffTests {
  let folder: GoldenFolder
  let old: String

  init() throws {
    folder = try GoldenFolder()
    old = folder.path + "/old.h5"
    try GoldenFixture.record(old) { ["relu0", "DBstage2_concat2", "relu1"].contains($0) }
  }

  func diff(_ old: String, _ new: String) throws -> GoldenDiff {
    try GoldenDiff(from: GoldenFile(path: old), to: GoldenFile(path: new))
  }

  func diff(_ edit: GoldenEdit) throws -> GoldenDiff {
    let path = folder.path + "/new.h5"
    try edit.copy(old, to: path)
    return try diff(old, path)
  }

  func recording(seed: Int = 1, brightness: Float = 1) throws -> GoldenDiff {
    let path = folder.path + "/new.h5"
    try GoldenFixture.record(path, seed: seed, brightness: brightness) {
      ["relu0", "DBstage2_concat2", "relu1"].contains($0)
    }
    return try diff(old, path)
  }

  @Test("are none between a golden and its copy") func none() throws {
    let diff = try diff(GoldenEdit())
    #expect(diff.isIdentical)
    #expect(diff.changes.isEmpty)
    #expect(
      diff.items.map(\.name).prefix(6) == [
        "input", "DBstage2_concat2", "relu0", "relu1", "logits", "probabilities",
      ])
    #expect(diff.items.count == 6 + GoldenRecorder.mapCount)
    #expect(diff.explanation == "all 11 arrays in both files have the same bits")
  }

  @Test("are counted by element, ulps and relative L2, the largest first") func counted() throws {
    var norm = 0.0
    let diff = try diff(
      GoldenEdit(dataset: { path, content in
        var content = content
        if path.hasSuffix("/relu0") {
          norm = content.elements.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
          content.elements[7] = 1
        }
        if path.hasSuffix("/relu1") {
          let index = content.elements.firstIndex { $0 > 0.1 } ?? 0
          content.elements[index] = content.elements[index].nextUp.nextUp.nextUp
        }
        return content
      }))
    #expect(!diff.isIdentical)
    #expect(diff.differing.map(\.name) == ["relu0", "relu1"])
    let before = try #require(try GoldenFile(path: old).cases[0].activation("relu0")).elements[7]
    let first = try #require(diff.differing[0].distance)
    #expect(first.differing == 1)
    #expect((first.relativeL2 - (1 - Double(before)).magnitude / norm).magnitude < 1e-12)
    let last = try #require(diff.differing[1].distance)
    #expect(last.differing == 1 && last.maxULP == 3)
    // Three ulps of one of some hundred elements are less than all elements' rounding.
    #expect(diff.differing[1].isWithinNoise == true)
    #expect(diff.differing[0].isWithinNoise == false)
    #expect(diff.explanation.contains("nothing that is recorded explains the difference"))
    #expect(diff.explanation.contains("times the f32 noise floor"))
  }

  @Test(
    "are told in steps between floats",
    arguments: [
      (1, 1, 0, 0), (1, Float(1).nextUp, 1, 1), (0, -0.0, 1, 0),
      (Float.leastNonzeroMagnitude, -Float.leastNonzeroMagnitude, 1, 2),
      (1, 2, 1, 1 << 23), (-1, -4, 1, 2 << 23),
      (Float.greatestFiniteMagnitude, -Float.greatestFiniteMagnitude, 1, 2 * 0x7F7F_FFFF),
    ] as [(Float, Float, Int, Int)])
  func steps(old: Float, new: Float, differing: Int, ulps: Int) {
    let distance = ArrayDistance(of: [7, new], from: [7, old])
    #expect(distance.differing == differing)
    #expect(distance.maxULP == ulps)
    #expect(ArrayDistance(of: [7, old], from: [7, new]).maxULP == ulps)
  }

  @Test("have a finite distance even from zeros") func zeros() {
    #expect(ArrayDistance(of: [3, 4], from: [0, 0]).relativeL2 == 5)
    #expect(ArrayDistance(of: [0, 0], from: [3, 4]).relativeL2 == 1)
    #expect(ArrayDistance(of: [0, 0], from: [0, -0.0]).relativeL2 == 0)
  }

  @Test("come from the weights") func weights() throws {
    let diff = try recording(seed: 2)
    #expect(diff.explanation == "the weights changed; the inputs are the same")
    #expect(diff.changes.map(\.attribute) == ["model", "weights_sha256"])
    #expect(diff.changes.allSatisfy { $0.side == .model && $0.caseName == nil })
    #expect(diff.changes[0].old == "densenet-mini@1" && diff.changes[0].new == "densenet-mini@2")
    #expect(diff.items.first { $0.name == "input" }?.isIdentical == true)
  }

  @Test("come from the inputs") func inputs() throws {
    let diff = try recording(brightness: 1.01)
    #expect(diff.explanation == "the inputs changed; the model is the same")
    #expect(diff.changes.map(\.attribute) == ["input_sha256"])
    #expect(diff.changes[0].caseName == "noise")
    #expect(diff.differing.contains { $0.name == "input" })
  }

  @Test("come from both") func both() throws {
    let diff = try recording(seed: 2, brightness: 1.01)
    #expect(
      diff.explanation
        == "the weights changed, and so did the inputs: either may explain the difference")
    #expect(diff.changes.map(\.side) == [.model, .model, .input])
  }

  @Test("come from the generator") func generator() throws {
    let diff = try diff(
      GoldenFixture.committed("densenet-mini.h5"),
      GoldenFixture.committed("densenet-mini-mxnet.h5"))
    #expect(diff.explanation.hasPrefix("model and inputs are the same; the generator changed"))
    #expect(
      diff.changes.map(\.attribute) == [
        "generator", "generator_version", "reference_precision", "command",
      ])
    #expect(!diff.isIdentical)
    // Both ran the same network, so nothing is far away.
    #expect(diff.differing.allSatisfy { ($0.distance?.relativeL2 ?? 1) < 1e-5 })
  }

  @Test("come from the instruction set, for want of anything else") func instructionSet() throws {
    var edit = GoldenEdit(attributes: { path, values in
      path == "/"
        ? values.merging(["instruction_set": .text("avx10")]) { $1 } : values
    })
    #expect(try diff(edit).explanation == "all 11 arrays in both files have the same bits")
    edit.dataset = { path, content in
      var content = content
      if path.hasSuffix("/relu1") { content.elements[0] += 1e-6 }
      return content
    }
    let path = folder.path + "/other.h5"
    try edit.copy(old, to: path)
    let diff = try diff(old, path)
    #expect(diff.changes.map(\.attribute) == ["instruction_set"])
    #expect(diff.explanation.contains("the instruction set changed"))
  }

  @Test("name what only one file has") func oneSided() throws {
    let path = folder.path + "/new.h5"
    try GoldenFixture.record(path) { ["relu0", "bn1"].contains($0) }
    let diff = try diff(old, path)
    #expect(diff.onlyInOld.map(\.array) == ["DBstage2_concat2", "relu1"])
    #expect(diff.onlyInNew.map(\.array) == ["bn1"])
    #expect(!diff.isIdentical)
    #expect(diff.differing.isEmpty)
    #expect(diff.explanation.hasSuffix("; the files differ in which arrays they hold"))
  }

  @Test("name cases that only one file has") func cases() throws {
    let diff = try diff(GoldenEdit(groupName: { $0 == "noise" ? "silence" : $0 }))
    #expect(diff.onlyInOld == [GoldenDiff.Place(caseName: "noise", array: nil)])
    #expect(diff.onlyInNew == [GoldenDiff.Place(caseName: "silence", array: nil)])
    #expect(diff.items.isEmpty && !diff.isIdentical)
    #expect(diff.explanation == "the files have no case in common")
  }

  @Test("in shape have no distance, and come first") func shapes() throws {
    let diff = try diff(
      GoldenEdit(dataset: { path, content in
        var content = content
        if path.hasSuffix("/relu1") { content.shape = [1, 1, 1, content.elements.count] }
        if path.hasSuffix("/relu0") { content.elements[0] = 1e9 }
        return content
      }))
    #expect(diff.differing.map(\.name) == ["relu1", "relu0"])
    #expect(diff.differing[0].distance == nil && diff.differing[0].isWithinNoise == nil)
  }

  @Test("are found by a file that does not record its inputs' sums") func unrecordedSum() throws {
    let path = folder.path + "/other.h5"
    try GoldenFixture.record(path, brightness: 0.5) { $0 == "relu0" }
    let edit = GoldenEdit(attributes: { _, values in
      values.filter { $0.key != "input_sha256" }
    })
    try edit.copy(path, to: folder.path + "/bare.h5")
    let diff = try diff(old, folder.path + "/bare.h5")
    #expect(diff.changes.map(\.attribute) == ["input_sha256"])
  }

  @Test("cannot be told if an array cannot be read") func damaged() throws {
    let path = folder.path + "/new.h5"
    let edit = GoldenEdit(dataset: { path, content in
      var content = content
      if path.hasSuffix("/relu1") { content.elements[0] = .nan }
      return content
    })
    try edit.copy(old, to: path)
    #expect(throws: GoldenError.self) { try diff(old, path) }
  }
}
