import Foundation
import Testing

/// The debug build of the argument parser checks the options of a command when it is used, so that a
/// command may work in one configuration and not start in the other.
@Suite("Help") struct HelpTests {
  /// A command as `--experimental-dump-help` has it.
  struct Description: Decodable {
    struct Argument: Decodable {
      struct Name: Decodable {
        var kind: String
        var name: String
      }
      var names: [Name]?
    }
    var commandName: String
    var subcommands: [Description]?
    var arguments: [Argument]?

    /// The words of every command below and of this one, the program's name left out.
    func paths(after path: [String]) -> [(words: [String], command: Description)] {
      [(path, self)]
        + (subcommands ?? []).flatMap { $0.paths(after: path + [$0.commandName]) }
    }
  }

  struct Dump: Decodable { var command: Description }

  /// All commands, by the command's own configuration.
  static func commands() throws -> [(words: [String], command: Description)] {
    let run = try CommandRun("--experimental-dump-help")
    return try JSONDecoder().decode(Dump.self, from: Data(run.output.utf8)).command.paths(after: [])
      .filter { $0.words.last != "help" }
  }

  @Test("is there for every command, without a warning") func everywhere() throws {
    let commands = try Self.commands()
    let words = commands.map { $0.words.joined(separator: " ") }
    // Should the parser's form of its description change, this list would be empty.
    for known in ["", "cam", "verify", "golden", "golden record", "doctor"] {
      #expect(words.contains(known))
    }
    for command in commands {
      let run = try CommandRun(command.words + ["--help"])
      #expect(run.status == 0, "\(command.words): \(run.error)")
      #expect(run.error.isEmpty, "\(command.words): \(run.error)")
      #expect(run.output.contains("USAGE: densecam"), "\(command.words)")
    }
  }

  @Test("gives each option of a command a name of its own") func names() throws {
    for (words, command) in try Self.commands() {
      let names = (command.arguments ?? []).flatMap { $0.names ?? [] }.map {
        "\($0.kind) \($0.name)"
      }
      #expect(Set(names).count == names.count, "\(words): \(names.sorted())")
    }
  }
}
