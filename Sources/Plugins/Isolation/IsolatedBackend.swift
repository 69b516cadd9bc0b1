package import Kernels
import Synchronization

/// A backend of a plugin that runs in a process of its own.
package struct IsolatedBackend: ObservedBackend {
  package let name: String
  package let summary: String
  let process: KernelProcess

  /// Its place among the plugin's backends.
  let index: Int

  /// The backends of a plugin.
  ///
  /// - Parameters:
  ///   - file: The plugin; nil for the built-in backends, in a process of their own.
  ///   - variant: A name by which the program has other backends instead of the built-in ones; empty for
  ///     none.
  ///   - program: The program that serves as ``KernelHost``.
  ///   - instructionSet: The one that kernels are told of.
  ///   - limits: What one call may use up.
  /// - Returns: At least one.
  /// - Throws: ``PluginError`` if the file is not a plugin, or ends the process that loads it.
  package static func all(
    of file: PluginFile?, variant: String = "", program: String, instructionSet: InstructionSet,
    limits: KernelLimits = KernelLimits()
  ) throws -> [IsolatedBackend] {
    let process = KernelProcess(
      file, variant: variant, program: program, instructionSet: instructionSet, limits: limits)
    let lines: [String]
    do {
      lines = try process.withTurn { try process.load() }
    } catch let failure as KernelFailure {
      throw PluginError(path: file?.path ?? program, cause: "cannot be loaded: \(failure.reason)")
    }
    var backends: [IsolatedBackend] = []
    for (index, line) in lines.enumerated() {
      let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      // Code of the plugin has run in that process, so what comes from there need not be what was checked.
      guard PluginLibrary.isName(name), !backends.contains(where: { $0.name == name }) else {
        throw PluginError(
          path: file?.path ?? program, cause: "offers a backend whose name is not allowed")
      }
      backends.append(
        IsolatedBackend(
          name: name, summary: parts.count > 1 ? String(parts[1]) : "", process: process,
          index: index))
    }
    guard !backends.isEmpty else {
      throw PluginError(path: file?.path ?? program, cause: "offers no backend")
    }
    return backends
  }

  package var loadingChange: String? { process.withTurn { process.loadingChange } }
  package var addressSpaceByteCount: Int? { process.withTurn { process.addressSpaceByteCount } }
  package var strayProcessCount: Int { process.withTurn { process.strayProcessCount } }
  package var kernelTimes: KernelTimes { process.withTurn { process.kernelTimes } }
  package func shareProcessor() { process.withTurn { process.shareProcessor() } }
  package func unshareProcessor() { process.withTurn { process.unshareProcessor() } }
  package var processIdentity: ObjectIdentifier { ObjectIdentifier(process) }

  /// A kernel that fails while it is asked is not said to refuse: what it fails by becomes the verdict on
  /// the convolution, when that is prepared.
  package func refusal(of problem: ConvolutionProblem) -> String? {
    var writer = WordWriter()
    writer.add(index)
    writer.add(problem)
    let answer = try? process.withTurn { () throws(KernelFailure) in
      try process.perform(.refusal, writer.words)
    }
    guard let answer, answer.status == .refused else { return nil }
    return answer.text
  }

  package func description(of problem: ConvolutionProblem, on target: ExecutionTarget)
    -> ConvolutionDescription
  {
    var writer = WordWriter()
    writer.add(index)
    writer.add(target.threads)
    writer.add(problem)
    let answer = try? process.withTurn { () throws(KernelFailure) in
      try process.perform(.describe, writer.words)
    }
    guard let answer, answer.status == .done else { return ConvolutionDescription(.reassociated) }
    return ConvolutionDescription(answer.words, on: target) ?? ConvolutionDescription(.reassociated)
  }

  package func prepare(
    _ problem: ConvolutionProblem, weights: WeightBuffer, bias: [Float]?, fusion: Fusion,
    on target: ExecutionTarget
  ) throws(KernelError) -> any PreparedConvolution {
    let convolution = IsolatedConvolution(
      self, problem, weights: weights, bias: bias, fusion: fusion, on: target)
    if case .invalid(let cause) = convolution.prepareNow() {
      throw KernelError(.invalidKernel, cause)
    }
    return convolution
  }
}
