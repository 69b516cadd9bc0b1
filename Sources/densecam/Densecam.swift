import ArgumentParser

@main
struct Densecam: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "densecam")
}
