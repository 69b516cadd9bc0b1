import Testing

@testable import Explain

@Suite struct LocalizationAnnotationTests {
  static let valid = """
    {"info": {"year": 2026}, "licenses": [],
     "images": [
       {"id": 7, "file_name": "val/a.png", "width": 100, "height": 50, "license": 1},
       {"id": 3, "file_name": "b.png", "width": 40, "height": 40},
       {"id": 9, "file_name": "train/a.png", "width": 20, "height": 10}],
     "annotations": [
       {"id": 1, "image_id": 7, "category_id": 2, "bbox": [10, 5.5, 20, 10], "area": 200,
        "segmentation": [[1, 2, 3]], "iscrowd": 0},
       {"id": 2, "image_id": 7, "category_id": 5, "bbox": [90, 40, 30, 30]},
       {"id": 3, "image_id": 3, "category_id": 5, "bbox": [-5, -5, 10, 10], "iscrowd": 0},
       {"id": 4, "image_id": 3, "category_id": 5, "bbox": "none", "iscrowd": 1},
       {"id": 5, "image_id": 7, "category_id": 2, "bbox": [0, 0, 1, 1]}],
     "categories": [
       {"id": 2, "name": "cat", "supercategory": "animal"}, {"id": 5, "name": "dog"},
       {"id": 6, "name": "emu"}]}
    """

  private func read(
    _ json: String, limits: AnnotationLimits = .default
  ) throws(AnnotationError) -> BoxAnnotations {
    try BoxAnnotations(json: Array(json.utf8), path: "boxes.json", limits: limits)
  }

  /// The text with one part of it changed.
  private func read(_ part: String, _ change: String) throws(AnnotationError) -> BoxAnnotations {
    #expect(Self.valid.contains(part), "nothing to change")
    return try read(Self.valid.replacing(part, with: change, maxReplacements: 1))
  }

  @Test func reading() throws {
    let boxes = try read(Self.valid)
    #expect(boxes.pictures.map(\.fileName) == ["val/a.png", "b.png", "train/a.png"])
    #expect(boxes.categories.map(\.name) == ["cat", "dog", "emu"])
    #expect(boxes.usedCategories.map(\.name) == ["cat", "dog"])
    #expect(boxes.leftOut.count == 1 && boxes.leftOut.crowds == 1)
    let first = boxes.pictures[0]
    #expect(first.size == AnnotatedPicture.Size(width: 100, height: 50))
    #expect(first.objects.map(\.categoryID) == [2, 5, 2])
    #expect(try first.objects[0].box == box([10, 5.5, 20, 10]))
    #expect(try first.objects[1].box == box([90, 40, 10, 10]), "clipped below and on the right")
    #expect(try boxes.pictures[1].objects.map(\.box) == [box([0, 0, 5, 5])], "clipped above")
    #expect(boxes.pictures[2].objects.isEmpty)
  }

