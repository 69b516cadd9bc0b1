import Formats
import Foundation
import Kernels
import Net
import Synchronization
import Testing

@testable import Explain

@Suite("A run of pictures") struct PictureRunTests {
  /// What happens in a run, in order, told by any thread.
  final class Record: Sendable {
    private let lines = Mutex<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
    func all(_ kind: String) -> [String] { all.filter { $0.hasPrefix(kind + " ") } }
  }

  struct Refusal: Error {}

  typealias Run = PictureRun<String, Int, String>

  /// A run that records where drawings go, what is drawn, and what its sinks `a` and `b` are told.
  ///
  /// - Parameters:
  ///   - record: Where to.
  ///   - refused: A picture that fails at each step.
  /// - Returns: The run.
  /// - Throws: What keeps the network from being made.
  private func run(_ record: Record, refused: [String: String] = [:]) throws -> Run {
    func check(_ step: String, _ name: PictureName) throws {
      record.add("\(step) \(name.relativePath)")
      if refused[step] == name.relativePath { throw Refusal() }
    }
    let team = try WorkerTeam(count: 2)
    let explainer = Explainer(
      model: try Model("densenet-mini@1", team: team),
      backends: BackendChoice(BackendRegistry.builtIn.standard), options: .standard, team: team,
      batch: 3)
    let refusedDrawing = refused["draw"]
    var run = Run(
      makers: [MapMaker(explainer: explainer, method: .cam)],
      preprocessing: PictureStreamTests.fixed,
      classes: try MappedClasses(
        top: 2, names: ["1"], labels: .none, classCount: 10, mapsBoxes: false),
      drawing: DrawingSink(
        place: { name in
          try check("place", name)
          return "place of \(name.relativePath)"
        },
        draw: { picture, _ in
          record.add("draw \(picture.name.relativePath)")
          if picture.name.relativePath == refusedDrawing { throw Refusal() }
          return picture.maps.entries.count
        }),
      row: { "\($0.name.relativePath) at the \($1)" })
    run.admit = { name, _ in try check("admit", name) }
    run.sinks = ["a", "b"].map { sink in
      ResultSink(
        take: { record.add("\(sink) take \($0.name.relativePath)") },
        takeKnown: { record.add("\(sink) known \($0)") },
        fail: { name, _ in record.add("\(sink) fail \(name.relativePath)") },
        settle: { record.add("\(sink) settle") })
    }
    return run
  }

  @Test("tells each sink of each picture once, in the order of the names") func order() throws {
    let folder = try Folder()
    let names = try noisePictures(13, in: folder)
    let record = Record()
    var run = try run(
      record, refused: ["admit": "3.png", "place": "5.png", "draw": "7.png"])
    var results: [PictureResult<String, Int>] = []
    run.sinks.append(ResultSink(take: { results.append($0) }))
    try run.run(names)

    let broken = [0, 4, 8, 12]
    let failing = broken + [3, 5, 7]
    let told = (0..<13).flatMap { index in
      ["a", "b"].map { "\($0) \(failing.contains(index) ? "fail" : "take") \(index).png" }
    }
    let all = record.all
    #expect(
      all.filter { $0.hasPrefix("a ") || $0.hasPrefix("b ") } == told + ["a settle", "b settle"])
    // A picture goes no further than to the step at which it fails.
    let admitted = (0..<13).filter { !broken.contains($0) }
    #expect(record.all("admit") == admitted.map { "admit \($0).png" })
    let placed = admitted.filter { $0 != 3 }
    #expect(record.all("place") == placed.map { "place \($0).png" })
    #expect(Set(record.all("draw")) == Set(placed.filter { $0 != 5 }.map { "draw \($0).png" }))
    for index in (0..<13) where !failing.contains(index) {
      let drawn = try #require(all.firstIndex(of: "draw \(index).png"))
      let taken = try #require(all.firstIndex(of: "a take \(index).png"))
      #expect(drawn < taken)
    }
    #expect(
      results.map(\.row)
        == results.map { "\($0.name.relativePath) at the place of \($0.name.relativePath)" })
    for result in results {
      #expect(result.maps.source == result.name.path && result.maps.top.count == 2)
      #expect(result.drawing == result.maps.entries.count && result.outcomes.isEmpty)
      #expect(result.maps.entries.contains { $0.classIndex == 1 })
    }
  }

  @Test("does nothing with what is known but tell of it") func known() throws {
    let folder = try Folder()
    let names = try noisePictures(4, in: folder)
    let record = Record()
    var run = try run(record)
    // The first is broken and would fail.
    run.known = {
      ["0.png", "2.png"].contains($0.relativePath) ? "\($0.relativePath) before" : nil
    }
    try run.run(names)
    #expect(
      record.all("a") == [
        "a known 0.png before", "a take 1.png", "a known 2.png before", "a take 3.png", "a settle",
      ])
    #expect(Set(record.all("draw")) == ["draw 1.png", "draw 3.png"])
    #expect(record.all("admit") == ["admit 1.png", "admit 3.png"])
  }

  @Test("ends when a sink throws, and tells those behind it nothing more") func refusal() throws {
    let folder = try Folder()
    let names = try noisePictures(12, in: folder)
    let record = Record()
    var run = try run(record)
    run.sinks.insert(
      ResultSink(take: { if $0.name.relativePath == "2.png" { throw Refusal() } }), at: 1)
    #expect(throws: Refusal.self) { try run.run(names) }
    #expect(record.all("a") == ["a fail 0.png", "a take 1.png", "a take 2.png"])
    #expect(record.all("b") == ["b fail 0.png", "b take 1.png"])
  }

  @Test("settles when it is cancelled") func cancelled() throws {
    let folder = try Folder()
    let names = try noisePictures(30, in: folder)
    let record = Record()
    var run = try run(record)
    run.isCancelled = { record.all("a").count >= 2 }
    try run.run(names)
    let told = record.all("a")
    #expect(told.count < 30 && told.last == "a settle")
    #expect(
      told.dropLast()
        == (0..<(told.count - 1)).map { "a \($0 % 4 == 0 ? "fail" : "take") \($0).png" }[...])
  }

  @Test("notes a row last of all") func journal() throws {
    let folder = try Folder()
    let names = try noisePictures(48, in: folder)
    let record = Record()
    var run = try run(record)
    let path = folder.path("journal")
    let kept = KeptResults(
      journal: try ResultJournal<String>(
        path: path, settings: [:], resuming: false, overwriting: false))
    // How many rows were on disk when the sinks before and behind had been told of so many results.
    var before: [Int] = []
    var behind: [Int] = []
    run.sinks.insert(ResultSink(take: { _ in before.append(try notedImages(path).count) }), at: 0)
    run.sinks.append(kept.sink())
    run.sinks.append(ResultSink(take: { _ in behind.append(try notedImages(path).count) }))
    try run.run(names)
    // 16 at a time.
    #expect(before == (0..<36).map { $0 / 16 * 16 })
    #expect(behind == (1...36).map { $0 / 16 * 16 })
    let taken = names.enumerated().filter { $0.offset % 4 != 0 }.map(\.element.path)
    #expect(try notedImages(path) == taken)
    let again = try ResultJournal<String>(
      path: path, settings: [:], resuming: true, overwriting: false)
    #expect(again.rows[names[1].path] == "1.png at the place of 1.png")
  }
}
