import Explain

import Files
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
        let own = picture.size.map { ($0.width, $0.height) }
        for (width, height) in [own ?? (1, 1), (224, 224)] {
          let boxes = try? picture.boxes(of: classes, width: width, height: height)
          for entry in boxes ?? [] {
            precondition(entry.boxes.allSatisfy { $0.area > 0 }, "a box is empty")
          }
        }
      }
    }
  }

  private static let file = ScratchFile()

  /// Files of class names, and every name that is in one.
  static let labels = FuzzTarget("labels") { bytes in
    let path = file.fill(bytes)
    let lines = try TextFile.lines(path)
    let labels = try Labels(path: path, classCount: lines.count)
    for (index, line) in lines.prefix(8).enumerated() {
      precondition(!labels.name(index).isEmpty || line.isEmpty, "a name is lost")
      _ = try? labels.index(of: line, classCount: lines.count)
      _ = ClassMapping.classIndex(named: line, in: labels.lines)
    }
  }
}
