import Testing

@testable import Explain

@Suite("The pictures of a run") struct DistinctPicturesTests {
  @Test("come once, without the drawings, and have places in the order of the names")
  func distinct() throws {
    let folder = try Folder()
    let ledger = DrawingLedger(folder: folder.path(""))
    for name in ["b.png", "drawing.png", "a.png"] { try folder.write(name) }
    ledger.add("drawing.png")
    let files = ["b.png", "drawing.png", "./b.png", "a.png", "b.png"].map {
      folder.path("") + "/" + $0
    }
    var reserved: [String] = []
    let pictures = DistinctPictures(
      try PictureNames(files), drawings: ledger, reserve: { reserved.append($0.relativePath) })
    #expect(pictures.map(\.relativePath) == ["b.png", "a.png"])
    #expect(reserved == ["b.png", "a.png"])
    #expect(pictures.drawingCount == 1 && pictures.repetitionCount == 2)
    // Without a folder of drawings, what is named twice comes twice.
    let all = DistinctPictures(try PictureNames(files), drawings: nil)
    #expect(all.map(\.path) == files)
  }
}
