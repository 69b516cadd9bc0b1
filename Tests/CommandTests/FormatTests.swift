import Foundation
import Testing

/// Each command says which formats it offers, and that is what its help, its completions and its refusals
/// say.
@Suite("Formats") struct FormatTests {
  static let all = ["table", "md", "csv", "json", "jsonl", "junit"]

  static let offers: [(words: [String], formats: [String])] = [
    (["verify"], all), (["bench"], all),
    (["selftest"], ["table", "md", "json"]), (["plan"], ["table", "md", "json"]),
    (["golden", "diff"], ["table", "md", "json"]), (["cam"], ["table", "json", "jsonl"]),
  ]

  @Test("are those that a command's help lists", arguments: offers)
  func help(words: [String], formats: [String]) throws {
    let lines = try CommandRun(words + ["--help"]).output.split(separator: "\n")
    let start = try #require(lines.firstIndex { $0.hasPrefix("  --format <format>") })
    // The description may go on below the option.
    let text = lines[start..<min(start + 4, lines.count)].joined(separator: " ")
    let values = try #require(text.firstMatch(of: /\(values: ([a-z, ]+)/)?.1)
    let listed = values.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(listed == formats)
  }

  @Test("are those that a shell completes", arguments: offers)
  func completions(words: [String], formats: [String]) throws {
    let script = try CommandRun("--generate-completion-script", "fish").output
    let name = "\"densecam \(words.joined(separator: " "))\" format"
    let line = try #require(
      script.split(separator: "\n").first { $0.contains(name) && $0.contains("-l 'format'") },
      "no completion for \(words)")
    #expect(line.hasSuffix(" '\(formats.joined(separator: " "))'"), "\(line)")
  }

  @Test("refuse others by naming what is offered", arguments: offers)
  func refusals(words: [String], formats: [String]) throws {
    let names = words == ["golden", "diff"] ? ["a", "b"] : words == ["cam"] ? ["a"] : []
    for format in Self.all + ["xml"] where !formats.contains(format) {
      let run = try CommandRun(words + names + ["--format", format])
      #expect(run.status == 2 && run.output.isEmpty)
      let error = try #require(run.error.firstRange(of: "Help:")).lowerBound
      let words = run.error[..<error].matches(of: /['-] ?([a-z]+)'?/).map { String($0.1) }
      #expect(Set(words).intersection(Self.all) == Set(formats + Self.all.filter { $0 == format }))
    }
  }

  @Test("of a plan are JSON in a file, unless another is given") func plan() throws {
    let folder = try Folder()
    for (name, options, start) in [
      ("a", [], "{"), ("b", ["--format", "table"], "layer"), ("c", ["--format", "md"], "| layer"),
    ] {
      let path = folder.path(name)
      let run = try CommandRun(["plan", "--model", "densenet-mini", "-o", path] + options)
      #expect(run.status == 0, "\(run.error)")
      #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix(start))
    }
  }

  @Test("are told of by the list of columns") func columns() throws {
    let run = try CommandRun("list", "columns")
    #expect(run.status == 0)
    for name in ["error_over_bound", "peak_shift", "margin_used", "share_of_peak", "real_time"] {
      #expect(run.output.contains("\n\(name) "))
    }
  }
}
