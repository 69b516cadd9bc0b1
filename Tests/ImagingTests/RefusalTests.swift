import Foundation
import Testing

@testable import Imaging

/// What cannot be read is refused with the file's name and the cause, in one line.
@Suite struct RefusalTests {
  /// The error that reading bytes of this name gives.
  func refusal(
    _ bytes: [UInt8], name: String = "photo", limits: ImageLimits = .default
  ) -> ImageError? {
    #expect(throws: ImageError.self) { try Picture(bytes: bytes, name: name, limits: limits) }
  }

  @Test func missingFile() {
    let error = #expect(throws: ImageError.self) { try Picture(contentsOf: "/nowhere/photo.jpg") }
    #expect(error?.code == .missing)
    #expect(error?.description == "/nowhere/photo.jpg: No such file or directory")
  }

  @Test func directory() throws {
    try withTemporaryDirectory { path in
      let error = #expect(throws: ImageError.self) { try Picture(contentsOf: path) }
      #expect(error?.code == .unreadable)
      #expect(error?.cause == "is a directory")
    }
  }

  @Test func pipeDoesNotBlock() throws {
    try withTemporaryDirectory { path in
      #expect(mkfifo(path + "/pipe.png", 0o600) == 0)
      let error = #expect(throws: ImageError.self) { try Picture(contentsOf: path + "/pipe.png") }
      #expect(error?.code == .unreadable)
    }
  }

  /// There, and not to be opened by anyone: a link that leads to itself.
  @Test func whatCannotBeOpened() throws {
    try withTemporaryDirectory { path in
      let file = path + "/a.png"
      #expect(symlink("a.png", file) == 0)
      let error = #expect(throws: ImageError.self) { try Picture(contentsOf: file) }
      #expect(error?.code == .unreadable)
      #expect(error?.cause == String(cString: strerror(ELOOP)))
    }
  }

  @Test func emptyFile() throws {
    try withTemporaryDirectory { path in
      try Data().write(to: URL(fileURLWithPath: path + "/a.png"))
      let error = #expect(throws: ImageError.self) { try Picture(contentsOf: path + "/a.png") }
      #expect(error?.code == .empty)
    }
    #expect(refusal([])?.code == .empty)
  }

  /// First bytes, written as the characters of the same numbers.
  static let signatures: [(format: String, bytes: String)] = [
    ("GIF", "GIF89a"),
    ("WebP", "RIFF\u{1}\0\0\0WEBPVP8 "),
    ("BMP", "BM" + String(repeating: "\0", count: 52)),
    ("TIFF", "II*\0\u{8}\0\0\0"),
    ("HEIF", "\0\0\0\u{18}ftypheic"),
    ("AVIF", "\0\0\0\u{18}ftypavif"),
    ("PDF", "%PDF-1.7"),
    ("HTML", "\n<!DOCTYPE html><html>"),
    ("SVG", "<?xml version='1.0'?><svg/>"),
    ("text", "\u{E7}\u{8C}\u{AB} is UTF-8 for cat"),
    ("HDF5", "\u{89}HDF\r\n\u{1A}\n"),
  ]

