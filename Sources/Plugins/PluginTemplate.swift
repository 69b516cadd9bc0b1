import Files
import Glibc

/// A folder with a kernel to begin with, which builds with one `make`.
package struct PluginTemplate {
  /// The languages that there are templates for, as their files' extensions.
  package enum Language: String, CaseIterable, Sendable {
    case c
    case cpp
    case rust = "rs"
    case swift

    /// The kernel, and the Makefile in which `NAME` is the plugin's name.
    fileprivate var files: (kernel: [UInt8], makefile: [UInt8]) {
      switch self {
      case .c: (PackageResources.c_kernel_txt, PackageResources.c_make_txt)
      case .cpp: (PackageResources.cpp_kernel_txt, PackageResources.cpp_make_txt)
      case .rust: (PackageResources.rs_kernel_txt, PackageResources.rs_make_txt)
      case .swift: (PackageResources.swift_kernel_txt, PackageResources.swift_make_txt)
      }
    }
  }

  package let language: Language

  /// The folder; its last part is the plugin's name.
  package let path: String

  /// The plugin's name.
  package var name: String { FileName.last(of: path) }

  /// Checks a name.
  ///
  /// - Throws: ``PluginError`` if it would not do as the name of a backend, or if something of that name is there.
  package init(_ language: Language, path: String) throws(PluginError) {
    self.language = language
    self.path = path
    let name = FileName.last(of: path)
    guard PluginLibrary.isName(name), name.first != "."
    else {
      throw PluginError(
        path: path,
        cause: "is no name for a kernel: 1 to 40 letters, digits, dots, hyphens and underscores")
    }
    var status = stat()
    guard unsafe lstat(path.systemPath, &status) != 0 else {
      throw PluginError(path: path, cause: "exists; name another folder")
    }
  }

  /// The files, by their paths below the folder.
  package var files: [(path: String, bytes: [UInt8])] {
    let (kernel, makefile) = language.files
    let text = String(decoding: makefile, as: UTF8.self).split(
      separator: "NAME", omittingEmptySubsequences: false
    ).joined(separator: name)
    return [
      ("kernel.\(language.rawValue)", kernel), ("Makefile", Array(text.utf8)),
      ("include/densecam/kernel.h", PackageResources.kernel_h),
      ("include/densecam/view.h", PackageResources.view_h),
    ]
      + (language == .swift
        ? [("include/module.modulemap", PackageResources.module_modulemap)] : [])
  }

  /// Writes the folder.
  ///
  /// - Throws: `FileError` if a folder or a file cannot be written.
  package func write() throws {
    for folder in ["", "include", "include/densecam"].map({ FileName.join(path, $0) }) {
      guard unsafe mkdir(folder.systemPath, 0o777) == 0 else {
        throw FileError(path: folder, errno: errno)
      }
    }
    for (name, bytes) in files {
      try writeFile(at: FileName.join(path, name), bytes, replacing: false)
    }
  }
}
