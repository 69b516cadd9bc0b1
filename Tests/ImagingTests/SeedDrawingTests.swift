import Foundation
import Testing

@testable import Imaging

/// The drawing of the original, step by step, against R and against numpy.
///
/// `tools/seed_drawing.py` wrote the values: facts about what R 4.2.2 made of five maps at full size,
/// and small maps and pictures that it computed itself after it had agreed with R.
@Suite struct SeedDrawingTests {
  struct File: Decodable {
    var palette: String
    var r: [RMap]
    var small: [Small]
  }

  /// A map and what R made of it.
  struct RMap: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var map: [[Double]]
    var width: Int
    var height: Int

    /// Of all values, as they lie in memory.
    var resized: String

    /// The pixel, and its value.
    var blurred: [[Double]]

    /// Of all colours' places; 0 where ``ties`` leave it open.
    var indices: String

    /// The pixels where 255·v is a half but for rounding.
    var ties: [Int]

    var testDescription: String { name }
    var plane: Plane { Plane(width: map[0].count, height: map.count, values: map.flatMap(\.self)) }
  }

  /// A map and a picture of (37·i mod 101) / 101.
  struct Small: Decodable, Sendable, CustomTestStringConvertible {
    var rows: Int
    var columns: Int
    var pictureRows: Int
    var pictureColumns: Int
    var width: Int
    var height: Int
    var resized: String
    var blurred: [Double]
    var indices: String
    var input: String
    var grey: [Double]
    var overlay: String

    var testDescription: String { "\(columns)×\(rows) at \(width)×\(height)" }
    var plane: Plane {
      Plane(width: columns, height: rows, values: ramp(rows * columns).map { $0 * 9 - 4 })
    }
    var picture: Picture {
      let samples = ramp(3 * pictureRows * pictureColumns)
        .map { UInt8(($0 * 255).rounded(.toNearestOrEven)) }
      return Picture(width: pictureColumns, height: pictureRows, samples: .bytes(samples))
    }
  }

  static let file: File? = try? JSONDecoder().decode(
    File.self,
    from: Data(contentsOf: Fixture.directory.appendingPathComponent("seed-drawing.json")))
  static let maps = file?.r ?? []
  static let small = file?.small ?? []

  /// How far a sum of 49 products may be from R's, which blurs by FFT.
  private let tolerance = 1e-14

  @Test func everythingIsThere() {
    #expect(Self.maps.map(\.name) == ["square", "12x7", "7x10", "corner", "ramp"])
    #expect(Self.maps.map(\.ties.count) == [0, 0, 0, 0, 78])
    #expect(Self.small.count == 2)
  }

  @Test func palette() throws {
    let colors = Palette.seed.colors.flatMap { [$0.red, $0.green, $0.blue] }
    #expect(hexadecimal(colors) == (try #require(Self.file).palette))
  }

  @Test(arguments: maps)
  func stretchingAndResizingHaveRsBits(_ map: RMap) throws {
    let large = try #require(map.plane.normalized()).resized(width: map.width, height: map.height)
    #expect(hash(large.values.map(\.bitPattern)) == map.resized)
  }

  @Test(arguments: maps)
  func blurIsRs(_ map: RMap) throws {
    let heat = try #require(map.plane.heat(width: map.width, height: map.height)).values
    try #require(map.blurred.count > 10)
    for fact in map.blurred {
      #expect(abs(heat[Int(fact[0])] - fact[1]) <= tolerance, "pixel \(fact[0])")
    }
  }

  @Test(arguments: maps)
  func everyColorIsRs(_ map: RMap) throws {
    let heat = try #require(map.plane.heat(width: map.width, height: map.height)).values
    var indices = heat.map(Palette.index)
    for tie in map.ties {
      let scaled = 255 * heat[tie]
      #expect(abs(abs(scaled - scaled.rounded()) - 0.5) < 1e-9)
      indices[tie] = 0
    }
    #expect(hash(indices) == map.indices)
  }

  /// R divides by zero and has no colour; here there is nothing to draw, and it is said so.
  @Test func flatMap() {
    let map = Plane(width: 7, height: 7, values: [Double](repeating: 2.718281828459045, count: 49))
    #expect(map.heat(width: 224, height: 224) == nil)
    let picture = Picture(width: 2, height: 1, pixels: [0, 0, 0, 1, 1, 1])
    #expect(picture.overlay(of: map).isEmpty)
  }

  @Test(arguments: small)
  func heat(_ small: Small) throws {
    let large = try #require(small.plane.normalized())
      .resized(width: small.width, height: small.height)
    #expect(hash(large.values.map(\.bitPattern)) == small.resized)
    let heat = try #require(small.plane.heat(width: small.width, height: small.height)).values
    #expect(largestDifference(heat, small.blurred) <= tolerance)
    #expect(hexadecimal(heat.map(Palette.index)) == small.indices)
  }

  @Test(arguments: small)
  func input(_ small: Small) {
    let resized = small.picture.resized(width: small.width, height: small.height)
    #expect(hash(resized.networkInput(scale: 256).map(\.bitPattern)) == small.input)
    #expect(largestDifference(resized.luma.values, small.grey) <= tolerance)
  }

  @Test(arguments: small)
  func overlay(_ small: Small) {
    let resized = small.picture.resized(width: small.width, height: small.height)
    #expect(hexadecimal(resized.overlay(of: small.plane).image.pixels) == small.overlay)
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  /// FNV-1a of the bytes, least significant first.
  private func hash<Word: FixedWidthInteger>(_ words: [Word]) -> String {
    var result: UInt64 = 0xCBF2_9CE4_8422_2325
    for word in words {
      for shift in stride(from: 0, to: Word.bitWidth, by: 8) {
        result ^= UInt64(truncatingIfNeeded: word >> shift) & 0xFF
        result &*= 0x100_0000_01B3
      }
    }
    return String(repeating: "0", count: result.leadingZeroBitCount / 4)
      + (result == 0 ? "" : String(result, radix: 16))
  }
}
