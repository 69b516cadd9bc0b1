import CDensecam
import CIsolation
import Files
import Glibc
package import Kernels

/// A plugin that this process has loaded: its code may do anything from now on.
///
/// It stays loaded until the process ends, as kernels may have left threads behind.
package struct PluginLibrary: Sendable {
  package let file: PluginFile

  /// What it offers, in its own order; at least one.
  package let backends: [PluginBackend]

  /// What loading it has changed in this process and should not have; nil if nothing.
  ///
  /// The control word of floating-point arithmetic is put back: GCC links code that flushes subnormal numbers to
  /// zero into libraries built with `-ffast-math`, which then does so for everybody.
  package let change: String?

  /// The most backends of a plugin.
  static let largestCount = 64

  /// Loads a plugin and checks its tables.
  ///
  /// - Parameters:
  ///   - file: The shared library.
  ///   - instructionSet: The one that is in use, which decides the width of blocks.
  /// - Throws: ``PluginError`` if it cannot be loaded, has no entry point, or breaks the interface.
  package init(_ file: PluginFile, for instructionSet: InstructionSet) throws(PluginError) {
    self.file = file
    func fault(_ cause: String) -> PluginError { PluginError(path: file.path, cause: cause) }
    let control = cisolation_control()
    let state = unsafe cisolation_note_state()
    let loaded = unsafe dlopen(file.fullPath.systemPath, RTLD_NOW | RTLD_LOCAL)
    // Libraries of threads may start some when they are loaded.
    change = unsafe cisolation_changed_state(state, true).map { unsafe String(cString: $0) }
    cisolation_set_control(control)
    guard let handle = unsafe loaded else {
      throw fault("cannot be loaded: \(Self.loaderError(of: file))")
    }
    if let entry = unsafe dlsym(handle, "densecam_plugin_entry") {
      typealias Entry =
        @convention(c) (UnsafePointer<densecam_host>?) -> UnsafePointer<densecam_plugin>?
      let table = unsafe unsafeBitCast(entry, to: Entry.self)
      unsafe backends = try Self.backends(
        instructionSet.rawValue.withCString { name in
          var host = unsafe densecam_host(
            size: MemoryLayout<densecam_host>.size, abi_version: UInt32(DENSECAM_ABI_VERSION),
            lanes: Int32(instructionSet.laneCount), instruction_set: name)
          return unsafe table(&host)
        }, of: file)
    } else if let convolve = unsafe dlsym(handle, "densecam_simple_convolve") {
      unsafe backends = [
        PluginBackend(
          name: Self.name(file.stem),
          summary: "a simple kernel, from \(FileName.last(of: file.path))",
          functions: .simple(
            unsafeBitCast(convolve, to: SimpleConvolve.self),
            refusal: dlsym(handle, "densecam_simple_refusal").map {
              unsafe unsafeBitCast($0, to: Refusal.self)
            }))
      ]
    } else {
      throw fault(
        "has neither densecam_plugin_entry nor densecam_simple_convolve; declare one as densecam/kernel.h "
          + "does (in C++ inside of extern \"C\")")
    }
  }

  /// What the loader says of its last failure, without the path that it begins with.
  private static func loaderError(of file: PluginFile) -> String {
    let text = unsafe dlerror().map { unsafe String(cString: $0) } ?? "no reason is given"
    let prefix = file.fullPath + ": "
    return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
  }

  /// A name that is allowed, for a simple kernel, which has none.
  private static func name(_ stem: String) -> String {
    let name = String(stem.prefix(40).map { isAllowed($0) ? $0 : "-" })
    return name.isEmpty ? "plugin" : name
  }

  /// Whether a backend may have a name.
  static func isName(_ name: String) -> Bool {
    (1...40).contains(name.count) && name.allSatisfy(isAllowed)
  }

  private static func isAllowed(_ character: Character) -> Bool {
    character.isASCII
      && (character.isLetter || character.isNumber || "._-".contains(character))
  }

  /// Checks the tables of a plugin.
  private static func backends(_ table: UnsafePointer<densecam_plugin>?, of file: PluginFile)
    throws(PluginError) -> [PluginBackend]
  {
    func fault(_ cause: String) -> PluginError { PluginError(path: file.path, cause: cause) }
    guard let table = unsafe table else { throw fault("says that it cannot work on this machine") }
    let version = unsafe table.pointee.abi_version
    guard version == UInt32(DENSECAM_ABI_VERSION) else {
      throw fault(
        "was built for version \(version) of the interface, and this is \(DENSECAM_ABI_VERSION); build it again "
          + "with this densecam's header")
    }
    unsafe try check(table.pointee.size, as: MemoryLayout<densecam_plugin>.size, "table", of: file)
    let count = unsafe Int(table.pointee.backend_count)
    guard (1...largestCount).contains(count), let list = unsafe table.pointee.backends else {
      throw fault("offers \(count) backends, and 1 to \(largestCount) are allowed")
    }
    var backends: [PluginBackend] = []
    for index in 0..<count {
      guard let entry = unsafe list[index] else {
        throw fault("has no table for its backend number \(index + 1)")
      }
      unsafe try check(
        entry.pointee.size, as: MemoryLayout<densecam_backend>.size,
        "table of backend number \(index + 1)",
        of: file)
      let backend = unsafe entry.pointee
      guard let name = unsafe backend.name.map({ unsafe String(cString: $0) }),
        isName(name)
      else {
        throw fault(
          "backend number \(index + 1) has no allowed name: 1 to 40 letters, digits, dots, hyphens and underscores"
        )
      }
      guard !backends.contains(where: { $0.name == name }) else {
        throw fault("offers two backends called \(name)")
      }
      guard unsafe backend.prepare != nil, unsafe backend.run != nil else {
        let missing = unsafe backend.prepare == nil ? "prepare" : "run"
        throw fault("backend \(name) has no function \(missing)")
      }
      let summary = unsafe backend.summary.map { unsafe String(cString: $0) } ?? ""
      unsafe backends.append(
        PluginBackend(
          name: name, summary: summary.isEmpty ? "from \(FileName.last(of: file.path))" : summary,
          functions: .full(entry)))
    }
    return backends
  }

  /// Refuses a structure that is not as large as this version's.
  private static func check(
    _ size: Int, as known: Int, _ what: String, of file: PluginFile
  ) throws(PluginError) {
    guard size != known else { return }
    throw PluginError(
      path: file.path,
      cause: "its \(what) has \(size) bytes, and version \(DENSECAM_ABI_VERSION) has \(known)"
        + (size > known ? "; it was built with a newer header" : ""))
  }
}

extension PluginLibrary {
  typealias Refusal =
    @convention(c) (UnsafePointer<densecam_problem>?) -> UnsafePointer<CChar>?
  typealias SimpleConvolve =
    @convention(c) (
      UnsafePointer<densecam_problem>?, UnsafePointer<Float>?, UnsafePointer<Float>?,
      UnsafePointer<Float>?, UnsafeMutablePointer<Float>?
    ) -> Int32
}
