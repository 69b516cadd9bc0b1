public import Files
public import Net

/// The reason a file is not a model that densecam can read or write.
public struct FormatError: ReportedError, Hashable {
  public let path: String

  /// The position in the file, in bytes, of the field at fault, where there is one.
  public let offset: Int?
  public let cause: String

  /// What is wrong with the graph, if the file is well formed and its graph is at fault.
  public let graphError: GraphError?

  public init(path: String, offset: Int? = nil, cause: String) {
    self.path = path
    self.offset = offset
    self.cause = cause
    graphError = nil
  }

  /// Adds the file's name to an error of the graph in it.
  public init(path: String, _ error: GraphError) {
    self.path = path
    offset = nil
    cause = error.description
    graphError = error
  }

  /// Converts a failure to open a file.
  init(_ error: FileError) { self.init(path: error.path, cause: error.cause) }

  /// One line, as in `x.params: byte 123: the array has 40 dimensions`.
  ///
  /// Names in the cause come from the file, so characters that would break or garble the line are escaped.
  public var description: String {
    let place = offset.map { "byte \($0): " } ?? ""
    var line = "\(path): \(place)"
    for scalar in cause.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .format:
        line += scalar.escaped(asASCII: true)
      default: line.unicodeScalars.append(scalar)
      }
    }
    return line
  }
}
