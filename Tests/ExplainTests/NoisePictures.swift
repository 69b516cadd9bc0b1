import Imaging
import TestSupport

@testable import Explain

/// Pictures of noise in a folder; those whose number is a multiple of four are broken.
func noisePictures(
  _ count: Int, in folder: Folder, side: (Int) -> Int = { _ in 40 }
) throws -> [PictureName] {
  var generator = SeededGenerator(seed: 3)
  return try (0..<count).map { index in
    let name = "\(index).png"
    if index % 4 == 0 { return PictureName(path: try folder.write(name, [1, 2, 3])) }
    let side = side(index)
    let values = generator.floats(3 * side * side).map { UInt8(127 + 120 * $0) }
    try RGBImage(width: side, height: side, pixels: values).writePNG(to: folder.path(name))
    return PictureName(path: folder.path(name))
  }
}
