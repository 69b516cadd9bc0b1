import ArgumentParser
import Kernels
import Plugins
import Verify

/// `densecam kernel-host`: what densecam starts to run plugins in; it is not listed.
struct KernelHostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: KernelHost.command, abstract: "Run a plugin's kernels for densecam.",
    shouldDisplay: false)

  @Argument var memory: Int

  func run() throws {
    throw UsageError(
      KernelHost.serve(
        memoryByteCount: memory, variants: BackendRegistry.faulty))
  }
}
