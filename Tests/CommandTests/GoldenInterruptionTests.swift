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
    while !Self.writes(process, in: folder), process.isRunning, Date() < deadline { usleep(5000) }
    #expect(Self.writes(process, in: folder))
    #expect(folder.contents == ["a.h5"])
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

  /// Whether a process has a file open in a folder that has no name there, or a passing one.
  static func writes(_ process: Process, in folder: Folder) -> Bool {
    let descriptors = "/proc/\(process.processIdentifier)/fd"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: descriptors)) ?? []
    return names.contains { name in
      let target =
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(descriptors)/\(name)")) ?? ""
      return target.hasPrefix(folder.url.resolvingSymlinksInPath().path + "/")
        && (target.hasSuffix(" (deleted)") || target.contains("/.densecam-"))
    }
  }

  /// Nobody can be asked to clean up after that.
  @Test("leaves the old file, or the new one, and nothing else when it is killed at any moment")
  func killed() throws {
    let folder = try Folder()
    func arguments(_ output: String) -> [String] {
      [
        "golden", "record", "--model", "densenet-mini@1", "--image",
        Repository.path("model/pictures/scene.png"), "--allow-overwrite", "-o", folder.path(output),
      ]
    }
    func record(_ output: String) throws -> (process: Process, start: Date) {
      let process = Process()
      process.executableURL = CommandRun.executable
      process.arguments = arguments(output)
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      process.environment = ProcessInfo.processInfo.environment.merging(
        ["SOURCE_DATE_EPOCH": "1"]) { $1 }
      try process.run()
      return (process, Date())
    }
    let (whole, start) = try record("a.h5")
    whole.waitUntilExit()
    let duration = Date().timeIntervalSince(start)
    let bytes = try Data(contentsOf: folder.url.appending(path: "a.h5"))
    // Over an old golden and beside it, at moments spread over the run and beyond its end.
    for step in 0..<24 {
      let (process, _) = try record(step % 2 == 0 ? "a.h5" : "b.h5")
      usleep(UInt32(duration * 1.2e6 * Double(step) / 24))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      #expect(Set(folder.contents).isSubset(of: ["a.h5", "b.h5"]), "\(folder.contents)")
      #expect(try Data(contentsOf: folder.url.appending(path: "a.h5")) == bytes)
      if folder.contents.contains("b.h5") {
        let check = try CommandRun("golden", "check", folder.path("b.h5"))
        #expect(check.status == 0, "\(check.output)\(check.error)")
        try FileManager.default.removeItem(at: folder.url.appending(path: "b.h5"))
      }
    }
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
