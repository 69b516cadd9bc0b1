import Foundation
import Imaging

@testable import Figures

/// A picture of smooth colours with a dark and a bright corner.
func samplePicture(width: Int = 224, height: Int = 224, phase: Int = 0) -> Picture {
  var pixels: [Double] = []
  for y in 0..<height {
    for x in 0..<width {
      let (across, down) = (Double(x) / Double(width), Double(y) / Double(height))
      pixels += [across, down, Double((x / 8 + y / 8 + phase) % 5) / 4]
    }
  }
  return Picture(width: width, height: height, pixels: pixels)
}

/// A 7×7 map with one hot element.
func sampleMap(hot: Int = 24) -> Plane {
  Plane(width: 7, height: 7, values: (0..<49).map { $0 == hot ? 3 : Double($0 % 7) / 7 })
}

/// Labels of ImageNet, from the shortest to the longest that must be wrapped.
let sampleLabels = [
  "n02123159 tiger cat", "cab, hack, taxi, taxicab", "ox",
  "giant panda, panda, panda bear, coon bear, Ailuropoda melanoleuca",
  String(repeating: "hard-to-wrap ", count: 20) + String(repeating: "unbreakable", count: 30),
]

func samplePhoto(
  width: Int = 224, height: Int = 224, classes: Int = 1, name: String? = "a photo.jpg"
) -> Figure.Photo {
  Figure.Photo(
    samplePicture(width: width, height: height), name: name,
    classes: (0..<classes).map { index in
      Figure.ClassMap(
        sampleLabels[index % 5], probability: 0.9 / Double(index + 1),
        map: sampleMap(hot: 8 * index))
    })
}

func sampleFigure(_ style: Figure.Style, photos: Int = 1, classes: Int = 1) -> Figure {
  Figure((0..<photos).map { _ in samplePhoto(classes: classes) }, style: style)
}

/// Runs a test in a directory of its own.
func withTemporaryDirectory(_ body: (_ path: String) throws -> Void) throws {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: url) }
  try body(url.path)
}
