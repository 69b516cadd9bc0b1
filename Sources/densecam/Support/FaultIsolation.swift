import Kernels
import Plugins
import Synchronization
import Verify

/// Built-in backends with a fault, each fault in a process of its own, on guarded operands.
final class FaultIsolation: Sendable {
  private let instructionSet: InstructionSet
  private let known = Mutex<[String: [IsolatedBackend]]>([:])

  init(instructionSet: InstructionSet) { self.instructionSet = instructionSet }

  /// The backends that have a fault, under the names of the built-in ones.
  ///
  /// - Throws: `PluginError` if the process cannot be started.
  func backends(with fault: Fault) throws -> [any ConvolutionBackend] {
    try known.withLock { known in
      if let backends = known[fault.name] { return backends }
      let backends = try IsolatedBackend.all(
        of: nil, variant: fault.name, program: PluginOptions.program,
        instructionSet: instructionSet)
      known[fault.name] = backends
      return backends
    }
  }
}
