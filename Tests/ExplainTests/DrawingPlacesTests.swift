import Files
import Testing

@testable import Explain

@Suite("Places of drawings") struct DrawingPlacesTests {
  /// Pictures in order, as (path, place below the folder that was asked for or nil), and their drawings.
  @Test(
    "are one for each picture, the short name for who comes first",
    arguments: [
      ([("g/a.jpg", "a.jpg"), ("g/b.png", "b.png")], ["a.png", "b.png"]),
      ([("g/a.jpg", "a.jpg"), ("g/a.png", "a.png")], ["a.png", "a.png.png"]),
      ([("g/x/a.jpg", "x/a.jpg"), ("g/x/a.png", "x/a.png")], ["x/a.png", "x/a.png.png"]),
      ([("s/cats/1.png", nil), ("s/dogs/1.png", nil)], ["1.png", "dogs/1.png"]),
      (
        [("s/cats/1.png", nil), ("s/dogs/1.png", nil), ("t/dogs/1.png", nil)],
        ["1.png", "dogs/1.png", "t/dogs/1.png"]
      ),
      // What leads out of the folder is no part of a place.
      (
        [("1.png", nil), ("../1.png", nil), ("../../1.png", nil)],
        ["1.png", "1.png.png", "1-2.png"]
      ),
      // A name that another picture's long name is.
      (
        [("a.jpg", nil), ("a.png", nil), ("a.png.jpg", nil)],
        ["a.png", "a.png.png", "a.png.jpg.png"]
      ),
      // A drawing cannot lie below another.
      ([("a.jpg", nil), ("g/a.png/b.jpg", "a.png/b.jpg")], ["a.png", "g/a.png/b.png"]),
      // Composed and decomposed.
      ([("caf\u{E9}.jpg", nil), ("cafe\u{301}.jpg", nil)], ["caf\u{E9}.png", "cafe\u{301}.png"]),
    ] as [([(String, String?)], [String])])
  func places(pictures: [(String, String?)], expected: [String]) {
    var places = DrawingPlaces(fileExtension: "png")
    for _ in 0..<2 {
      let found = pictures.map { places.place(of: PictureName(path: $0.0, relativePath: $0.1)) }
      #expect(found.map { ExactName($0) } == expected.map { ExactName($0) })
    }
  }

  @Test("stay with who had them") func earlier() {
    var places = DrawingPlaces(
      fileExtension: "png",
      earlier: ["a.png": "a.png", "b.jpg": "c/b.png", "bad": "../x.png", "worse": "/x.png"])
    #expect(places.place(of: PictureName(path: "a.jpg")) == "a.jpg.png")
    #expect(places.place(of: PictureName(path: "a.png")) == "a.png")
    #expect(places.place(of: PictureName(path: "b.jpg")) == "c/b.png")
    #expect(places.place(of: PictureName(path: "bad")) == "bad.png")
    #expect(places.place(of: PictureName(path: "worse")) == "worse.png")
  }
}