  /// What is changed, into what, the kind of failure, and where it is said to be.
  @Test(
    arguments: [
      ("\"images\"", "\"pictures\"", AnnotationError.Code.malformed, nil),
      ("\"width\": 40", "\"width\": \"40\"", .malformed, "images[1].width"),
      ("\"width\": 40", "\"width\": 100001", .tooLarge, "images[1].width"),
      ("\"width\": 40", "\"width\": 99999999999999999999", .malformed, "images[1].width"),
      ("\"id\": 3, \"file", "\"id\": 3.5, \"file", .malformed, "images[1].id"),
      ("\"file_name\": \"b.png\"", "\"file_name\": \"./\"", .malformed, "images[1].file_name"),
      ("b.png", "val//a.png", .duplicate, "images[1].file_name"),
      ("\"id\": 3, \"file", "\"id\": 7, \"file", .duplicate, "images[1].id"),
      ("\"id\": 6", "\"id\": 2", .duplicate, "categories[2].id"),
      (
        "\"category_id\": 5", "\"category_id\": 4", .unknownIdentifier, "annotations[1].category_id"
      ),
      ("[10, 5.5, 20, 10]", "[10, 5.5, 20]", .malformed, "annotations[0].bbox"),
      ("[10, 5.5, 20, 10]", "{}", .malformed, "annotations[0].bbox"),
      ("[10, 5.5, 20, 10]", "[10, 5.5, \"20\", 10]", .malformed, "annotations[0].bbox[2]"),
      ("[10, 5.5, 20, 10]", "[10, 5.5, 20, null]", .malformed, "annotations[0].bbox[3]"),
      ("[10, 5.5, 20, 10]", "[10, 5.5, 1e999, 10]", .malformed, "annotations[0].bbox"),
      ("[10, 5.5, 20, 10]", "[NaN, 5.5, 20, 10]", .malformed, "annotations[0].bbox"),
      ("[10, 5.5, 20, 10]", "[-Infinity, 5.5, 20, 10]", .malformed, "annotations[0].bbox"),
      ("\"width\": 40", "\"width\": Infinity", .malformed, "images[1].width"),
      ("\"width\": 40", "\"width\": 40.5", .malformed, "images[1].width"),
      ("\"area\": 200", "\"area\": NaNa", .notJSON, nil),
      ("\"area\": 200", "\"area\": nan", .notJSON, nil),
      ("\"file_name\": \"b.png\", ", "", .malformed, "images[1]"),
      ("\"id\": 6, ", "", .malformed, "categories[2]"),
      ("\"iscrowd\": 0}", "\"iscrowd\": \"0\"}", .malformed, "annotations[0].iscrowd"),
      ("\"info\"", "info", .notJSON, nil),
    ] as [(String, String, AnnotationError.Code, String?)])
  func refused(
    _ part: String, _ change: String, _ code: AnnotationError.Code, _ place: String?
  ) throws {
    let error = try #require(throws: AnnotationError.self) { try read(part, change) }
    #expect(error.code == code, "\(error)")
    #expect(error.place == place, "\(error)")
    #expect(error.description.hasPrefix("boxes.json: "))
  }

  /// A huge box is cut like any other.
  @Test func hugeBox() throws {
    let boxes = try read("[10, 5.5, 20, 10]", "[-1e300, -1e300, 1.7e308, 1.7e308]")
    #expect(try boxes.pictures[0].objects[0].box == box([0, 0, 100, 50]))
  }

  /// What is changed, into what, and the reason for which the first box is left out.
  @Test(
    arguments: [
      ("[10, 5.5, 20, 10]", "[10, 5.5, 0, 10]", "1 with a box without area"),
      ("[10, 5.5, 20, 10]", "[10, 5.5, 1.03, 0.0]", "1 with a box without area"),
      ("[10, 5.5, 20, 10]", "[10, 5.5, 20, -10]", "1 with a box without area"),
      ("[10, 5.5, 20, 10]", "[100, 5.5, 20, 10]", "1 with a box beside the picture"),
      ("[10, 5.5, 20, 10]", "[-20, 5.5, 20, 10]", "1 with a box beside the picture"),
      ("[10, 5.5, 20, 10]", "[10, 1e300, 20, 10]", "1 with a box beside the picture"),
      ("[10, 5.5, 20, 10]", "[]", "1 without a box"),
      ("[10, 5.5, 20, 10]", "null", "1 without a box"),
      ("\"bbox\": [10, 5.5, 20, 10], ", "", "1 without a box"),
      ("\"category_id\": 2, ", "", "1 without a category"),
      ("\"category_id\": 2, ", "\"category_id\": null, ", "1 without a category"),
      ("\"image_id\": 7, ", "\"image_id\": 4, ", "1 of a picture that is not listed"),
      ("\"image_id\": 7, ", "", "1 of a picture that is not listed"),
    ])
  func leftOut(_ part: String, _ change: String, _ reason: String) throws {
    let boxes = try read(part, change)
    #expect(boxes.leftOut.count == 2)
    let text = "\(boxes.leftOut)"
    #expect(text.hasPrefix("left out 2 annotations: 1 of a crowd, ") && text.hasSuffix(reason))
    var expected = try read(Self.valid).pictures[0].objects
    expected.removeFirst()
    #expect(boxes.pictures[0].objects == expected)
  }

