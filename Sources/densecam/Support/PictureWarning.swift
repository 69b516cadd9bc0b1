import Explain

extension PreparedPicture {
  /// Reports a fault of the picture's file on standard error, if there is one.
  @discardableResult
  func warned(of path: String) -> PreparedPicture {
    if let flaw {
      printError("densecam: warning: \(path): \(flaw); all its pixels are present")
    }
    return self
  }
}
