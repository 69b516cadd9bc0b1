import Foundation
import Glibc
import Testing

@Suite("Recording a golden") struct GoldenInterruptionTests {
  /// A picture so large that there is time to interrupt.
  @Test(
    "leaves the old file and nothing else when it is ended", arguments: [SIGINT, SIGTERM, SIGHUP])
  func interrupted(signal: Int32) throws {
    let folder = try Folder()
    let path = try folder.write("a.h5", Repository.bytes("golden/densenet-mini.h5"))
    let process = Process()
    process.executableURL = CommandRun.executable
    process.arguments = [
      "golden", "record", "--model", "densenet-mini@1", "--image",
      Repository.path("model/pictures/scene.png"), "--size", "1024x1024", "--threads", "1", "-o",
      path, "--allow-overwrite",
    ]
    let output = Pipe()
    let error = Pipe()
    process.standardOutput = output
    process.standardError = error
    try runWithSignals(process)
    // It listens before it begins to write.
    let deadline = Date().addingTimeInterval(60)
    while folder.contents.count == 1, process.isRunning, Date() < deadline { usleep(5000) }
    #expect(folder.contents.count == 2)
    #expect(kill(process.processIdentifier, signal) == 0)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    let text = String(decoding: error.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(text == "densecam: interrupted; \(path) is as it was\n")
    #expect(output.fileHandleForReading.readDataToEndOfFile().isEmpty)
    #expect(folder.contents == ["a.h5"])
    let bytes = try Data(contentsOf: folder.url.appending(path: "a.h5"))
    #expect(try Array(bytes) == Repository.bytes("golden/densenet-mini.h5"))
  }

  /// Starts a process that can be sent signals.
  ///
  /// The threads that run tests block signals, and what they start would inherit that.
  func runWithSignals(_ process: Process) throws {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
    var before = sigset_t()
    pthread_sigmask(SIG_UNBLOCK, &signals, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
  }
}
