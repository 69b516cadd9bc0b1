import Glibc

/// The identity of a file, whatever path leads to it: its device and its inode number.
///
/// Two paths with one identity are one file, through symbolic and hard links, too.
public struct FileIdentity: Hashable, Sendable {
  public let device: UInt64
  public let number: UInt64

  /// The file or folder that a path leads to, links followed; nil if there is none.
  public init?(_ path: String) {
    var status = stat()
    guard unsafe stat(path.systemPath, &status) == 0 else { return nil }
    self.init(status)
  }

  /// An open file; nil if the descriptor is not valid.
  public init?(descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  private init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
  }
}