  @Test func nothingLeftOut() {
    #expect("\(LeftOutAnnotations())" == "left out 0 annotations")
    var leftOut = LeftOutAnnotations()
    leftOut.withoutBox = 1
    #expect("\(leftOut)" == "left out 1 annotation: 1 without a box")
  }

  /// What other programs write, and what nobody asks for, changes nothing.
  @Test(
    arguments: [
      ("\"iscrowd\": 0}", "\"iscrowd\": false}"), ("\"iscrowd\": 0}", "\"iscrowd\": null}"),
      ("\"iscrowd\": 0}", "\"iscrowd\": NaN}"), ("\"iscrowd\": 1", "\"iscrowd\": true"),
      ("\"iscrowd\": 1", "\"iscrowd\": 1.0"),
      ("\"area\": 200", "\"area\": NaN"), ("\"area\": 200", "\"area\":-Infinity"),
      ("\"year\": 2026", "\"note\": \"NaN, \\\"NaN\\\\\", \"year\": NaN"),
      ("\"id\": 5, \"image", "\"id\": 1, \"image"), ("\"id\": 5, \"image", "\"image"),
      ("\"id\": 5, \"image", "\"id\": \"five\", \"image"),
      ("\"id\": 9, ", ""), ("\"id\": 9, ", "\"id\": null, "), ("\"id\": 9, ", "\"id\": \"x\", "),
      ("\"id\": 7, ", "\"id\": \"7\", "), ("\"id\": 7, ", "\"id\": 7.0, "),
      ("\"image_id\": 7, ", "\"image_id\": \"7\", "),
      ("{\"info\"", "\u{FEFF}{\"info\""),
      ("\"file_name\": \"val/a.png\"", "\"file_name\": \"val/a.png\", \"coco_url\": 7"),
    ])
  func otherHands(_ part: String, _ change: String) throws {
    let expected = try read(Self.valid)
    let boxes = try read(part, change)
    #expect(boxes.pictures == expected.pictures)
    #expect(boxes.categories == expected.categories)
    #expect(boxes.leftOut == expected.leftOut)
  }

  /// A category that no box has may be called anything.
  @Test(arguments: [("[\"emu\"]", ""), ("null", ""), ("7", "7"), ("\"\"", "")])
  func namesOfUnusedCategories(_ name: String, _ expected: String) throws {
    let boxes = try read("\"name\": \"emu\"", "\"name\": \(name)")
    #expect(boxes.categories[2].name == expected)
    #expect(boxes.usedCategories.map(\.name) == ["cat", "dog"])
  }

  @Test func textIDs() throws {
    let text = Self.valid.replacing(/id": (\d)/) { "id\": \"00\($0.output.1)\"" }
    let boxes = try read(text)
    #expect(boxes.pictures.map(\.objects.count) == [3, 1, 0])
    #expect(boxes.pictures[0].objects.map(\.categoryID.description) == ["002", "005", "002"])
    #expect(boxes.categories.map(\.id.number) == [2, 5, 6])
    // 7 and "7" are one, "007" is another.
    #expect(AnnotationID("7") == 7 && AnnotationID("007") != 7)
  }

