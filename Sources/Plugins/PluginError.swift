import Files

/// Why a file is not used as a plugin.
package struct PluginError: ReportedError, Hashable {
  package let path: String

  /// The end of a sentence about the file.
  package let cause: String

  package init(path: String, cause: String) {
    self.path = path
    self.cause = cause
  }

  package var description: String { "\(path): \(cause)" }
}
