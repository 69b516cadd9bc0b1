/// Paths, split at their slashes and dots.
///
/// All of it works on bytes: to Swift a slash with a combining accent after it is another character.
extension FileName {
  private static let slash = UInt8(ascii: "/")

  /// The part of a path up to its last slash, with it; empty if there is none.
  public static func folder(of path: String) -> String {
    path.utf8.lastIndex(of: slash).map { String(Substring(path.utf8[...$0])) } ?? ""
  }

  /// The folder that a path's file is in, as the system takes it.
  public static func parent(of path: String) -> String {
    let folder = folder(of: path)
    return folder.isEmpty ? "." : folder
  }

  /// What follows a path's last slash, slashes at its end not counted; the path if that is nothing.
  public static func last(of path: String) -> String {
    path.utf8.split(separator: slash).last.map { String(Substring($0)) } ?? path
  }

  /// The path without the extension of its last part: `a/b` for `a/b.jpg`, `a/.b` for `a/.b`.
  public static func withoutExtension(_ path: String) -> String {
    let start = path.utf8.lastIndex(of: slash).map { path.utf8.index(after: $0) } ?? path.startIndex
    guard let dot = path.utf8[start...].lastIndex(of: UInt8(ascii: ".")), dot > start else {
      return path
    }
    return String(Substring(path.utf8[..<dot]))
  }

  /// What follows the last dot of a path's last part, in lower case; nil if there is no dot.
  public static func fileExtension(of path: String) -> String? {
    let name =
      path.utf8.split(separator: slash, omittingEmptySubsequences: false).last ?? path.utf8[...]
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")) else { return nil }
    return String(Substring(name[name.index(after: dot)...])).lowercased()
  }

  /// The parts of a path between its slashes, without empty ones and `.`.
  public static func parts(of path: String) -> [String] {
    path.utf8.split(separator: slash).map { String(Substring($0)) }.filter { $0 != "." }
  }

  /// The path without redundant parts: `a/b` for `./a//b`.
  ///
  /// A part `..` stays, for it may follow a link.
  public static func normal(_ path: String) -> String {
    (path.utf8.first == slash ? "/" : "") + parts(of: path).joined(separator: "/")
  }

  /// A path below a folder; either may be empty.
  public static func join(_ folder: String, _ name: String) -> String {
    if folder.isEmpty { return name }
    if name.isEmpty { return folder }
    return folder.utf8.last == slash ? folder + name : "\(folder)/\(name)"
  }
}
