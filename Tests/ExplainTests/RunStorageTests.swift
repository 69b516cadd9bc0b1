import Files
import Foundation
import Kernels
import Net
import Testing

@testable import Explain

@Suite("What a run writes to") struct RunStorageTests {
  private let folder: Folder

  init() throws { folder = try Folder() }

  /// A signature of all but what is given.
  private static func signature(
    header: MapsHeader = .sample, top: Int = 1, named: [String] = ["1"], channelLimit: Int? = nil,
    window: Int = 32, stride: Int = 16, keepsUpsampled: Bool = false, labels: String? = nil,
    style: String = "plain"
  ) throws -> RunSignature {
    RunSignature(
      header: header,
      classes: try MappedClasses(
        top: top, names: named, labels: .none, classCount: 4, mapsBoxes: false),
      scoreCAM: ScoreCAM(channelLimit: channelLimit),
      occlusion: Occlusion(window: Size(window), stride: Size(stride)),
      keepsUpsampled: keepsUpsampled, labels: labels, style: style)
  }

  private static func header(_ change: (inout MapsHeader) -> Void) -> MapsHeader {
    var header = MapsHeader.sample
    change(&header)
    return header
  }

  private func open(
    _ signature: RunSignature? = nil, maps: String? = nil, drawings: String? = nil,
    inputs: [String] = [], keepsJournal: Bool = true, resuming: Bool = false,
    overwriting: Bool = false
  ) throws -> RunStorage {
    let inputs = RunInputs(inputs)
    let target = try drawings.map {
      try DrawingTarget(
        folder.path($0), isFolder: true, fileExtension: "png", overwriting: overwriting,
        inputs: inputs)
    }
    return try RunStorage(
      maps: maps.map(folder.path), target: target, signature: signature ?? Self.signature(),
      inputs: inputs, keepsJournal: keepsJournal, resuming: resuming, overwriting: overwriting)
  }

  /// A picture with maps of its likeliest class, 2, and of class 1.
  private func maps(_ number: Int, isUpsampled: Bool = false) -> PictureMaps {
    var maps = PictureMaps(
      source: "pictures/\(number).png", inputShape: TensorShape(channels: 3, height: 6, width: 9),
      logits: [0, 1, 3, 0], probabilities: [0.125, 0.25, 0.5, 0.125], method: .cam, topCount: 1)
    for index in [2, 1] {
      let map = ClassActivationMap(
        classIndex: index, height: 2, width: 3, values: (0..<6).map { Double($0 + number) })
      maps.add(map, upsampled: isUpsampled ? map.upsampled(width: 9, height: 6) : nil)
    }
    return maps
  }

  private func row(_ number: Int, output: String? = nil) -> PictureRow {
    PictureRow(maps(number), output: output)
  }

  private func name(_ number: Int) -> PictureName { PictureName(path: "pictures/\(number).png") }

  /// Makes a complete file of the maps of two pictures.
  private func finish(_ maps: String, isUpsampled: Bool = false) throws {
    let signature = try Self.signature(keepsUpsampled: isUpsampled)
    let storage = try open(signature, maps: maps)
    for number in 0..<2 {
      let maps = self.maps(number, isUpsampled: isUpsampled)
      try storage.kept.keep(maps, row(number), of: maps.source)
    }
    try storage.kept.note()
    try storage.kept.store?.finish()
  }

  @Test("is nothing unless something is kept") func nothing() throws {
    let storage = RunStorage()
    #expect(storage.kept.store == nil && storage.kept.journal == nil)
    #expect(storage.row(of: name(0)) == nil)
  }

  @Test("gives back rows to the run that continues it, under the names that it uses") func rows()
    throws
  {
    let drawing = try folder.write("out/0.png")
    let first = try open(drawings: "out")
    #expect(first.kept.journal?.path == folder.path("out/results.jsonl"))
    #expect(first.row(of: name(0)) == nil)
    try first.kept.journal?.append(name(0).path, row(0, output: drawing))
    // A drawing that has gone is drawn again.
    try first.kept.journal?.append(name(1).path, row(1, output: folder.path("out/1.png")))
    try first.kept.journal?.append(name(2).path, row(2))
    try first.kept.journal?.flush()
    let again = try open(drawings: "out", resuming: true)
    var expected = row(0, output: drawing)
    #expect(again.row(of: name(0)) == expected)
    expected.image = "./pictures//0.png"
    #expect(again.row(of: PictureName(path: expected.image)) == expected)
    #expect(again.row(of: name(1)) == nil && again.row(of: name(2)) == row(2))
    #expect(throws: JournalError.self) { try open(drawings: "out") }
    #expect(try open(drawings: "out", overwriting: true).row(of: name(0)) == nil)
  }

  @Test("needs no journal where the results are needed all at once") func withoutJournal() throws {
    let storage = try open(maps: "maps.h5", drawings: "out", keepsJournal: false)
    #expect(storage.kept.store != nil && storage.kept.journal == nil)
    #expect(!FileManager.default.fileExists(atPath: folder.path("out/results.jsonl")))
  }

  @Test("forgets rows whose maps are missing") func reconciled() throws {
    let first = try open(maps: "maps.h5")
    #expect(first.kept.journal?.path == folder.path("maps.h5.parts/results.jsonl"))
    try first.kept.keep(maps(0), row(0), of: name(0).path)
    try first.kept.note()
    try first.kept.journal?.append(name(1).path, row(1))
    try first.kept.journal?.flush()
    let again = try open(maps: "maps.h5", resuming: true)
    #expect(again.row(of: name(0)) == row(0) && again.row(of: name(1)) == nil)
  }

