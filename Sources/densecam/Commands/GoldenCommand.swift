import ArgumentParser

/// `densecam golden`: make, prove and read golden files.
struct GoldenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "golden",
    abstract: "Record, check and read golden files.",
    subcommands: [GoldenRecordCommand.self, GoldenCheckCommand.self, GoldenInfoCommand.self])
}