  /// Without a size, boxes are in pixels of the picture itself, and cut when it is known.
  @Test(arguments: ["-1", "0", "null", "NaN", nil])
  func unknownSize(_ side: String?) throws {
    let change = side.map { ", \"width\": \($0), \"height\": \($0)" } ?? ""
    let boxes = try read(", \"width\": 100, \"height\": 50", change)
    let picture = boxes.pictures[0]
    #expect(picture.size == nil)
    #expect(boxes.leftOut.count == 1)
    let classes = ClassMapping(categories: boxes.categories, labels: [], classCount: 6)
    let found = try picture.boxes(of: classes, width: 100, height: 50)
    #expect(
      try found
        == read(Self.valid).pictures[0].boxes(of: classes, width: 100, height: 50))
    #expect(picture.countOutside(width: 100, height: 50) == 0)
    // In a smaller picture, one is beside it, and one is cut.
    let small = try picture.boxes(of: classes, width: 25, height: 12)
    #expect(small.map(\.classIndex) == [2])
    #expect(try small[0].boxes == [box([10, 5.5, 15, 6.5]), box([0, 0, 1, 1])])
    #expect(picture.countOutside(width: 25, height: 12) == 1)
    #expect(boxes.pictures[1].countOutside(width: 1, height: 1) == 0, "of a known size")
  }

  /// One side is no size.
  @Test func halfASize() throws {
    #expect(try read("\"width\": 100, \"height\": 50", "\"width\": 100").pictures[0].size == nil)
  }

  /// LVIS has addresses for names, and Windows backslashes.
  @Test(
    arguments: [
      ("\"coco_url\": \"http://images.example.org/val/a.png\"", "/val/a.png"),
      ("\"coco_url\": \"http://example.org/b%20c/val/a.png?x=1#y\"", "/b c/val/a.png"),
      ("\"file_name\": \"data\\\\val\\\\a.png\"", "data\\val\\a.png"),
      ("\"file_name\": \"C:\\\\val\\\\a.png\"", "C:\\val\\a.png"),
    ])
  func otherNames(_ key: String, _ name: String) throws {
    let boxes = try read("\"file_name\": \"val/a.png\"", key)
    #expect(boxes.pictures[0].fileName == name)
    for path in ["val/a.png", "/data/val/a.png", "x\\val\\a.png"] {
      #expect(try boxes.picture(at: path)?.fileName == name)
    }
  }

  @Test(arguments: ["", "[]", "null", "{}", "{\"images\": [], \"annotations\": []}", "\u{0}"])
  func notAnnotations(_ json: String) {
    #expect(throws: AnnotationError.self) { try read(json) }
  }

  @Test func emptyLists() throws {
    let boxes = try read("{\"images\": [], \"annotations\": [], \"categories\": []}")
    #expect(boxes.pictures.isEmpty && boxes.usedCategories.isEmpty)
    #expect(try boxes.picture(at: "a.png") == nil)
  }

  /// In a text that nobody asks for, too.
  @Test func invalidUTF8() throws {
    var bytes = Array(Self.valid.utf8)
    let place = try #require(Self.valid.utf8.firstIndex(of: UInt8(ascii: "y")))
    let offset = Self.valid.utf8.distance(from: Self.valid.utf8.startIndex, to: place)
    bytes[offset] = 0xFF
    let error = try #require(throws: AnnotationError.self) {
      try BoxAnnotations(json: bytes, path: "boxes.json")
    }
    #expect(error.code == .notUTF8)
    #expect(error.cause.contains("byte \(offset)"))
    #expect(throws: AnnotationError.self) {
      let wide = Self.valid.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
      _ = try BoxAnnotations(json: [0xFF, 0xFE] + wide, path: "boxes.json")
    }
  }

  @Test(arguments: ["[", "{\"a\":"])
  func deepNesting(_ open: String) throws {
    let deep = String(repeating: open, count: 200_000)
    let close = String(repeating: open == "[" ? "]" : "}", count: 200_000)
    for json in [deep, deep + "1" + close] {
      let text = Self.valid.replacing("{\"year\": 2026}", with: json)
      let error = try #require(throws: AnnotationError.self) { try read(text) }
      #expect(error.code == .notJSON)
    }
  }

  @Test func limits() throws {
    let bytes = Self.valid.utf8.count
    let loose = AnnotationLimits(bytes: bytes, entries: 5, side: 100)
    #expect(throws: Never.self) { try read(Self.valid, limits: loose) }
    for (limits, place) in [
      (AnnotationLimits(bytes: bytes - 1, entries: 5, side: 100), nil),
      (AnnotationLimits(bytes: bytes, entries: 4, side: 100), "annotations"),
      (AnnotationLimits(bytes: bytes, entries: 5, side: 99), "images[0].width"),
    ] {
      let error = try #require(throws: AnnotationError.self) {
        try read(Self.valid, limits: limits)
      }
      #expect(error.code == .tooLarge && error.place == place)
    }
  }

  /// A file cut off anywhere, or with one byte changed, is read or refused, and ends nothing.
  @Test func damage() {
    let bytes = Array(Self.valid.utf8)
    for count in 0..<bytes.count {
      #expect(throws: AnnotationError.self) {
        try BoxAnnotations(json: Array(bytes.prefix(count)), path: "boxes.json")
      }
    }
    #expect(throws: AnnotationError.self) {
      try BoxAnnotations(json: [0xEF, 0xBB, 0xBF], path: "boxes.json")
    }
    var generator = Seeded(seed: 11)
    for _ in 0..<2000 {
      var damaged = bytes
      damaged[Int.random(in: damaged.indices, using: &generator)] =
        UInt8.random(in: .min ... .max, using: &generator)
      _ = try? BoxAnnotations(json: damaged, path: "boxes.json")
    }
  }

  @Test func errorsDoNotSteerTheTerminal() {
    let error = AnnotationError(.malformed, path: "a\u{1B}[2J", place: "b\n", cause: "c\u{9B}d")
    #expect(error.description == "a\u{FFFD}[2J: b\u{FFFD}: c\u{FFFD}d")
  }

  @Test(
    arguments: [
      ("val/a.png", "val/a.png"), ("/data/val/a.png", "val/a.png"),
      ("./train//a.png", "train/a.png"),
      ("b.png", "b.png"), ("/somewhere/else/b.png", "b.png"), ("c.png", nil), ("", nil),
      ("B.png", nil), ("ab.png", nil),
    ] as [(String, String?)])
  func lookup(_ path: String, _ expected: String?) throws {
    #expect(try read(Self.valid).picture(at: path)?.fileName == expected)
  }

  @Test(arguments: ["a.png", "/other/a.png"])
  func ambiguousLookup(_ path: String) throws {
    let boxes = try read(Self.valid)
    let error = try #require(throws: AnnotationError.self) { try boxes.picture(at: path) }
    #expect(error.code == .ambiguousPicture)
    #expect(error.place == "images[0], images[2]")
  }

  @Test func boxesOfClasses() throws {
    let boxes = try read(Self.valid)
    let classes = ClassMapping(categories: boxes.categories, labels: [], classCount: 6)
    let found = try boxes.pictures[0].boxes(of: classes, width: 100, height: 50)
    #expect(found.map(\.classIndex) == [2, 5])
    #expect(try found[0].boxes == [box([10, 5.5, 20, 10]), box([0, 0, 1, 1])])
    let large = try boxes.pictures[0].boxes(of: classes, width: 200, height: 100)
    #expect(try large[1].boxes == [box([180, 80, 20, 20])])
    let few = ClassMapping(categories: boxes.categories, labels: [], classCount: 3)
    #expect(
      try boxes.pictures[0].boxes(of: few, width: 100, height: 50).map(\.classIndex) == [2])
  }

  @Test(arguments: [(50, 100), (100, 52), (98, 50), (0, 0), (100, 0), (224, 224)])
  func otherShape(_ width: Int, _ height: Int) throws {
    let boxes = try read(Self.valid)
    let classes = ClassMapping(categories: boxes.categories, labels: [], classCount: 6)
    let error = try #require(throws: AnnotationError.self) {
      try boxes.pictures[0].boxes(of: classes, width: width, height: height)
    }
    #expect(error.code == .sizeMismatch && error.place == "images[0]")
  }

  /// Sides that are rounded differ by less than a pixel from the shape.
  @Test(arguments: [(33, 17), (33, 16), (67, 33), (1000, 500), (1, 1)])
  func roundedShape(_ width: Int, _ height: Int) throws {
    let boxes = try read(Self.valid)
    let classes = ClassMapping(categories: boxes.categories, labels: [], classCount: 6)
    #expect(
      try boxes.pictures[0].boxes(of: classes, width: width, height: height).count == 2)
  }
}
