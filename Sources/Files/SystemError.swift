import Glibc

/// The failure of a call of the operating system.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// `errno` after the call.
  package let code: Int32

  package init(code: Int32) { self.code = code }

  /// Such as `No space left on device`.
  package var description: String { unsafe String(cString: strerror(code)) }
}
