import Files
import FoundationEssentials
import Glibc

/// Where the roofs of a machine are kept, so that they are measured once.
package enum RoofCache {
  /// The file: in `$XDG_CACHE_HOME/densecam`, or in `~/.cache/densecam`; nil where there is no home.
  package static var path: String? {
    func value(_ name: String) -> String? {
      guard let value = unsafe getenv(name) else { return nil }
      let text = unsafe String(cString: value)
      return text.hasPrefix("/") ? text : nil
    }
    guard let base = value("XDG_CACHE_HOME") ?? value("HOME").map({ "\($0)/.cache" }) else {
      return nil
    }
    return "\(base)/densecam/roofs.json"
  }

  /// The roofs that are known of a machine; nil if none are, or the file is of another machine or of no use.
  package static func read(_ identity: String) -> MachineRoofs? {
    guard let path, let text = try? TextFile.read(path, upTo: 1 << 20),
      let roofs = try? JSONDecoder().decode(MachineRoofs.self, from: Data(text.utf8)),
      roofs.identity == identity, roofs.arithmetic.allSatisfy({ $0.gflops > 0 && $0.gflops < 1e9 }),
      roofs.bandwidth.allSatisfy({ $0.gigabytes > 0 && $0.gigabytes < 1e9 && $0.byteCount > 0 })
    else { return nil }
    return roofs
  }

  /// Keeps roofs; where that is not possible they are measured again.
  package static func write(_ roofs: MachineRoofs) {
    guard let path, let data = try? JSONEncoder().encode(roofs) else { return }
    try? FileManager.default.createDirectory(
      atPath: FileName.parent(of: path), withIntermediateDirectories: true)
    try? writeFile(at: path, Array(data), replacing: true)
  }
}
