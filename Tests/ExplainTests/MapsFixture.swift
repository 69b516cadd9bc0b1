import FoundationEssentials
import Imaging
import Kernels
import Net

@testable import Explain

/// A folder that goes with the test.
final class MapsFolder {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory
      .appending(path: "densecam-maps-\(UInt64.random(in: 0...UInt64.max))").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  var contents: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  func bytes(_ name: String) -> [UInt8] {
    FileManager.default.contents(atPath: file(name)).map(Array.init) ?? []
  }

  @discardableResult
  func write(_ name: String, _ bytes: some Sequence<UInt8>) -> String {
    _ = FileManager.default.createFile(atPath: file(name), contents: Data(bytes))
    return file(name)
  }
}

extension MapsHeader {
  static let sample = MapsHeader(
    generator: "densecam 0.1.0", model: "densenet-mini@1", weightsSHA256: "0b8e",
    symbolSHA256: "a8e8", method: .cam,
    preprocessing: "seed 64x64 rgb scale 256 mean 0,0,0 std 1,1,1",
    created: "2026-07-11T00:00:00Z", command: "densecam cam --maps maps.h5 hölle.png")
}

extension PictureMaps {
  /// A picture of made-up numbers: four classes, of which the third, first and last have maps.
  static func sample(
    _ number: Int = 0, method: CAMMethod = .cam, height: Int = 2, width: Int = 3,
    classes: [Int] = [2, 0, 3]
  ) -> PictureMaps {
    var picture = PictureMaps(
      source: "pictures/\(number).png", sourceSHA256: number == 0 ? nil : "\(number)",
      inputShape: TensorShape(channels: 3, height: 6, width: 9),
      logits: [1, -2, 3.5, Float(number) / 7], probabilities: [0.25, 0.125, 0.375, 0.25],
      method: method, topCount: 2)
    for index in classes {
      let values = (0..<(height * width)).map { Double($0 * $0 + number) / 3 - Double(index) }
      let map = ClassActivationMap(
        classIndex: index, height: height, width: width, values: values)
      picture.add(
        map, label: index == 3 ? nil : "class \(index), Größe", bias: Double(index) / 10,
        upsampled: index == 0 ? nil : map.upsampled(width: 9, height: 6))
    }
    return picture
  }

  /// The picture as it comes back: upsampled maps are rounded to 32 bits.
  var stored: PictureMaps {
    var picture = PictureMaps(
      source: source, sourceSHA256: sourceSHA256, inputShape: inputShape, logits: logits,
      probabilities: probabilities, method: method, topCount: top.count)
    for entry in entries {
      let rounded = entry.upsampled.map { plane in
        Plane(
          width: plane.width, height: plane.height, values: plane.values.map { Double(Float($0)) })
      }
      picture.add(entry.map, label: entry.label, bias: entry.bias, upsampled: rounded)
    }
    return picture
  }
}

/// The code of the ``MapsError`` that an action throws, or nil if it throws none.
func mapsError(_ action: () throws -> Void) -> MapsError? {
  do {
    try action()
    return nil
  } catch {
    return error as? MapsError ?? MapsError(.missing, path: "", "not a MapsError: \(error)")
  }
}
