import Files

/// The reason requested pictures cannot be listed; names the folder or pattern in one line.
package struct PictureListError: ReportedError, Hashable {
  package let description: String

  init(description: String) { self.description = description }

  init(_ description: String) { self.init(description: description) }
}
