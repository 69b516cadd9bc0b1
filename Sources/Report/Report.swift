// Turns results into text: tables for people, JSON for scripts.
//
// Everything here is a pure function. Whether there are colours, how wide the terminal is and where
// the text goes is for the caller to know:
//
// ``swift
// let report = VerifyReport(context: context, goldens: results)
// print(report.document(all: false) { golden, layer in "densecam verify …" }.text(width: 80))
// ``
//
// The files, lowest first:
// - `Text/`: escapes, the width of characters, numbers, `Table` and `Document`, which is either aligned
//   text or Markdown.
// - `JSON/`: the encoder, and numbers that JSON cannot hold.
// - `Columns/`: what each row of a verification and of a benchmark holds, said once, and CSV.
// - `JUnit/`: suites of test cases as XML.
// - `Context.swift`: what every report says of its circumstances.
// - `Verify/`: `VerifyReport`, in all its formats and back from JSON.
// - `SelfTest/`: `SelfTestReport`. `Bisect/`: `BisectReport`. `GoldenDiff/`: what changed between
//   two goldens.
// - `Bench/`: `BenchReport`.
// - `HTML/`: `HTMLReport`, a page of saved results of any kind; `Page/` has its style and its script, which are part
//   of the program.
//
// ### JSON
// Keys are in snake case and sorted. A number that JSON cannot hold (infinite, or not a number) is
// `null`; `non_finite` and `verdict` beside it tell why. Keys may be added in later versions; those
// that exist keep their meaning.
