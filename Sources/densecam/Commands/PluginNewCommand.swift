import ArgumentParser
import Plugins

/// `densecam plugin new`: a folder with a kernel to begin with.
struct PluginNewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Write a folder with a right and slow kernel, which builds with one make.",
    discussion: """
      The kernel is the definition, as loops: make it faster, and see that it stays right.

      EXAMPLES
        densecam plugin new mykernel
        densecam plugin new mykernel --lang cpp
      """)

  @Argument(help: ArgumentHelp("The folder, whose name becomes the kernel's.", valueName: "name"))
  var name: String

  @Option(
    name: .customLong("lang"),
    help: ArgumentHelp("c, cpp, rust or swift.", valueName: "language"),
    completion: .list(["c", "cpp", "rust", "swift"]),
    transform: { text in
      guard let language = PluginTemplate.Language.allCases.first(where: { "\($0)" == text }) else {
        throw ValidationError("there are c, cpp, rust and swift")
      }
      return language
    })
  var language = PluginTemplate.Language.c

  func run() throws {
    let template = try PluginTemplate(language, path: name)
    try template.write()
    let file = "\(template.name).so"
    for line in [
      "\(name): kernel.\(language.rawValue), Makefile and densecam's headers. Now:",
      "  cd \(name.asArgument) && make",
      "  densecam verify --problems random:100 --plugin \(file) --backend \(template.name)",
    ] {
      try print(line)
    }
  }
}
