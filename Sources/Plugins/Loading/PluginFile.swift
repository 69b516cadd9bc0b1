import Files
import Glibc

/// A shared library that has been looked at and not been loaded.
package struct PluginFile: Hashable, Sendable {
  /// The path as it was named.
  package let path: String

  /// The path from the root, which is what is loaded: a bare name would be searched for elsewhere.
  package let fullPath: String

  /// The sum of its bytes.
  package let sha256: String

  /// Looks at a file.
  ///
  /// - Throws: ``PluginError`` if it is not a shared library for this processor, `FileError` if it cannot
  ///   be read.
  package init(path: String) throws {
    let file = try MappedFile(path: path)
    if let cause = Self.fault(of: file) { throw PluginError(path: path, cause: cause) }
    guard let full = unsafe realpath(path.systemPath, nil) else {
      throw FileError(path: path, errno: errno)
    }
    defer { unsafe free(full) }
    self.path = path
    fullPath = FileName.text(Array(unsafe String(cString: full).utf8))
    sha256 = SHA256Digest.of(file)
  }

  /// The name that a simple kernel has: the file's, without `lib` and without `.so` and a version.
  package var stem: String {
    var name = FileName.last(of: path)[...]
    if name.hasPrefix("lib") { name = name.dropFirst(3) }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let end = parts.lastIndex(of: "so") ?? parts.count
    return parts[..<max(1, end)].joined(separator: ".")
  }

  /// What the header of an ELF file says against loading it; nil if nothing.
  ///
  /// Layout: System V ABI, "ELF Header".
  private static func fault(of file: MappedFile) -> String? {
    guard file.bytes(at: 0, count: 4) == [0x7F, 0x45, 0x4C, 0x46],
      let type = file.load(UInt16.self, at: 16), let machine = file.load(UInt16.self, at: 18)
    else {
      return "is not a shared library (it does not begin as an ELF file does)"
    }
    let (wordSize, byteOrder) = (file.bytes(at: 4, count: 1), file.bytes(at: 5, count: 1))
    guard wordSize == [2], byteOrder == [1], machine == thisMachine else {
      let name = machines[machine] ?? "machine \(machine)"
      return "was built for another architecture (\(name)\(wordSize == [1] ? ", 32 bits" : ""))"
    }
    guard type == sharedObject else {
      let kind = kinds[type].map { ": it is \($0)" } ?? ""
      return "is not a shared library\(kind); link it with -shared"
    }
    return nil
  }

  private static let sharedObject: UInt16 = 3
  private static let kinds: [UInt16: String] = [
    1: "an object file", 2: "a program", 4: "a core dump",
  ]
  private static let machines: [UInt16: String] = [
    3: "x86", 8: "MIPS", 20: "PowerPC", 21: "PowerPC64", 22: "S390", 40: "ARM", 62: "x86-64",
    183: "AArch64", 243: "RISC-V",
  ]

  #if arch(arm64)
    private static let thisMachine: UInt16 = 183
  #else
    private static let thisMachine: UInt16 = 62
  #endif
}
