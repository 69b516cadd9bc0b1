import CCPU
import Glibc

/// An instruction set that the inner loops are compiled for, in ascending order of preference.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// What every processor of the architecture has: SSE2 on x86-64.
  case baseline

  /// The blocks and tiles of ``avx512`` on the instructions of ``baseline``: slow; lets tests of what
  /// depends on 16 lanes run on every processor.
  case baseline16

  /// AVX2 and FMA: the x86-64-v3 level.
  case avx2

  /// AVX-512 F, BW, CD, DQ and VL: the x86-64-v4 level.
  case avx512

  /// The instruction sets that this processor and operating system can run.
  public static var supported: [InstructionSet] { allCases.filter(\.isSupported) }

  /// The best instruction set that this processor can run.
  public static var best: InstructionSet { supported.last { !$0.isForTests } ?? .baseline }

  /// Whether the set is used only by tests or when named: ``best`` is never one of these.
  public var isForTests: Bool { self == .baseline16 }

  /// The environment variable that forces an instruction set.
  public static let environmentVariable = "DENSECAM_ISA"

  /// The instruction set to use: the one that `DENSECAM_ISA` names, or the best supported.
  ///
  /// - Throws: ``KernelError`` if the variable names none, or one that this processor lacks.
  public static func selected() throws(KernelError) -> InstructionSet {
    guard let value = unsafe getenv(environmentVariable) else {
      return best
    }
    return try named(unsafe String(cString: value))
  }

  /// The supported instruction set with a name.
  ///
  /// - Throws: ``KernelError`` if there is none, or if this processor lacks it.
  public static func named(_ name: String) throws(KernelError) -> InstructionSet {
    guard let set = InstructionSet(rawValue: name) else {
      throw KernelError(
        .unsupportedInstructionSet,
        "\(environmentVariable)=\(name) is not an instruction set; "
          + "there are \(allCases.map(\.rawValue).joined(separator: ", "))")
    }
    guard set.isSupported else {
      throw KernelError(
        .unsupportedInstructionSet,
        "\(environmentVariable)=\(name): this processor has only "
          + "\(supported.map(\.rawValue).joined(separator: ", "))")
    }
    return set
  }

  public var isSupported: Bool {
    switch self {
    case .baseline, .baseline16: true
    case .avx2: ccpu_supports_x86_64_v3()
    case .avx512: ccpu_supports_x86_64_v4()
    }
  }

  /// The inner loops compiled for this instruction set.
  ///
  /// - Precondition: The instruction set is supported.
  public var microkernels: MicrokernelTable {
    precondition(isSupported, "\(rawValue) code would trap on this processor")
    return table
  }

  /// The floats that one register holds, and so the channels of a block of ``Layout/blocked(_:)``.
  public var laneCount: Int { table.laneCount }

  private var table: MicrokernelTable {
    switch self {
    case .baseline: .baseline
    case .baseline16: .baseline16
    case .avx2: .avx2
    case .avx512: .avx512
    }
  }
}
