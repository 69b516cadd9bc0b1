import Kernels

/// A way in which a convolution kernel can be wrong.
///
/// Each was seen in real kernels or is feared by their authors. A fault defines where it strikes: in what
/// the kernel is given, or in what it leaves in memory.
public struct Fault: Sendable {
  /// The name in reports, in the form `lost-border-pixel`.
  public let name: String

  /// What is wrong, in one line.
  public let summary: String

  /// Where the fault strikes.
  let site: Site

  /// Whether a convolution can have the fault at all.
  private let applies: @Sendable (Target) -> Bool

  enum Site: Sendable {
    /// Nowhere: the fault does not apply.
    case none

    /// The weights that are packed, `[outputChannels, groupInputChannels, kH, kW]`.
    case weights(@Sendable (_ weights: inout [Float], Target) -> Void)

    /// The bias or what is fused.
    case surroundings(@Sendable (_ bias: inout [Float]?, _ fusion: inout Fusion) -> Void)

    /// The geometry, whose output must keep its shape.
    case geometry(@Sendable (ConvolutionProblem) -> ConvolutionProblem?)

    /// The output when it is done.
    case output(@Sendable (_ output: inout Output, Target) -> Void)

    /// The last task is left out.
    case task

    /// The memory next to the output.
    case memory(Stray)

    /// What the kernel does besides computing.
    case misconduct(Misconduct)
  }

  /// What the kernel does besides computing; nil if nothing.
  var misconduct: Misconduct? {
    guard case .misconduct(let misconduct) = site else { return nil }
    return misconduct
  }

  /// Whether the fault is only put into kernels in a process of their own.
  public var needsProcess: Bool { misconduct?.needsProcess ?? false }

  /// What a kernel wrongly reads or writes.
  enum Stray: Sendable {
    /// Writes right after the end of the output.
    case writesBehind

    /// Adds what was left in the scratch memory to one element.
    case readsScratch
  }

  /// What a fault strikes.
  struct Target: Sendable {
    var problem: ConvolutionProblem
    var hasBias: Bool
    var fusion: Fusion

    /// What the backend can fuse.
    var fusions: Fusions
  }

  init(
    _ name: String, _ summary: String, _ site: Site,
    where applies: @escaping @Sendable (Target) -> Bool = { _ in true }
  ) {
    self.name = name
    self.summary = summary
    self.site = site
    self.applies = applies
  }

  /// Whether a convolution can have the fault.
  func canStrike(_ target: Target) -> Bool {
    guard applies(target) else { return false }
    guard case .geometry(let strike) = site else { return true }
    return strike(target.problem) != nil
  }

  /// The output of a convolution, element by element, in any layout.
  @safe
  struct Output {
    private let view: MutableFeatureView

    init(_ view: MutableFeatureView) { unsafe self.view = unsafe view }

    var shape: TensorShape { unsafe view.shape }

    subscript(image: Int, channel: Int, y: Int, x: Int) -> Float {
      get { unsafe view.plane(image, channel)[place(y, x)] }
      nonmutating set { unsafe view.plane(image, channel)[place(y, x)] = newValue }
    }

    private func place(_ y: Int, _ x: Int) -> Int {
      unsafe (y * view.shape.width + x) * view.layout.blockWidth
    }

    /// Replaces every element.
    func mapAll(_ body: (Float) -> Float) {
      for n in 0..<shape.batch {
        for c in 0..<shape.channels {
          for y in 0..<shape.height {
            for x in 0..<shape.width { self[n, c, y, x] = body(self[n, c, y, x]) }
          }
        }
      }
    }
  }
}