  /// What may differ, and the setting that is named then.
  private static let changes: [(String, @Sendable () throws -> RunSignature)] = [
    ("weights", { try signature(header: header { $0.weightsSHA256 = "0" }) }),
    ("symbol", { try signature(header: header { $0.symbolSHA256 = "0" }) }),
    ("preprocessing", { try signature(header: header { $0.preprocessing = "none" }) }),
    ("method", { try signature(header: header { $0.method = .gradCAM }) }),
    ("score-cam and occlusion", { try signature(channelLimit: 3) }),
    ("score-cam and occlusion", { try signature(window: 31) }),
    ("score-cam and occlusion", { try signature(stride: 15) }),
    ("classes", { try signature(top: 2) }), ("classes", { try signature(named: ["3"]) }),
    ("labels", { try signature(labels: "names.txt") }),
    ("style", { try signature(style: "seed") }),
  ]

  @Test("is not continued by a run of another signature", arguments: changes.indices)
  func otherSignature(index: Int) throws {
    _ = try open(drawings: "out")
    let (setting, signature) = Self.changes[index]
    let error = #expect(throws: JournalError.self) {
      try open(signature(), drawings: "out", resuming: true)
    }
    #expect(
      error?.description.contains("another \(setting): ") == true, "\(String(describing: error))")
    _ = try open(signature(), drawings: "out", overwriting: true)
  }

  @Test("is continued whenever and by whichever command") func sameSignature() throws {
    let keepsUpsampled = true
    _ = try open(drawings: "out")
    let header = Self.header { ($0.created, $0.command) = ("later", "another") }
    // Upsampled maps do not matter where no maps are kept.
    _ = try open(
      Self.signature(header: header, keepsUpsampled: keepsUpsampled), drawings: "out",
      resuming: true)
    #expect(throws: JournalError.self) {
      try open(Self.signature(), maps: "maps.h5", drawings: "out", resuming: true)
    }
    _ = try open(maps: "maps.h5", drawings: "other")
    let error = #expect(throws: JournalError.self) {
      try open(
        Self.signature(keepsUpsampled: keepsUpsampled), maps: "maps.h5", drawings: "other",
        resuming: true)
    }
    #expect(error?.description.contains("another upsampled maps: false") == true)
  }

  @Test("replaces no file that is read") func inputs() throws {
    for name in ["maps.h5", "out/results.jsonl"] {
      let path = try folder.write(name, [1])
      let error = #expect(throws: FileError.self) {
        try open(maps: "maps.h5", drawings: "out", inputs: [path], overwriting: true)
      }
      #expect(error?.path == path)
      #expect(FileManager.default.contents(atPath: path) == Data([1]))
    }
    #expect(throws: FileError.self) { try open(maps: "no/maps.h5") }
  }

  @Test("knows the rows of a complete file, which must hold what is requested") func complete()
    throws
  {
    try finish("maps.h5")
    try finish("large.h5", isUpsampled: true)
    for (file, isUpsampled) in [("maps.h5", false), ("large.h5", true)] {
      func open(_ signature: RunSignature) throws -> RunStorage {
        try self.open(signature, maps: file, resuming: true)
      }
      let storage = try open(Self.signature(keepsUpsampled: isUpsampled))
      #expect(storage.kept.journal == nil)
      #expect((0..<2).allSatisfy { storage.row(of: name($0)) == row($0) })
      #expect(storage.row(of: name(2)) == nil)
      for other in [
        try Self.signature(keepsUpsampled: !isUpsampled),
        try Self.signature(top: 2, keepsUpsampled: isUpsampled),
        try Self.signature(named: ["3"], keepsUpsampled: isUpsampled),
        try Self.signature(named: [], keepsUpsampled: isUpsampled),
      ] {
        #expect(mapsError { _ = try open(other) }?.code == .unsuitable)
      }
    }
  }

  @Test("is done with an array of as many maps as requested, and refuses another number")
  func array() throws {
    try finish("maps.npy")
    func isDone(_ pictures: Int, _ signature: RunSignature, drawings: String? = nil) throws -> Bool
    {
      var names = try PictureNames((0..<pictures).map { name($0).path })
      return try open(signature, maps: "maps.npy", drawings: drawings, resuming: true)
        .isDone(&names, signature.classes)
    }
    let signature = try Self.signature()
    #expect(try isDone(2, signature))
    // A class that was named may be the likeliest.
    #expect(try isDone(2, Self.signature(named: ["1", "3"])))
    for pictures in [0, 1, 3] {
      #expect(mapsError { _ = try isDone(pictures, signature) }?.code == .unsuitable)
    }
    for other in [
      try Self.signature(top: 3), try Self.signature(named: []),
      try Self.signature(top: 0, named: ["1", "2", "3"]),
    ] {
      #expect(mapsError { _ = try isDone(2, other) }?.code == .unsuitable)
    }
    // With drawings, their journal says what is done.
    #expect(try !isDone(3, signature, drawings: "out"))
    try folder.write("maps.npy", [1, 2, 3])
    #expect(mapsError { _ = try isDone(2, signature) }?.code == .unsuitable)
  }

  @Test("is not done while maps are missing, nor by a file that names its pictures") func notDone()
    throws
  {
    let classes = try Self.signature().classes
    var names = try PictureNames([name(0).path, name(1).path])
    #expect(try !open(maps: "maps.npy").isDone(&names, classes))
    try finish("maps.h5")
    #expect(try !open(maps: "maps.h5", resuming: true).isDone(&names, classes))
    #expect(try !RunStorage().isDone(&names, classes))
  }
}
