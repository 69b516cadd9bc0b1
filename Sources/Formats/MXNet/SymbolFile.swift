import Files
public import Net

extension Graph {
  /// Writes the graph as an MXNet symbol file, which appears whole or not at all.
  ///
  /// - Throws: ``FormatError`` if MXNet cannot express the graph or the file cannot be written.
  public func write(mxnetSymbolFile path: String) throws(FormatError) {
    let text: [UInt8]
    do {
      text = Array(try mxnetSymbol().utf8)
    } catch {
      throw FormatError(path: path, error)
    }
    do throws(FileError) {
      var file = try StagedFile(for: path)
      try unsafe file.write(text.span.bytes)
      try file.commit()
    } catch {
      throw FormatError(error)
    }
  }
}
