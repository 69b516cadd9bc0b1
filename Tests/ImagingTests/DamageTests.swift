import Testing

@testable import Imaging

/// Damaged files give errors: never a crash, never half a picture.
@Suite struct DamageTests {
  /// Damage may announce a huge picture; there is no need to decode those here.
  let limits = ImageLimits(side: 2048, pixels: 1 << 20, bytes: 1 << 20)

  func refusal(_ bytes: [UInt8]) -> ImageError? {
    do throws(ImageError) {
      _ = try Picture(bytes: bytes, name: "cut", limits: limits)
      return nil
    } catch { return error }
  }

  /// What lacks a pixel is refused; what lacks only its end mark is read, and that is said.
  @Test(arguments: Fixture.readable)
  func everyTruncationIsNoticed(_ fixture: Fixture) throws {
    let bytes = try fixture.bytes()
    // A chunk of 12 bytes or a marker of 2 comes after all that the pixels take.
    let whole = bytes.count - (fixture.name.hasSuffix("png") ? 12 : 2)
    for length in 0..<whole {
      let error = refusal(Array(bytes[..<length]))
      let expected: Set<ImageError.Code> = length == 0 ? [.empty] : [.truncated, .damaged]
      #expect(error.map { expected.contains($0.code) } == true, "\(length) of \(bytes.count) bytes")
    }
    let nearlyAll = refusal(Array(bytes[..<(whole - 1)]))
    #expect(nearlyAll?.code == .truncated)
    #expect(nearlyAll?.cause.contains("ends early, after \(whole - 1) bytes") == true)
    let (samples, white) = try fixture.expectation()
    for length in whole..<bytes.count {
      let picture = try Picture(bytes: Array(bytes[..<length]), name: "cut", limits: limits)
      #expect(picture.pixels == samples.map { Double($0) / white }, "\(length) bytes")
      #expect(picture.flaw?.contains("end") == true)
    }
  }

  /// Signature, lengths, names, data and checksums: a PNG guards every byte, and so every change of
  /// one must be refused, or named if it is behind the pixels.
  @Test(arguments: Fixture.png)
  func everyChangedByteOfAPNGIsNoticed(_ fixture: Fixture) throws {
    let bytes = try fixture.bytes()
    let (samples, white) = try fixture.expectation()
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0x10
      guard let picture = try? Picture(bytes: changed, name: "changed", limits: limits) else {
        continue
      }
      #expect(index >= bytes.count - 12 && picture.flaw != nil, "byte \(index)")
      #expect(picture.pixels == samples.map { Double($0) / white })
    }
  }

  @Test func checksumErrorsAreNamed() throws {
    var bytes = try Fixture(name: "rgb8.png").bytes()
    bytes[bytes.count - 14] ^= 1  // in the checksum of the data
    let error = refusal(bytes)
    #expect(error?.code == .damaged)
    #expect(error?.cause.contains("CRC error") == true)
  }

  /// The bytes of a JPEG are not guarded, so damage may go unnoticed; but it must stay harmless.
  @Test(arguments: Fixture.all, [1, 2] as [UInt64])
  func randomDamageIsHarmless(_ fixture: Fixture, seed: UInt64) throws {
    let bytes = try fixture.bytes()
    var generator = SeededGenerator(state: seed)
    for _ in 0..<400 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        changed[Int.random(in: 0..<changed.count, using: &generator)] =
          UInt8.random(in: 0...255, using: &generator)
      }
      if let picture = try? Picture(bytes: changed, name: "changed", limits: limits) {
        #expect(picture.pixels.count == 3 * picture.width * picture.height)
        #expect(picture.pixels.allSatisfy { 0 <= $0 && $0 <= 1 })
      }
    }
  }

  /// A small file can announce scans without end, each a pass over the whole picture.
  @Test func scansWithoutEnd() throws {
    // 8×8 grey, progressive. Each scan says once more that the only DC coefficient is 0.
    let start: [UInt8] = [0xFF, 0xD8]
    let quantization = [0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 1, count: 64)
    let frame: [UInt8] = [0xFF, 0xC2, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0]
    let code = [0xFF, 0xC4, 0, 20, 0, 1] + [UInt8](repeating: 0, count: 16)
    let scan: [UInt8] = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0, 0x7F]
    let end: [UInt8] = [0xFF, 0xD9]
    func file(scans: Int) -> [UInt8] {
      let repeated = [[UInt8]](repeating: scan, count: scans).flatMap { $0 }
      return start + quantization + frame + code + repeated + end
    }
    let picture = try Picture(bytes: file(scans: 500), name: "scans.jpg")
    #expect(picture.pixels.allSatisfy { $0 == 128.0 / 255 })
    let error = refusal(file(scans: 501))
    #expect(error?.code == .unsupported)
    #expect(error?.cause.contains("more than 500 scans") == true)
  }
}
