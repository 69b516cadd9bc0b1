import FoundationEssentials
import Testing

@testable import Explain

@Suite struct LocalizationBoundingBoxTests {
  // With types of their own, since literals in a macro's argument take the compiler too long.
  static let pairs: [([Double], [Double], Double)] =
    [
      ([0, 0, 2, 2], [0, 0, 2, 2], 1), ([0, 0, 2, 2], [1, 0, 2, 2], 1 / 3.0),
      ([0, 0, 2, 2], [2, 0, 2, 2], 0), ([0, 0, 4, 4], [1, 1, 2, 2], 0.25),
      ([0, 0, 10, 10], [0, 0, 10, 5], 0.5), ([0.1, 0.1, 0.2, 0.2], [0.1, 0.1, 0.2, 0.2], 1),
      ([0, 0, 1, 1], [5, 5, 1, 1], 0), ([-3, 0, 4, 4], [0, 0, 1, 4], 0.25),
    ]

  @Test(arguments: pairs)
  func overlap(_ a: [Double], _ b: [Double], _ expected: Double) throws {
    #expect(try box(a).intersectionOverUnion(box(b)) == expected)
    #expect(try box(b).intersectionOverUnion(box(a)) == expected)
  }

  static let noBoxes: [[Double]] =
    [
      [0, 0, 0, 1], [0, 0, 1, 0], [0, 0, -1, 1], [.nan, 0, 1, 1], [0, .nan, 1, 1], [0, 0, .nan, 1],
      [0, 0, 1, .nan], [0, 0, .infinity, 1], [-.infinity, 0, .infinity, 1], [0, 0, 1e7, 1],
      [0, 0, 1e-200, 1e-200], [1e5, 0, 1e-300, 1],
    ]

  @Test(arguments: noBoxes)
  func refused(_ numbers: [Double]) {
    #expect(
      BoundingBox(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3]) == nil)
  }

  @Test func halfOpen() throws {
    let box = try box([1, 2, 3, 4])
    #expect(box.contains(x: 1, y: 2) && box.contains(x: 3.999, y: 5.999))
    #expect(!box.contains(x: 4, y: 3) && !box.contains(x: 2, y: 6))
    #expect(!box.contains(x: 0.999, y: 3) && !box.contains(x: 2, y: 1.999))
    #expect(!box.contains(x: .nan, y: 3))
  }

  @Test func clipping() throws {
    #expect(try box([-2, -3, 5, 7]).clipped(toWidth: 10, height: 10) == box([0, 0, 3, 4]))
    #expect(try box([8, 6, 5, 7]).clipped(toWidth: 10, height: 9) == box([8, 6, 2, 3]))
    #expect(try box([10, 0, 5, 7]).clipped(toWidth: 10, height: 10) == nil)
    #expect(try box([0, 0, 1, 1]).clipped(toWidth: 0, height: 10) == nil)
  }

  @Test func scaling() throws {
    #expect(try box([1, 2, 3, 4]).scaled(x: 2, y: 0.5) == box([2, 1, 6, 2]))
    #expect(try box([1, 2, 3, 4]).scaled(x: 0, y: 1) == nil)
    #expect(try box([1, 2, 3, 4]).scaled(x: .nan, y: 1) == nil)
  }

  /// No pair leaves [0, 1], though edges are rounded.
  @Test func overlapsOfRandomBoxes() throws {
    var generator = Seeded(seed: 7)
    func draw() throws -> BoundingBox {
      let n = (0..<4).map { _ in Double.random(in: 0..<10, using: &generator) }
      return try box([n[0], n[1], n[2] + 1e-9, n[3] + 1e-9])
    }
    for _ in 0..<2000 {
      let (a, b) = (try draw(), try draw())
      #expect((0...1).contains(a.intersectionOverUnion(b)))
      #expect(a.intersectionOverUnion(a) == 1)
    }
  }

  @Test func json() throws {
    let box = try box([1, 2.5, 3, 4])
    let data = try JSONEncoder().encode([box])
    #expect(String(decoding: data, as: UTF8.self) == "[[1,2.5,3,4]]")
    #expect(try JSONDecoder().decode([BoundingBox].self, from: data) == [box])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([BoundingBox].self, from: Data("[[1,2,0,4]]".utf8))
    }
  }
}
