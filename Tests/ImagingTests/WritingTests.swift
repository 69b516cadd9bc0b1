import Foundation
import Testing

@testable import Imaging

@Suite struct WritingTests {
  let image = RGBImage(width: 5, height: 3, pixels: (0..<45).map { UInt8($0 * 37 % 256) })

  /// The error that writing to a path gives.
  func refusal(_ path: String) -> ImageError? {
    #expect(throws: ImageError.self) { try image.writePNG(to: path) }
  }

  @Test func whatIsWrittenIsRead() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.png"
      try image.writePNG(to: path)
      let picture = try Picture(contentsOf: path)
      #expect(RGBImage(picture) == image)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["a.png"])
    }
  }

  /// Sizes around what is filtered and compressed at once, with pixels that hardly get smaller and
  /// with pixels that nearly vanish.
  @Test(arguments: [(1, 1), (1, 16_000), (16_000, 20), (87, 1001), (700, 500)], [0, 7, 255])
  func anySizeIsReadBack(_ size: (width: Int, height: Int), noise: Int) throws {
    var state: UInt64 = 1
    let pixels = (0..<(3 * size.width * size.height)).map { index in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8((index / 1000 + Int(state >> 33) & noise) % 256)
    }
    let image = RGBImage(width: size.width, height: size.height, pixels: pixels)
    let picture = try Picture(bytes: image.pngBytes(), name: "a.png")
    #expect(RGBImage(picture) == image)
  }

  @Test func theSameImageGivesTheSameBytes() throws {
    #expect(try image.pngBytes() == image.pngBytes())
    // Signature, IHDR, one IDAT, IEND: no time, no text.
    let bytes = try image.pngBytes()
    let length = bytes[33..<37].reduce(0) { $0 << 8 | Int($1) }
    #expect(bytes[37..<41].elementsEqual("IDAT".utf8))
    #expect(bytes.count == 8 + 25 + (12 + length) + 12)
  }

  @Test func anExistingFileIsReplaced() throws {
    try withTemporaryDirectory { directory in
      let path = directory + "/a.png"
      try Data("old".utf8).write(to: URL(fileURLWithPath: path))
      try image.writePNG(to: path)
      #expect(try Picture(contentsOf: path).width == 5)
    }
  }

  @Test(arguments: ["", "/nowhere/a.png", "/proc/a.png", "/dev/null/a", "a\0b.png"])
  func unwritable(_ path: String) {
    #expect(refusal(path)?.code == .unwritable)
  }

  @Test func onlyRegularFilesAreReplaced() throws {
    try withTemporaryDirectory { directory in
      #expect(refusal(directory)?.cause == "cannot be written: it is a directory")
      let link = directory + "/link.png"
      let target = directory + "/target.png"
      try Data("target".utf8).write(to: URL(fileURLWithPath: target))
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
      #expect(refusal(link)?.cause.contains("symbolic link") == true)
      #expect(try String(contentsOfFile: target, encoding: .utf8) == "target")
      #expect(mkfifo(directory + "/pipe", 0o600) == 0)
      #expect(refusal(directory + "/pipe")?.cause.contains("not a regular file") == true)
      // Nothing is left behind.
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == 3)
    }
  }

  @Test func pictureToBytes() {
    let picture = Picture(width: 1, height: 2, pixels: [0.5 / 255, 1.4999 / 255, 1, -1, 2, .nan])
    #expect(RGBImage(picture).pixels == [1, 1, 255, 0, 255, 0])
    let words = Picture(width: 1, height: 1, samples: .words([0, 32_768, 65_535], maximum: 65_535))
    #expect(RGBImage(words).pixels == [0, 128, 255])
  }
}
