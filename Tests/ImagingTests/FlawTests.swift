import Testing

@testable import Imaging

/// Files that break their format without harm to a pixel are read, and it is said what is wrong.
@Suite struct FlawTests {
  /// Bytes that look like markers nowhere.
  static let noise = (0..<4000).map { UInt8($0 * 7 % 251) }

  static let whole = ["ycc420.jpg", "restarts.jpg", "grey.jpg", "progressive.jpg"].map(Fixture.init)

  @Test(arguments: Fixture.flawed)
  func surplusOfAPNG(_ fixture: Fixture) throws {
    let picture = try Picture(contentsOf: fixture.path)
    let (samples, white) = try fixture.expectation()
    #expect(picture.pixels == samples.map { Double($0) / white })
    #expect(picture.flaw?.hasPrefix("the PNG is damaged: IDAT: ") == true)
  }

  /// Lenience about what is behind the pixels must not reach their checksums.
  @Test(arguments: Fixture.flawed)
  func aFlawDoesNotHideAnother(_ fixture: Fixture) throws {
    let bytes = try fixture.bytes()
    // From the header to the checksum of the data.
    for index in 8..<bytes.count - 12 {
      var changed = bytes
      changed[index] ^= 0x10
      #expect(throws: ImageError.self, "byte \(index)") {
        try Picture(
          bytes: changed, name: "changed", limits: ImageLimits(side: 64, pixels: 4096, bytes: 4096))
      }
    }
  }

  @Test(arguments: whole)
  func withoutEndMarker(_ fixture: Fixture) throws {
    let bytes = try fixture.bytes()
    let good = try Picture(bytes: bytes, name: "good.jpg")
    #expect(good.flaw == nil)
    for tail in [[], Self.noise] {
      let picture = try Picture(bytes: bytes.dropLast(2) + tail, name: "open.jpg")
      #expect(picture.pixels == good.pixels)
      #expect(picture.flaw == "the JPEG does not end as it should: there is no end marker")
    }
  }

  /// Markers that no JPEG has, where the end marker should be.
  @Test(arguments: whole.dropLast())
  func markersInATrailer(_ fixture: Fixture) throws {
    let bytes = try fixture.bytes()
    let good = try Picture(bytes: bytes, name: "good.jpg")
    let trailer = Self.noise + [0xFF, 0xFB, 0x12, 0xFF, 0x01] + Self.noise
    let picture = try Picture(bytes: bytes.dropLast(2) + trailer, name: "marked.jpg")
    #expect(picture.pixels == good.pixels)
    #expect(picture.flaw?.contains("0xfb") == true)
  }

  /// Phones put films behind the end of their pictures.
  @Test(arguments: whole)
  func trailersAreNoFlaw(_ fixture: Fixture) throws {
    let bytes = try fixture.bytes()
    let picture = try Picture(bytes: bytes + Self.noise, name: "film.jpg")
    #expect(picture.flaw == nil)
    #expect(picture.pixels == (try Picture(bytes: bytes, name: "good.jpg").pixels))
  }

  /// A progressive picture shows something after its first scan; without the others it is cut.
  @Test func scansThatAreMissing() throws {
    let bytes = try Fixture(name: "progressive.jpg").bytes()
    let starts = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
    try #require(starts.count > 3)
    for start in starts.dropFirst() {
      let error = #expect(throws: ImageError.self) {
        try Picture(bytes: Array(bytes[..<start]), name: "cut.jpg")
      }
      #expect(error?.code == .truncated)
    }
  }

  /// 8×8 pixels in three scans, one a component, each of a DC difference 0 and an end of block.
  @Test func componentsThatAreMissing() throws {
    let start: [UInt8] = [0xFF, 0xD8]
    let quantization = [0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
    let frame: [UInt8] = [
      0xFF, 0xC0, 0, 17, 8, 0, 8, 0, 8, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0,
    ]
    let codes = [UInt8]([0x00, 0x10]).flatMap { table in
      [0xFF, 0xC4, 0, 20, table, 1] + [UInt8](repeating: 0, count: 16)
    }
    func scan(_ component: UInt8) -> [UInt8] {
      [0xFF, 0xDA, 0, 8, 1, component, 0, 0, 63, 0, 0x3F]
    }
    func file(_ components: [UInt8]) -> [UInt8] {
      start + quantization + frame + codes + components.flatMap(scan)
    }
    let picture = try Picture(bytes: file([1, 2, 3]), name: "open.jpg")
    #expect(picture.pixels.allSatisfy { $0 == 128.0 / 255 })
    #expect(picture.flaw != nil)
    #expect(try Picture(bytes: file([1, 2, 3]) + [0xFF, 0xD9], name: "good.jpg").flaw == nil)
    for components in [[1], [1, 2], [1, 2, 2], [1, 3]] as [[UInt8]] {
      let error = #expect(throws: ImageError.self) {
        try Picture(bytes: file(components), name: "cut.jpg")
      }
      #expect(error?.code == .truncated, "\(components)")
    }
  }

  /// What is wrong with a file is known when its picture is turned, too, and not of what is made of it.
  @Test func turningKeepsTheFlaw() throws {
    let bytes = try Fixture(name: "exif6.png").bytes().dropLast(12)
    let picture = try Picture(bytes: Array(bytes), name: "cut.png")
    #expect(picture.width == 2 && picture.height == 3)
    #expect(picture.flaw?.contains("ends early") == true)
  }
}
