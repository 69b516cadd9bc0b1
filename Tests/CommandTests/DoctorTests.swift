import Foundation
import Testing

@Suite("The BLAS library's core") struct DoctorTests {
  /// The lines of `doctor` about OpenBLAS, and whether this processor has more than it was built for.
  func doctor(_ core: String) throws -> (lines: [Substring], isWide: Bool) {
    let run = try CommandRun("doctor", environment: ["OPENBLAS_CORETYPE": core])
    #expect(run.status == 0, "\(run.error)")
    let lines = run.output.split(separator: "\n")
    return (
      lines.filter { $0.contains("OpenBLAS") || $0.contains("OPENBLAS") },
      !lines.contains { $0.contains("avx2 (missing)") }
    )
  }

  @Test("is as wide as the processor, and said in every header") func chosen() throws {
    // An empty value is none; the library would take it for a name that it does not know.
    let (lines, isWide) = try doctor("")
    #expect(lines.count == 1 || !isWide, "\(lines)")
    let line = try #require(lines.first)
    let core = try #require(line.split(separator: "; running ").last)
    let name = core.prefix { $0 != ":" }
    for arguments in [
      ["verify", "--problems", "mb1ic3ih5oc4oh5kh3ph1", "--backend", "tiled"],
      ["bench", "--model", "densenet-mini", "--size", "64x64", "--repetitions", "1"],
    ] {
      let run = try CommandRun(arguments, environment: ["OPENBLAS_CORETYPE": ""])
      #expect(run.output.contains(", OpenBLAS \(name),"), "\(line)\n\(run.output)")
    }
  }

  @Test("that is asked for is respected, and warned of where it is too narrow") func forced() throws
  {
    let (lines, isWide) = try doctor("Prescott")
    let text = lines.joined(separator: "\n")
    #expect(text.contains("; running Prescott (forced)") || !text.contains("DYNAMIC_ARCH"))
    #expect(text.contains("OPENBLAS_CORETYPE=Prescott is set"))
    if isWide, text.contains("DYNAMIC_ARCH") { #expect(text.contains("wider registers")) }
  }
}
