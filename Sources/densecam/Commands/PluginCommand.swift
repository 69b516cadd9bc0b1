import ArgumentParser

/// `densecam plugin`: kernels of one's own.
struct PluginCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plugin",
    abstract: "Start a kernel of your own, and have it accepted.",
    subcommands: [PluginNewCommand.self, PluginCheckCommand.self])
}
