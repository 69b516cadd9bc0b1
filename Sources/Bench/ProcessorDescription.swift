import Files

/// Linux's description of the processor.
package struct ProcessorDescription: Hashable, Sendable, Codable {
  /// One cache as a core sees it.
  package struct Cache: Hashable, Sendable, Codable {
    /// `Data`, `Instruction` or `Unified`.
    package var type: String
    package var level: Int

    /// In bytes.
    package var size: Int

    /// The logical processors that share it.
    package var sharingCount: Int
  }

  /// The model as the processor names itself; `unknown` if it does not.
  package var model: String

  /// The clock when it was read, in MHz; nil if unknown.
  package var megahertz: Double?

  /// The caches of the first core, smallest level first.
  package var caches: [Cache]

  /// How the kernel chooses the clock, such as `performance`; nil if unknown, as in most
  /// virtual machines.
  package var governor: String?

  /// Reads `/proc/cpuinfo` and `/sys/devices/system/cpu/cpu0`.
  static func current() -> ProcessorDescription {
    let folder = "/sys/devices/system/cpu/cpu0"
    let information = SystemFile.read("/proc/cpuinfo") ?? ""
    var caches: [Cache] = []
    for index in 0..<16 {
      let cache = "\(folder)/cache/index\(index)"
      guard let type = SystemFile.read("\(cache)/type"),
        let level = SystemFile.read("\(cache)/level").flatMap({ Int($0) }),
        let size = SystemFile.read("\(cache)/size").flatMap({ Self.bytes($0) })
      else { break }
      let sharing = SystemFile.read("\(cache)/shared_cpu_list").map(Self.count(ofList:)) ?? 1
      caches.append(Cache(type: type, level: level, size: size, sharingCount: sharing))
    }
    return ProcessorDescription(
      model: field("model name", of: information) ?? "unknown",
      megahertz: field("cpu MHz", of: information).flatMap { Double($0) }, caches: caches,
      governor: SystemFile.read("\(folder)/cpufreq/scaling_governor"))
  }

  /// The first value of a `name : value` line.
  static func field(_ name: String, of text: String) -> String? {
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].trimmed == name { return parts[1].trimmed }
    }
    return nil
  }

  /// A size such as `512K` in bytes; nil if it is not one.
  static func bytes(_ text: String) -> Int? {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    guard let last = text.last else { return nil }
    guard let unit = units[last] else { return Int(text) }
    guard let value = Int(text.dropLast()) else { return nil }
    let (bytes, overflow) = value.multipliedReportingOverflow(by: unit)
    return overflow ? nil : bytes
  }

  /// The number of processors in a list such as `0-3,8`.
  static func count(ofList text: String) -> Int {
    text.split(separator: ",").reduce(0) { sum, range in
      let ends = range.split(separator: "-").compactMap { Int($0.trimmed) }
      guard let first = ends.first, let last = ends.last, first <= last, last < 1 << 24 else {
        return sum
      }
      return sum + last - first + 1
    }
  }
}
