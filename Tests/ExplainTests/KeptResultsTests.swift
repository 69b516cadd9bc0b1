import Files
import Foundation
import Testing

@testable import Explain

/// The pictures whose rows are in the file of a journal, in its order.
func notedImages(_ path: String) throws -> [String] {
  struct Line: Decodable { var image: String? }
  let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
  return try text.split(separator: "\n").compactMap {
    try JSONDecoder().decode(Line.self, from: Data($0.utf8)).image
  }
}

@Suite("What a run keeps") struct KeptResultsTests {
  /// Opens maps and a journal in a folder.
  private func open(_ folder: Folder, resuming: Bool = false) throws -> KeptResults<Int> {
    KeptResults(
      store: try MapsStore(
        path: folder.path("maps.h5"), header: .sample, resuming: resuming, overwriting: false),
      journal: try ResultJournal<Int>(
        path: folder.path("journal"), settings: [:], resuming: resuming, overwriting: false))
  }

  private func keep(_ number: Int, in kept: KeptResults<Int>) throws {
    let maps = PictureMaps.sample(number)
    try kept.keep(maps, number, of: maps.source)
  }

  private func sources(_ numbers: some Sequence<Int>) -> [String] {
    numbers.map { PictureMaps.sample($0).source }
  }

  /// The pictures in the parts that have appeared.
  private func stored(_ folder: Folder) throws -> Set<String> {
    let parts = try FileManager.default.contentsOfDirectory(atPath: folder.path("maps.h5.parts"))
    return Set(
      try parts.filter { $0.hasSuffix(".h5") }.flatMap { part in
        let file = try MapsFile(path: folder.path("maps.h5.parts/\(part)"))
        return try (0..<file.count).map { try file.source(ofPicture: $0) }
      })
  }

  @Test("has no row without its maps at any time") func order() throws {
    let folder = try Folder()
    let kept = try open(folder)
    for number in 0..<70 {
      try keep(number, in: kept)
      let noted = try notedImages(folder.path("journal"))
      #expect(try Set(noted).isSubset(of: stored(folder)))
      // A part at a time.
      #expect(noted == sources(0..<(number < 63 ? 0 : 64)))
    }
    try kept.note()
    #expect(try notedImages(folder.path("journal")) == sources(0..<70))
    #expect(try stored(folder) == Set(sources(0..<70)))
  }

  @Test("notes no row whose maps cannot be written") func unwritable() throws {
    let folder = try Folder()
    let kept = try open(folder)
    for number in 0..<3 { try keep(number, in: kept) }
    try FileManager.default.removeItem(atPath: folder.path("maps.h5.parts"))
    #expect(throws: MapsError.self) { try kept.note() }
    #expect(try notedImages(folder.path("journal")).isEmpty)
  }

  @Test("goes on with what both maps and journal know") func reconciled() throws {
    let folder = try Folder()
    do {
      let kept = try open(folder)
      let maps = KeptResults<Int>(store: kept.store)
      for number in 0..<2 { try keep(number, in: maps) }
      try maps.note()
      // The journal has one picture of the second part, and one that is in none.
      for number in 2..<4 { try keep(number, in: maps) }
      try maps.note()
      for number in [0, 1, 2, 5] {
        try kept.journal?.append(PictureMaps.sample(number).source, number)
      }
      try kept.journal?.flush()
    }
    let again = try open(folder, resuming: true)
    #expect(again.journal?.rows.count == 4)
    try again.reconcile()
    #expect(again.journal?.rows == ["pictures/0.png": 0, "pictures/1.png": 1])
    #expect(try stored(folder) == Set(sources(0..<2)))
  }

  @Test("takes what a complete file has, and refuses the rest") func complete() throws {
    let folder = try Folder()
    let kept = KeptResults<Int>(
      store: try MapsStore(
        path: folder.path("maps.h5"), header: .sample, resuming: false, overwriting: false))
    try kept.admit(PictureName(path: "pictures/0.png"))
    try keep(0, in: kept)
    try kept.store?.finish()
    let again = try open(folder, resuming: true)
    #expect(again.store?.isComplete == true)
    try again.admit(PictureName(path: "pictures/0.png"))
    #expect(throws: MapsError.self) { try again.admit(PictureName(path: "pictures/1.png")) }
  }
}
