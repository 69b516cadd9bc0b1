import Foundation
import Testing

@testable import Imaging

/// A picture of `Fixtures`, made by `make_fixtures.py`.
struct Fixture: CustomTestStringConvertible, Sendable {
  let name: String

  static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  /// Pictures whose samples are known.
  static let readable = [
    "grey1.png", "grey2.png", "grey4.png", "grey8.png", "grey16.png", "grey1-interlaced.png",
    "palette1.png", "palette2.png", "palette4.png", "palette8.png", "palette4-transparent.png",
    "rgb8.png", "rgb8-interlaced.png", "rgb16.png", "rgb16-interlaced.png", "rgb8-transparent.png",
    "rgb8-chunks.png", "rgba8.png", "rgba16.png", "greyalpha8.png", "greyalpha16.png",
    "ycc444.jpg", "ycc422.jpg", "ycc420.jpg", "progressive.jpg", "grey.jpg", "rgb.jpg",
    "restarts.jpg",
  ].map(Fixture.init)
  /// Pictures on their side or in the mirror, 3×2 pixels as stored, one for each Exif orientation.
  static let turned = (1...8).map { Fixture(name: "exif\($0).png") }

  /// Pictures of files that hold more than they need.
  static let flawed = ["byte", "rows", "window"].map { Fixture(name: "flaw-\($0).png") }
  static let all = readable + [Fixture(name: "cmyk.jpg")]
  static let png = all.filter { $0.name.hasSuffix("png") }
  static let jpeg = all.filter { $0.name.hasSuffix("jpg") }

  var path: String { Self.directory.appendingPathComponent(name).path }
  var testDescription: String { name }
  func bytes() throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

  /// The samples that must be read, and the value of white.
  func expectation() throws -> (samples: [UInt16], white: Double) {
    let stem = name.split(separator: ".")[0]
    let url = Self.directory.appendingPathComponent("\(stem).samples")
    let bytes = [UInt8](try Data(contentsOf: url))
    let white = Double(bitPattern: bytes[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
    let samples = stride(from: 8, to: bytes.count, by: 2).map {
      UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
    }
    return (samples, white)
  }
}

/// Runs a test in a directory of its own.
func withTemporaryDirectory(_ body: (_ path: String) throws -> Void) throws {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: url) }
  try body(url.path)
}

/// SplitMix64: a small generator whose numbers depend on nothing but the seed.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var word = state
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}

/// The values that the reference script uses: (37·i mod 101) / 101.
func ramp(_ count: Int) -> [Double] { (0..<count).map { Double($0 * 37 % 101) / 101 } }

/// The largest difference; NaN if one of the values is, or if the counts differ.
func largestDifference(_ values: [Double], _ expected: [Double]) -> Double {
  guard values.count == expected.count else { return .nan }
  return zip(values, expected).reduce(0) { largest, pair in
    let difference = abs(pair.0 - pair.1)
    return difference <= largest ? largest : difference
  }
}
