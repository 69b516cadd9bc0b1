import Foundation
import HDF5
import Testing

/// Goldens that say single precision and were multiplied in less, as graphics processors do.
@Suite("A golden's precision") struct GoldenPrecisionTests {
  /// Copies PyTorch's golden, the outputs of its convolutions rounded to a number of bits.
  func rounded(to bits: Int, in folder: Folder) throws -> String {
    let path = folder.path("rounded.h5")
    let old = try File(reading: Repository.path("golden/densenet-mini-pytorch.h5"))
    let new = try File(creating: path)
    try copy(old.root, to: new.root, bits)
    try new.close()
    return path
  }

  private func copy(_ old: Group, to new: Group, _ bits: Int) throws {
    try copy(old.attributes, to: new.attributes)
    for name in try old.groupNames {
      try copy(old.group(name), to: new.createGroup(name), bits)
    }
    for name in try old.datasetNames {
      let dataset = try old.dataset(name)
      var elements = try dataset.readFloats()
      if try dataset.attributes.string("op") == "Convolution" {
        elements = elements.map { Self.round($0, to: bits) }
      }
      let copied = try new.createDataset(name, shape: dataset.shape, elements: elements)
      try copy(dataset.attributes, to: copied.attributes)
    }
  }

  private func copy(_ old: Attributes, to new: Attributes) throws {
    for name in try old.names {
      if let text = try? old.string(name) {
        try new.set(text, for: name)
      } else if let number = try? old.integer(name) {
        try new.set(number, for: name)
      } else if let number = try old.double(name) {
        try new.set(number, for: name)
      }
    }
  }

  /// To the nearest number of so many significant bits, ties to even: IEEE 754, section 4.3.1.
  static func round(_ value: Float, to bits: Int) -> Float {
    let dropped = UInt32(24 - bits)
    let pattern = value.bitPattern
    let half: UInt32 = (1 << (dropped - 1)) - 1
    return Float(
      bitPattern: (pattern + half + (pattern >> dropped & 1)) & ~((1 << dropped) - 1))
  }

  @Test("is named when it is too low, with the distance, and can be taken for what it is")
  func tf32() throws {
    #expect(Self.round(1 + 0x1p-11, to: 11) == 1 && Self.round(1 + 0x3p-12, to: 11) == 1 + 0x1p-10)
    let folder = try Folder()
    let golden = try rounded(to: 11, in: folder)
    func run(_ words: String...) throws -> CommandRun {
      try CommandRun(words + ["--model", "densenet-mini@1"])
    }
    let refused = try run("verify", golden, "--backend", "naive,tiled")
    #expect(refused.status == 4)
    #expect(!refused.error.contains("is it the golden of this model?"), "\(refused.error)")
    for words in [
      "rounded.h5", "(relative L2)", "0.0002", "more than f32 explains", "this model's golden",
      "lower precision", "--golden-precision tf32",
    ] { #expect(refused.error.contains(words), "\(refused.error)") }
    let checked = try run("golden", "check", golden)
    #expect(checked.status == 1)
    for words in ["more than f32 explains", "--golden-precision tf32"] {
      #expect(checked.output.contains(words), "\(checked.output)")
    }
    #expect(try run("golden", "check", golden, "--golden-precision", "tf32").status == 0)
    for precision in ["tf32", "f16", "bf16"] {
      let taken = try run(
        "verify", golden, "--backend", "naive,tiled", "--golden-precision", precision)
      #expect(taken.status == 0, "\(taken.output)\(taken.error)")
    }
    // The command of a failure takes it for the same.
    let failed = try run(
      "verify", golden, "--backend", "tiled", "--golden-precision", "tf32", "--atol", "1e-30")
    #expect(failed.output.contains(" --golden-precision tf32 "))
    let unknown = try run("verify", golden, "--golden-precision", "f8")
    #expect(unknown.status == 2 && unknown.error.contains("f32, tf32, f16, bf16"))
  }

  @Test("of eight bits is named, too") func bf16() throws {
    let folder = try Folder()
    let golden = try rounded(to: 8, in: folder)
    func run(_ words: String...) throws -> CommandRun {
      try CommandRun(words + ["--model", "densenet-mini@1"])
    }
    let check = try run("golden", "check", golden)
    #expect(check.status == 1 && check.output.contains("more than f32 explains"), "\(check.output)")
    #expect(try run("golden", "check", golden, "--golden-precision", "bf16").status == 0)
    #expect(
      try run("verify", golden, "--backend", "naive", "--golden-precision", "bf16").status == 0)
  }

  @Test("makes no golden of another model") func others() throws {
    let folder = try Folder()
    // One bit is left: some values are off by a third.
    let golden = try rounded(to: 1, in: folder)
    let run = try CommandRun(
      "verify", golden, "--backend", "naive", "--model", "densenet-mini@1", "--golden-precision",
      "bf16")
    #expect(run.status == 4)
    #expect(run.error.contains("no precision does"), "\(run.error)")
  }
}
