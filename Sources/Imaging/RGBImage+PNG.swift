import CPNG
import Glibc

extension RGBImage {
  /// Encodes the image as a PNG file.
  ///
  /// It contains only the pixels, so the same image gives the same bytes (on processors of
  /// one kind, as long as the library that compresses, ISA-L, stays the same).
  ///
  /// - Throws: ``ImageError`` if there is no memory, or if a side exceeds what PNG can hold.
  package func pngBytes(name: String = "image") throws(ImageError) -> [UInt8] {
    guard let width = Int32(exactly: width), let height = Int32(exactly: height) else {
      throw ImageError(
        .tooLarge, path: name, cause: "\(width)×\(height) pixels are too many for a PNG")
    }
    return try unsafe pixels.withUnsafeBufferPointer { pixels throws(ImageError) -> [UInt8] in
      var bytes: UnsafeMutablePointer<UInt8>?
      var count = 0
      guard let base = pixels.baseAddress,
        unsafe cpng_encode_rgb(base, UInt32(width), UInt32(height), &bytes, &count) == .ok,
        let start = unsafe bytes
      else {
        throw ImageError(.outOfMemory, path: name, cause: "no memory to encode the PNG")
      }
      defer { unsafe free(start) }
      return unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    }
  }

  /// Writes the image as a PNG file, whole or not at all.
  ///
  /// The bytes go to a new file in the same directory, which gets the name once they are on disk. An
  /// existing regular file is replaced; anything else of that name is left alone.
  ///
  /// - Throws: ``ImageError`` with the code ``ImageError/Code/unwritable`` and the cause.
  package func writePNG(to path: String) throws(ImageError) {
    try replaceFile(at: path, with: try pngBytes(name: path))
  }
}
