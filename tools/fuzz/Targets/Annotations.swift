import Explain

@testable import densecam

extension FuzzTarget {
  /// Boxes in COCO's format, and what is asked of them for each picture.
  static let boxes = FuzzTarget("boxes") { bytes in
    let boxes = try BoxAnnotations(json: bytes, path: "boxes.json")
    let lines = ["n02123045 tabby, tabby cat", "dog", "cat, dog"]
    for labels in [lines, []] {
      let classes = ClassMapping(
        categories: boxes.usedCategories, labels: labels, classCount: lines.count)
      _ = Result { try classes.requireAll(path: boxes.path) }
      for picture in boxes.pictures.prefix(16) {
        _ = try? boxes.picture(at: "folder/" + picture.fileName)
        for (width, height) in [(picture.width, picture.height), (224, 224)] {
          for entry in (try? picture.boxes(of: classes, width: width, height: height)) ?? [] {
            precondition(entry.boxes.allSatisfy { $0.area > 0 }, "a box is empty")
          }
        }
      }
    }
  }

  private static let file = ScratchFile()

  /// Files of class names, and every name that is in one.
  static let labels = FuzzTarget("labels") { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let path = file.fill(bytes)
    for count in [lines.count, lines.count - 1] {
      guard let labels = try? Labels(path: path, classCount: count) else { continue }
      for (index, line) in lines.prefix(64).enumerated() {
        _ = labels.name(index)
        _ = try? labels.index(of: line, classCount: count)
        _ = ClassMapping.classIndex(named: line, in: labels.lines)
      }
    }
    _ = try Labels(path: path, classCount: lines.count)
  }
}
