import Foundation
import Testing

/// Files as other programs write them are read as they are meant.
@Suite("Files of other programs") struct ForeignFilesTests {
  static let scene = Repository.path("model/pictures/scene.png")
  static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The labels of densenet-mini's ten classes.
  static let names = (0..<10).map { "thing \($0)" }

  /// The same with identifiers before them.
  private static func identified(_ separator: String, _ end: String) -> String {
    names.map { name in "n0000000\(name.suffix(1))\(separator)\(name)\(end)" }.joined()
  }

  /// The labels as programs write them.
  static let spellings: [String] = {
    var texts = ["\n", "\r\n", "\r", "\u{2028}"].map { names.joined(separator: $0) }
    texts.append("\u{FEFF}" + texts[1])
    texts.append(texts[0] + "\n")
    texts.append(texts[1] + "\r\n\r\n")
    texts.append(identified("\t", "\n"))
    texts.append(identified(" ", "\r\n"))
    return texts
  }()

  private func cam(_ arguments: String...) throws -> CommandRun {
    try CommandRun(["cam", "--model", "densenet-mini"] + arguments)
  }

  @Test(
    "labels have the lines that Python reads",
    arguments: spellings)
  func labels(_ text: String) throws {
    let folder = try Folder()
    let labels = try folder.write("labels.txt", text.utf8)
    let run = try cam(
      Self.scene, "--labels", labels, "--class", "thing 0", "--class", "THING 9", "--format",
      "jsonl")
    #expect(run.status == 0, "\(run.error)")
    let row = try JSONDecoder().decode(CamCommandTests.Row.self, from: Data(run.output.utf8))
    #expect(row.top.map(\.index).sorted() == [0, 9])
    #expect(Set(row.top.map(\.label)) == ["thing 0", "thing 9"])
  }

  @Test("an empty label may be the last one") func emptyLabel() throws {
    let folder = try Folder()
    let text = Self.names.dropLast().joined(separator: "\n") + "\n\n"
    let labels = try folder.write("labels.txt", text.utf8)
    #expect(try cam(Self.scene, "--labels", labels).status == 0)
    let short = try cam(
      Self.scene, "--labels", folder.write("short.txt", text.dropLast().utf8))
    #expect(short.status == 2 && short.error.contains("has 9 labels"))
  }

  @Test("text that is not UTF-8 is refused, with its encoding or the place") func encodings() throws
  {
    let folder = try Folder()
    let wide = Self.names.joined(separator: "\n").utf16.flatMap {
      [UInt8($0 & 0xFF), UInt8($0 >> 8)]
    }
    let utf16 = try cam(
      Self.scene, "--labels", folder.write("wide.txt", [0xFF, 0xFE] + wide))
    #expect(utf16.status == 2 && utf16.error.contains("wide.txt: is UTF-16 text"))
    let latin = try cam(
      Self.scene, "--labels", folder.write("latin.txt", Array("caf".utf8) + [0xE9, 0x0A]))
    #expect(latin.status == 2 && latin.error.contains("latin.txt: is not UTF-8 text (byte 3)"))
  }

  @Test("lists of problems and policies may come from Windows") func listsAndPolicies() throws {
    let folder = try Folder()
    let list = try folder.write(
      "list.txt", Self.mark + "mb1ic3ih8oc4kh1\r\n# rest\r\nmb1ic4ih8oc4kh3ph1\r\n".utf8)
    let policy = try folder.write(
      "policy.json", Self.mark + "{\"name\": \"ours\",\r\n\"rules\": [{\"atol\": 1}]}\r\n".utf8)
    let run = try CommandRun(
      "verify", "--problems", list, "--policy", policy, "--backend", "tiled", "--format", "json")
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("ours"))
  }

  @Test("a file without an end mark is read, with a warning; a cut one is not") func flaws() throws
  {
    let folder = try Folder()
    for (name, count) in [("scene.jpg", 2), ("scene.png", 12)] {
      let bytes = try Repository.bytes("model/pictures/\(name)")
      let whole = try folder.write(name, bytes)
      let open = try folder.write("open-\(name)", bytes.dropLast(count))
      let cut = try folder.write("cut-\(name)", bytes.dropLast(count + 40))
      let expected = try cam(whole, "--format", "jsonl")
      let run = try cam(open, "--format", "jsonl")
      #expect(run.status == 0 && expected.error.isEmpty)
      #expect(run.output == expected.output.replacing(name, with: "open-\(name)"))
      let lines = run.error.split(separator: "\n")
      #expect(lines.count == 1)
      #expect(lines.first?.hasPrefix("densecam: warning: \(open): the ") == true, "\(run.error)")
      #expect(try cam(cut).status == 2)
      let golden = try CommandRun(
        "golden", "record", "--model", "densenet-mini@1", "--image", open, "-o",
        folder.path("\(name).h5"))
      #expect(golden.status == 0 && golden.error.contains("warning: \(open)"))
    }
  }

  /// A picture of 320×256 and a box in it, in a file that has changes.
  private func boxes(
    _ folder: Folder,
    image: String = "\"file_name\": \"scene.png\", \"width\": 320, \"height\": 256",
    annotations: String = ""
  ) throws -> CommandRun {
    _ = try folder.write("scene.png", Repository.bytes("model/pictures/scene.png"))
    return try cam(
      "--format", "json", "--boxes",
      folder.write(
        "boxes.json",
        """
        {"images": [{"id": 1, \(image)}], "categories": [{"id": 3, "name": "thing"}],
         "annotations": [\(annotations)
           {"image_id": 1, "category_id": 3, "bbox": [10, 20, 300, 200], "area": NaN}]}
        """.utf8))
  }

  @Test(
    "boxes of other programs score as those of COCO do",
    arguments: [
      "\"file_name\": \"scene.png\"", "\"file_name\": \"scene.png\", \"width\": -1, \"height\": -1",
      "\"file_name\": \"C:\\\\data\\\\scene.png\", \"width\": null, \"height\": NaN",
      "\"coco_url\": \"http://example.org/val2017/scene.png\", \"width\": 320, \"height\": 256",
    ])
  func boxes(_ image: String) throws {
    let folder = try Folder()
    let expected = try boxes(folder)
    #expect(expected.status == 0 && expected.error.isEmpty, "\(expected.error)")
    let run = try boxes(folder, image: image)
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output == expected.output)
  }

  @Test("boxes that are none are left out and counted") func leftOut() throws {
    let folder = try Folder()
    let expected = try boxes(folder)
    let more = """
      {"image_id": 1, "category_id": 3, "bbox": [20, 20, 1.5, 0]},
      {"image_id": 1, "category_id": 3, "bbox": [320, 20, 5, 5]},
      {"image_id": 1, "category_id": 3, "iscrowd": true},
      """
    for image in [nil, "\"file_name\": \"scene.png\""] {
      let run =
        if let image {
          try boxes(folder, image: image, annotations: more)
        } else {
          try boxes(folder, annotations: more)
        }
      #expect(run.status == 0 && run.output == expected.output)
      #expect(
        run.error
          == "densecam: \(folder.path("boxes.json")): left out 3 annotations: 1 of a crowd, "
          + "1 with a box without area, 1 with a box beside the picture\n")
    }
  }
}
