import Bench
import Verify

extension BenchReport {
  /// The report as JUnit XML: a suite for each candidate, a test case for each step and one for whole runs;
  /// see ``JUnitSuite``.
  ///
  /// The time of a test case is the median. What FAILs or was not judged has none.
  ///
  /// - Returns: The document, ending in a line feed.
  package func junit() -> String {
    let suites = results.map { result in
      let run = [result.model, result.backend, "b\(result.batch)", "t\(result.threads)"]
      var suite = JUnitSuite(name: run.joined(separator: "/"))
      let timings =
        [TimingEntry(wholeOf: result)] + result.steps.map { TimingEntry($0, of: result) }
      for timing in timings {
        let hasSpeed = timing.verdict.map { !$0.isFailure } ?? false
        let error =
          timing.errorOverBound.map { "error/bound \($0)" } ?? "see the steps"
        suite.add(
          timing.layer, in: run.joined(separator: "."), timing.verdict,
          hasSpeed ? timing.sentence : error, note: hasSpeed ? timing.sentence : nil,
          seconds: hasSpeed ? (timing.median ?? 0) / 1e3 : 0)
      }
      return suite
    }
    return JUnitSuite.document(suites, name: "densecam bench", machine: context.machine)
  }
}
