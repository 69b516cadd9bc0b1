import Explain

extension PreparedPicture {
  /// Says on standard error what is wrong with the picture's file, if anything is.
  @discardableResult
  func warned(of path: String) -> PreparedPicture {
    if let flaw {
      printError("densecam: warning: \(path): \(flaw); all its pixels are there")
    }
    return self
  }
}
