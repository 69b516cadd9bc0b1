import Foundation
import Testing
import TestSupport

@testable import Plugins

@Suite("Files of plugins") struct PluginFileTests {
  private func expectFault(
    _ bytes: [UInt8], _ words: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let url = FileManager.default.temporaryDirectory
      .appending(path: "densecam-\(UInt64.random(in: 0...UInt64.max)).so")
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    #expect(sourceLocation: sourceLocation) {
      _ = try PluginFile(path: url.path)
    } throws: { error in
      "\(error)".contains(words)
    }
  }

  /// The header of an ELF file (System V ABI, "ELF Header"): its class, type and machine.
  private func header(class word: UInt8 = 2, type: UInt8 = 3, machine: UInt8 = 62) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 64)
    bytes.replaceSubrange(0..<7, with: [0x7F, 0x45, 0x4C, 0x46, word, 1, 1])
    bytes[16] = type
    bytes[18] = machine
    return bytes
  }

  @Test("that are no shared libraries are refused before they are loaded") func others() throws {
    try expectFault([], "does not begin as an ELF file does")
    try expectFault(Array("#!/bin/sh\n".utf8), "does not begin as an ELF file does")
    try expectFault(Array(header().prefix(17)), "does not begin as an ELF file does")
    try expectFault(header(type: 1), "it is an object file; link it with -shared")
    try expectFault(header(type: 2), "it is a program")
    try expectFault(header(class: 1, machine: 3), "another architecture (x86, 32 bits)")
    #if arch(x86_64)
      try expectFault(header(machine: 183), "another architecture (AArch64)")
    #endif
  }

  @Test("give simple kernels their names") func names() throws {
    for (name, stem) in [
      ("simple", "simple"), ("libfast", "fast"), ("fast.v2", "fast.v2"), ("so", "so"),
    ] {
      let plugin = try CompiledPlugin(
        name, text: "int densecam_simple_convolve(void) { return 0; }")
      #expect(try PluginFile(path: plugin.path).stem == stem, "\(name)")
    }
    let plugin = try CompiledPlugin("simple")
    #expect(try PluginFile(path: plugin.path).sha256.count == 64)
  }
}
