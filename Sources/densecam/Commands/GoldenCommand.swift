import ArgumentParser

/// `densecam golden`: make, prove, compare and read golden files.
struct GoldenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "golden",
    abstract: "Record, check, compare and read golden files.",
    subcommands: [
      GoldenRecordCommand.self, GoldenCheckCommand.self, GoldenDiffCommand.self,
      GoldenInfoCommand.self,
    ])
}
