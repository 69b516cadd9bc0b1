import Foundation
import Testing

/// Pages that the command makes of what other commands have written.
@Suite("densecam report") struct ReportCommandTests {
  static func verify(into folder: Folder) throws -> String {
    let path = folder.path("verify.json")
    let run = try CommandRun(
      "verify", Repository.path("golden/densenet-mini.h5"), "--backend", "tiled,winograd",
      "--format", "json", "-o", path)
    #expect(run.status == 0, "\(run.error)")
    return path
  }

  @Test("makes one page of results of several kinds") func page() throws {
    let folder = try Folder()
    let verify = try Self.verify(into: folder)
    let run = try CommandRun(
      "bench", "--model", "densenet-mini", "--backend", "tiled,winograd", "--repetitions", "2",
      "--threads", "1", "--cache", "network,hot", "--format", "json")
    #expect(run.status == 0, "\(run.error)")
    let bench = try folder.write("anything", run.output.utf8)
    let path = folder.path("report.html")
    let made = try CommandRun("report", bench, verify, "-o", path, "--title", "Kernels & <more>")
    #expect(made.status == 0 && made.output.isEmpty && made.error.isEmpty, "\(made.error)")
    let page = try String(contentsOfFile: path, encoding: .utf8)
    #expect(page.hasPrefix("<!DOCTYPE html>") && page.hasSuffix("</html>\n"))
    #expect(page.contains("<h1>Kernels &amp; &lt;more&gt;</h1>"))
    #expect(page.contains(">bench of densenet-mini"))
    #expect(page.contains(">verify of densenet-mini"))
    // The command of each layer is one that can be pasted.
    #expect(page.contains("--backend winograd --feed"))

    let again = try CommandRun("report", verify, "-o", path)
    #expect(again.status == 2 && again.error.contains("use --force to replace it"))
    #expect(try CommandRun("report", verify, "-o", path, "--force").status == 0)
    #expect(
      try CommandRun("report", verify).output == String(contentsOfFile: path, encoding: .utf8))
  }

  @Test("never replaces what it is made of") func inputs() throws {
    let folder = try Folder()
    let verify = try Self.verify(into: folder)
    let before = try Data(contentsOf: URL(filePath: verify))
    let run = try CommandRun("report", verify, "-o", verify, "--force")
    #expect(run.status == 2 && run.error.contains("which the page is made of"), "\(run.error)")
    #expect(try Data(contentsOf: URL(filePath: verify)) == before)
  }

  @Test("refuses what is no result in one line, and writes nothing") func refusals() throws {
    let folder = try Folder()
    let verify = try Self.verify(into: folder)
    let text = try String(contentsOfFile: verify, encoding: .utf8)
    let files = [
      try folder.write("cut.json", text.utf8.prefix(text.utf8.count / 2)),
      try folder.write("plan.json", "{\"schema\": \"densecam.plan/1\"}".utf8),
      try folder.write("empty.json", [UInt8]()),
      try folder.write("deep.json", String(repeating: "[", count: 100_000).utf8),
      folder.path("absent.json"), Repository.path("golden/densenet-mini.h5"),
    ]
    let path = folder.path("report.html")
    for file in files {
      let run = try CommandRun("report", verify, file, "-o", path)
      #expect(run.status == 2, "\(file)")
      #expect(run.error.split(separator: "\n").count == 1, "\(run.error)")
      #expect(run.error.hasPrefix("densecam: error: \(file)"), "\(run.error)")
    }
    #expect(!folder.contents.contains("report.html"))
    #expect(try CommandRun("report").status == 2)
  }
}
