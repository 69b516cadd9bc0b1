import Foundation
import HDF5
import Testing

@testable import Imaging

private let goldenFolder = ProcessInfo.processInfo.environment["DENSECAM_R_GOLDENS"]

/// How far values may be from R's, which blurs by FFT.
private let tolerance = 1e-12

/// The steps from a map to coloured pixels, against R 4.2.2 with EBImage 4.45.1.
///
/// The files are large and not part of the package: `DENSECAM_R_GOLDENS` names the folder with
/// `render_golden_R.h5` and `render_golden_R_cases.h5`.
@Suite(.enabled(if: goldenFolder != nil, "set DENSECAM_R_GOLDENS to the goldens' folder"))
struct RGoldenTests {
  static func file(_ name: String) throws -> HDF5.File {
    try File(reading: try #require(goldenFolder) + "/" + name)
  }

  @Test func palette() throws {
    let expected = try Self.file("render_golden_R.h5").root.dataset("palette_rgb").readDoubles()
    let colors = Palette.seed.colors.flatMap { [$0.red, $0.green, $0.blue] }
    #expect(colors.map(Double.init) == expected)
  }

  @Test func syntheticMap() throws {
    let root = try Self.file("render_golden_R.h5").root
    let steps = try Steps(
      map: root.dataset("cam7"), normalized: root.dataset("cam7"),
      resized: root.dataset("resized224"), blurred: root.dataset("smoothed224"),
      index: root.dataset("index1_256"))
    try steps.check("cam7")
  }

  @Test(arguments: ["12x7", "7x10", "corner", "ramp"])
  func maps(_ name: String) throws {
    let group = try Self.file("render_golden_R_cases.h5").root.group("cam").group(name)
    let steps = try Steps(
      map: group.dataset("cam_raw"), normalized: group.dataset("normalised"),
      resized: group.dataset("resized"), blurred: group.dataset("smoothed"),
      index: group.dataset("index1_256"))
    let ties = try steps.check(name)
    #expect(ties == (name == "ramp" ? 78 : 0))

    // The colours of the picture's pixels, where no tie decides.
    let colors = try group.dataset("palette_rgb").readDoubles()
    var wrong = 0
    for (pixel, value) in steps.heat.values.enumerated() where !Steps.isTie(steps.blurred[pixel]) {
      let color = Palette.seed[value]
      let expected = colors[3 * pixel..<3 * pixel + 3]
      if ![color.red, color.green, color.blue].map(Double.init).elementsEqual(expected) {
        wrong += 1
      }
    }
    #expect(wrong == 0)
  }

  /// R divides by zero and has no colour; here there is nothing to draw, and it is said so.
  @Test func flatMap() throws {
    let group = try Self.file("render_golden_R_cases.h5").root.group("cam").group("flat")
    #expect(try group.dataset("smoothed").readDoubles().allSatisfy(\.isNaN))
    let map = try Plane(group.dataset("cam_raw"))
    #expect(map.heat(width: 224, height: 224) == nil)
    let picture = Picture(width: 2, height: 1, pixels: [0, 0, 0, 1, 1, 1])
    #expect(picture.overlay(of: map).isEmpty)
  }

  /// From stored pixels, so that no JPEG decoder comes between; and from the file, through ours.
  @Test(arguments: ["3.jpg", "informal image.jpg"], [false, true])
  func networkInput(_ name: String, _ decodes: Bool) throws {
    let group = try Self.file("render_golden_R_cases.h5").root.group("picture").group(name)
    let pixels = try group.dataset("pixels")
    let stored = Picture(
      width: pixels.shape[1], height: pixels.shape[0],
      samples: .bytes(try pixels.readDoubles().map { UInt8($0) }))
    var picture = stored
    if decodes {
      picture = try Picture(contentsOf: try #require(goldenFolder) + "/" + name)
      #expect(RGBImage(picture) == RGBImage(stored))
    }
    let input = try group.dataset("input")
    let resized = picture.resized(width: input.shape[3], height: input.shape[2])
    #expect(resized.networkInput(scale: 256) == (try input.readFloats()))
    let grey = try group.dataset("gray").readDoubles()
    let difference = largestDifference(resized.luma.values, grey)
    #expect(difference <= tolerance)
    print("\(name): the input is the same bit for bit, grey differs by \(difference)")
  }
}

/// What R computed from one map, and what is computed here.
private struct Steps {
  let map: Plane
  let normalized: [Double]
  let resized: [Double]
  let blurred: [Double]
  let index: [Double]
  let heat: Plane
  private let width: Int
  private let height: Int

  init(
    map: Dataset, normalized: Dataset, resized: Dataset, blurred: Dataset, index: Dataset
  ) throws {
    self.map = try Plane(map)
    self.normalized = try normalized.readDoubles()
    self.resized = try resized.readDoubles()
    self.blurred = try blurred.readDoubles()
    self.index = try index.readDoubles()
    (height, width) = (blurred.shape[0], blurred.shape[1])
    heat = try #require(self.map.heat(width: width, height: height))
  }

  /// Compares every step; returns the number of pixels on a tie.
  @discardableResult
  func check(_ name: String) throws -> Int {
    let stretched = try #require(map.normalized())
    let enlarged = stretched.resized(width: width, height: height)
    let differences = [
      largestDifference(stretched.values, normalized),
      largestDifference(enlarged.values, resized),
      largestDifference(heat.values, blurred),
    ]
    #expect(differences.allSatisfy { $0 <= tolerance }, "\(name): \(differences)")

    var ties = 0
    var stepped = 0
    var wrong = 0
    for (pixel, value) in heat.values.enumerated() {
      let difference = abs(Double(Palette.index(of: value)) + 1 - index[pixel])
      let isTie = Self.isTie(blurred[pixel])
      if isTie { ties += 1 }
      if difference > 0 { stepped += 1 }
      if difference > (isTie ? 1 : 0) { wrong += 1 }
    }
    #expect(wrong == 0, "\(name)")
    print(
      "\(name): normalised, resized and blurred differ by \(differences); \(ties) of",
      "\(heat.values.count) pixels on a tie, \(stepped) of them one colour apart")
    return ties
  }

  /// Whether rounding noise decides about the colour.
  static func isTie(_ value: Double) -> Bool {
    let scaled = 255 * value
    return abs(scaled - scaled.rounded(.down) - 0.5) < 1e-9
  }
}

extension Plane {
  /// A map of two dimensions.
  fileprivate init(_ dataset: Dataset) throws {
    self.init(
      width: dataset.shape[1], height: dataset.shape[0], values: try dataset.readDoubles())
  }
}

/// The largest difference; NaN if one of the values is, or if the counts differ.
private func largestDifference(_ values: [Double], _ expected: [Double]) -> Double {
  guard values.count == expected.count else { return .nan }
  return zip(values, expected).reduce(0) { largest, pair in
    let difference = abs(pair.0 - pair.1)
    return difference <= largest ? largest : difference
  }
}
