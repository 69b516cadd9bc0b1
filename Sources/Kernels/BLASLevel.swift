import CCPU

/// The registers that OpenBLAS's kernels of a processor family use, in ascending order.
enum BLASLevel: Int, Comparable {
  case sse
  case avx
  case avx2
  case avx512

  /// What this processor and its operating system can run.
  static var current: BLASLevel {
    if ccpu_supports_x86_64_v4() { return .avx512 }
    if ccpu_supports_x86_64_v3() { return .avx2 }
    return ccpu_supports_avx() ? .avx : .sse
  }

  /// The level of a family by OpenBLAS's name for it (`driver/others/dynamic.c` of 0.3.30); nil for
  /// families that are younger, or of another architecture.
  init?(ofCore name: String) {
    switch name {
    case "Katmai", "Coppermine", "Northwood", "Prescott", "Banias", "Atom", "Core2", "Penryn",
      "Dunnington", "Nehalem", "Athlon", "Opteron", "Opteron_SSE3", "Barcelona", "Bobcat", "Nano":
      self = .sse
    case "Sandybridge", "Bulldozer", "Piledriver", "Steamroller": self = .avx
    case "Haswell", "Zen", "Excavator": self = .avx2
    case "SkylakeX", "Cooperlake", "SapphireRapids": self = .avx512
    default: return nil
    }
  }

  /// Families that need no more than this level, the best first; all have been in OpenBLAS since 0.3.0.
  var cores: [String] {
    switch self {
    case .sse: []
    case .avx: ["Sandybridge"]
    case .avx2: ["Haswell"] + BLASLevel.avx.cores
    case .avx512: ["SkylakeX"] + BLASLevel.avx2.cores
    }
  }

  static func < (a: BLASLevel, b: BLASLevel) -> Bool { a.rawValue < b.rawValue }
}
