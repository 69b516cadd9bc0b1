import Bench
import Files
import FoundationEssentials
package import Verify

/// A page of results that needs nothing beside itself: no network, no other file and, for what matters most, no script.
///
/// What is read is not trusted. Text becomes HTML through ``HTML`` only, numbers and names reach the script as JSON
/// that cannot end its element, and a Content Security Policy lets the browser run the page's own script, known by
/// its sum, and nothing else.
package struct HTMLReport {
  /// Makes the commands that judge a layer of a verification again, given the golden's path.
  package typealias Commands = (VerifyReport) throws -> (String, LayerResult) -> [String]

  /// The title; one that names the results if nil.
  package var title: String?
  package var files: [ResultFile]

  /// What made the page, such as `densecam 0.1.0`.
  package var generator: String

  package init(title: String? = nil, files: [ResultFile], generator: String) {
    self.title = title
    self.files = files
    self.generator = generator
  }

  /// The page.
  ///
  /// - Throws: What the encoder throws, or making the commands.
  package func html(_ commands: Commands) throws -> String {
    let style = String(decoding: PackageResources.page_css, as: UTF8.self)
    let script = String(decoding: PackageResources.page_js, as: UTF8.self)
    let policy =
      "default-src 'none'; style-src \(Self.source(style)); script-src \(Self.source(script)); "
      + "base-uri 'none'; form-action 'none'"
    let page: HTML = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="\(generator)">
      <title>\(heading)</title>
      <style>\(.raw(style))</style>
      </head>
      <body>
      <header>
      <h1>\(heading)</h1>
      \(verdicts)</header>
      <main>
      \(sections)</main>
      <footer><p>Made by \(generator) of \(files.map(\.name).joined(separator: ", ")).</p></footer>
      <script type="application/json" id="data">\(.raw(try data(commands)))</script>
      <script>\(.raw(script))</script>
      </body>
      </html>

      """
    return page.text
  }

  private var heading: String {
    if let title { return title }
    guard let file = files.first, files.count == 1 else { return "densecam report" }
    return "densecam \(file.kind.rawValue): \(file.section.subject)"
  }

  /// One line for each result.
  private var verdicts: HTML {
    let lines = files.enumerated().map { index, file -> HTML in
      let section = file.section
      return """
        <li>\(section.verdict.html) <a href="#\(Self.name(index))">\(file.kind.rawValue) of \
        \(section.subject)</a> <span class="counts">\(section.summary)</span></li>

        """
    }
    return "<ul class=\"verdicts\" aria-label=\"Verdicts\">\n\(lines.joined())</ul>\n"
  }

  private var sections: HTML {
    files.enumerated().map { index, file -> HTML in
      let section = file.section
      let name = Self.name(index)
      let warnings = section.warnings.map { warning -> HTML in
        "<p class=\"warning\"><strong>Warning:</strong> \(warning)</p>\n"
      }
      let circumstances = section.circumstances.filter { !$0.values.isEmpty }.map {
        entry -> HTML in
        let values = entry.values.map { value -> HTML in "<dd>\(value)</dd>" }
        return "<dt>\(entry.name)</dt>\(values.joined())\n"
      }
      return """
        <section class="result" id="\(name)" aria-labelledby="\(name)-title">
        <h2 id="\(name)-title">\(file.kind.rawValue) of \(section.subject)</h2>
        <p class="lead">\(section.verdict.html) \(section.summary)</p>
        \(warnings.joined())\
        \(section.html)\
        <div class="interactive"></div>
        \(section.appendix)\
        <h3>Machine and provenance</h3>
        <dl class="circumstances">
        <dt>file</dt><dd>\(file.name)</dd>
        \(circumstances.joined())</dl>
        </section>

        """
    }.joined()
  }

  private static func name(_ index: Int) -> String { "result-\(index + 1)" }

  /// What the script shows of one result.
  private struct Result: Encodable {
    /// The element that it belongs to.
    var section: String
    var kind: String
    var content: any Encodable

    private enum Key: CodingKey {
      case section
      case kind
      case content
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(section, forKey: .section)
      try container.encode(kind, forKey: .kind)
      try container.encode(content, forKey: .content)
    }
  }

  private func data(_ commands: Commands) throws -> String {
    try files.enumerated().compactMap { index, file in
      try file.section.data(commands).map {
        Result(section: Self.name(index), kind: file.kind.rawValue, content: $0)
      }
    }.scriptText()
  }

  /// What a Content Security Policy calls an inline text.
  private static func source(_ text: String) -> String {
    var sum = SHA256Sum()
    let bytes = Array(text.utf8)
    unsafe sum.write(bytes.span.bytes)
    return "'sha256-\(Data(sum.bytes).base64EncodedString())'"
  }
}

extension ReportContext {
  /// What every kind of result says of where it comes from.
  var circumstances: [(name: String, values: [String])] {
    [
      ("command", command.isEmpty ? [] : [command]), ("model", model.isEmpty ? [] : [model]),
      ("machine", [machineLine]), ("host", [machine.hostName]), ("date", [machine.date]),
      ("program", [buildLine]), ("OpenBLAS", [machine.blasConfiguration]),
      ("plugins", plugins.map { "\($0.path), sha256 \($0.sha256)" }),
      ("graph", symbolSHA256.isEmpty ? [] : ["sha256 \(symbolSHA256)"]),
      ("weights", weightsSHA256.isEmpty ? [] : ["sha256 \(weightsSHA256)"]),
    ].filter { $0.1 != [""] }
  }
}

extension [String] {
  /// Each text once, in the order in which they come.
  var unique: [String] {
    var seen: Set<String> = []
    return filter { seen.insert($0).inserted }
  }
}
