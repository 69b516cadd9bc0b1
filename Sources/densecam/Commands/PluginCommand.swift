import ArgumentParser

/// `densecam plugin`: kernels of one's own.
struct PluginCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugin",
    abstract: "Start a kernel of your own.",
    subcommands: [PluginNewCommand.self])
}