  @Test(arguments: signatures)
  func otherFormatsAreNamed(_ format: String, _ characters: String) {
    let bytes = characters.unicodeScalars.map { UInt8($0.value) }
    let error = refusal(bytes, name: "cat.jpg")
    #expect(error?.code == .notAnImage)
    #expect(
      error?.description == "cat.jpg: is not a PNG or JPEG picture; it seems to be \(format)")
  }

  @Test func unknownContent() {
    let error = refusal([0, 1, 2, 3, 0xFE, 0xC0, 0x80, 0x81, 0x82, 0x83])
    #expect(error?.code == .notAnImage)
    #expect(error?.cause == "is not a PNG or JPEG picture")
  }

  @Test func contentThatContradictsTheExtension() throws {
    let png = try Fixture(name: "rgb8.png").bytes()
    let error = refusal(png, name: "dir.v2/cat.JPG")
    #expect(error?.code == .contradictsExtension)
    #expect(error?.cause == "is a PNG file, but its name says JPEG; rename it")
    #expect(refusal(png, name: "cat.webp")?.code == .contradictsExtension)
    let jpeg = try Fixture(name: "grey.jpg").bytes()
    #expect(refusal(jpeg, name: "cat.png")?.cause.hasPrefix("is a JPEG file") == true)
  }

  @Test func inkIsRefusedByName() throws {
    var bytes = try Fixture(name: "cmyk.jpg").bytes()
    let error = refusal(bytes)
    #expect(error?.code == .unsupported)
    #expect(error?.cause == "is a JPEG in CMYK; convert it to RGB")
    // The last byte of the Adobe marker says how the four components are meant: 2 is YCCK.
    let adobe = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("Adobe".utf8)) })
    bytes[adobe + 11] = 2
    #expect(refusal(bytes)?.cause.contains("YCCK") == true)
  }

  @Test func otherKindsOfJPEG() throws {
    let bytes = try Fixture(name: "ycc444.jpg").bytes()
    let frame = try frameHeader(of: bytes)
    var lossless = bytes
    lossless[frame + 1] = 0xC3
    #expect(refusal(lossless)?.code == .unsupported)
    var deep = bytes
    deep[frame + 4] = 12
    #expect(refusal(deep)?.code == .unsupported)
  }

  @Test func zeroPixels() throws {
    var png = try Fixture(name: "rgb8.png").bytes()
    png[16..<20] = [0, 0, 0, 0]
    #expect(refusal(png)?.code == .zeroSize)
    var jpeg = try Fixture(name: "grey.jpg").bytes()
    let frame = try frameHeader(of: jpeg)
    jpeg[frame + 5] = 0
    jpeg[frame + 6] = 0
    #expect(refusal(jpeg)?.code == .zeroSize)
  }

  /// 30,000 × 30,000 is refused by the header: what follows it is not even looked at.
  @Test func tooManyPixels() throws {
    let side: [UInt8] = [0x75, 0x30]
    var png = try Fixture(name: "rgb8.png").bytes()
    png[16..<24] = [0, 0] + side + [0, 0] + side
    var jpeg = try Fixture(name: "progressive.jpg").bytes()
    let frame = try frameHeader(of: jpeg)
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: side + side)
    for bytes in [png, jpeg] {
      let error = refusal(bytes)
      #expect(error?.code == .tooLarge)
      #expect(error?.cause.hasPrefix("is 30000×30000 pixels; the limit is 16384 a side") == true)
    }
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xFF, 0, 1])
    #expect(refusal(jpeg)?.code == .tooLarge)
  }

  @Test func limitsAreTheCallers() throws {
    let bytes = try Fixture(name: "rgb8.png").bytes()  // 11 × 7
    func code(side: Int, pixels: Int, bytes count: Int) -> ImageError.Code? {
      let limits = ImageLimits(side: side, pixels: pixels, bytes: count)
      do throws(ImageError) {
        _ = try Picture(bytes: bytes, name: "a", limits: limits)
        return nil
      } catch { return error.code }
    }
    #expect(code(side: 11, pixels: 77, bytes: bytes.count) == nil)
    #expect(code(side: 10, pixels: 77, bytes: bytes.count) == .tooLarge)
    #expect(code(side: 11, pixels: 76, bytes: bytes.count) == .tooLarge)
    #expect(code(side: 11, pixels: 77, bytes: bytes.count - 1) == .tooLarge)
    #expect(!ImageLimits.default.allow(width: .max, height: .max))
  }

  @Test func errorsAreOneLine() {
    let error = ImageError(.missing, path: "a\nb\u{1B}[31m", cause: "gone")
    #expect(error.description == "a\u{FFFD}b\u{FFFD}[31m: gone")
  }
}

/// Where a JPEG's frame header (FF C0 or FF C2) begins.
private func frameHeader(of bytes: [UInt8]) throws -> Int {
  try #require(
    bytes.indices.dropLast().first {
      bytes[$0] == 0xFF && (bytes[$0 + 1] == 0xC0 || bytes[$0 + 1] == 0xC2)
    })
}
