import Foundation
import Testing

/// The module declares Pango's functions itself; the compiler tells whether the declarations agree with
/// Pango's headers.
@Suite struct DeclarationTests {
  static let flags = output(of: ["pkg-config", "--cflags", "pangocairo"])

  @Test func pangosHeadersAgree() throws {
    let module = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Sources/CPangoCairo").path
    let source = """
      #include <pango/pangocairo.h>
      #include <pango/pangofc-fontmap.h>
      #include "pango.h"
      #define SAME(name) _Static_assert(C##name == name, #name)
      SAME(PANGO_DIRECTION_LTR); SAME(PANGO_WEIGHT_NORMAL); SAME(PANGO_WEIGHT_BOLD);
      SAME(PANGO_WRAP_WORD_CHAR); SAME(PANGO_ELLIPSIZE_END); SAME(PANGO_ALIGN_CENTER);
      SAME(PANGO_SCALE);
      """
    try withTemporaryDirectory { directory in
      let path = directory + "/agree.c"
      try Data(source.utf8).write(to: URL(fileURLWithPath: path))
      let flags = try #require(Self.flags).split(whereSeparator: \.isWhitespace).map(String.init)
      let compiler = Self.output(of: ["clang", "--version"]) == nil ? "cc" : "clang"
      let command = [compiler, "-fsyntax-only", "-Werror", "-I", module] + flags + [path]
      #expect(Self.output(of: command) != nil)
    }
  }

  /// What a program prints; nil if it cannot be run or fails.
  private static func output(of command: [String]) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    let pipe = Pipe()
    process.standardOutput = pipe
    do { try process.run() } catch { return nil }
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(decoding: bytes, as: UTF8.self) : nil
  }
}
