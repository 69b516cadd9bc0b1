public import Files

/// Why pictures that were asked for cannot be listed; names the folder or pattern in one line.
public struct PictureListError: ReportedError, Hashable {
  public let description: String

  init(description: String) { self.description = description }

  init(_ description: String) { self.init(description: description) }
}
