extension VerifyReport {
  /// The report as lines of JSON, each an object with a `kind`: first `context`, then one `layer`, `cam`
  /// or `class` a line, and last `verdict`.
  ///
  /// - Throws: What the encoder throws.
  package func jsonLines() throws -> String {
    let record = record
    var text = try KindOf(kind: "context", value: record.context).jsonLine()
    for layer in record.layers { text += try KindOf(kind: "layer", value: layer).jsonLine() }
    for map in record.cams { text += try KindOf(kind: "cam", value: map).jsonLine() }
    for item in record.classes { text += try KindOf(kind: "class", value: item).jsonLine() }
    return text + (try KindOf(kind: "verdict", value: ["verdict": record.verdict]).jsonLine())
  }
}
