import TestSupport
import Testing

@testable import Verify

/// What is kept of a tensor must give the verdict that all of its elements give, for any tolerances and
/// to the last bit.
@Suite("The tolerance frontier") struct ToleranceFrontierTests {
  typealias Point = ToleranceFrontier.Point

  static func frontier(_ points: [Point]) -> ToleranceFrontier {
    var builder = ToleranceFrontier.Builder()
    for point in points { builder.add(magnitude: point.magnitude, error: point.error) }
    return builder.frontier()
  }

  /// The comparison as everybody writes it, element by element.
  static func isWithin(_ points: [Point], _ atol: Double, _ rtol: Double) -> Bool {
    points.allSatisfy { $0.error <= atol + rtol * $0.magnitude }
  }

  /// Ways in which errors may depend on what they are errors of.
  enum Shape: String, CaseIterable {
    case independent
    case proportional
    case proportionalWithNoise
    case root
    case constant
    case lostOutput
    case fewValues
  }

  static func points(_ shape: Shape, seed: UInt64, count: Int) -> [Point] {
    var generator = SeededGenerator(seed: seed)
    func random(_ low: Double, _ high: Double) -> Double {
      Double.random(in: low...high, using: &generator)
    }
    func power() -> Double {
      let exponent = Int.random(in: -30...6, using: &generator)
      return random(1, 2) * Double(sign: .plus, exponent: exponent, significand: 1)
    }
    return (0..<count).map { i in
      let magnitude = i % 19 == 0 ? 0 : Double(Float(power()))
      let error =
        switch shape {
        case .independent: i % 7 == 0 ? 0 : power() * 1e-3
        case .proportional: magnitude * 0.1
        case .proportionalWithNoise: magnitude * random(0.0999999999, 0.1)
        case .root: magnitude.squareRoot() * 1e-4
        case .constant: 0.25
        case .lostOutput: magnitude
        case .fewValues: Double(Int.random(in: 0...3, using: &generator)) / 8
        }
      return Point(
        magnitude: shape == .fewValues
          ? Double(Int.random(in: 0...4, using: &generator)) / 4 : magnitude, error: error)
    }
  }

  /// Tolerances that are met or missed by a bit, and others.
  static func tolerances(for points: [Point], seed: UInt64) -> [(atol: Double, rtol: Double)] {
    var generator = SeededGenerator(seed: seed &+ 1)
    var pairs: [(Double, Double)] = [(0, 0), (0, 1), (1, 0), (0, 0.1), (1e-4, 0.1), (0.25, 0)]
    func near(_ value: Double) -> [Double] {
      [value.nextDown, value, value.nextUp].filter { $0 >= 0 }
    }
    for _ in 0..<60 {
      guard let point = points.randomElement(using: &generator),
        let other = points.randomElement(using: &generator)
      else { continue }
      // Through one element, at a slope of its own or that of a line to another one.
      let atol = Double.random(in: 0...1, using: &generator) * point.error
      if point.magnitude > 0 {
        pairs += near((point.error - atol) / point.magnitude).map { (atol, $0) }
        pairs += near(point.error / point.magnitude).map { (0, $0) }
      }
      let run = point.magnitude - other.magnitude
      let slope = run == 0 ? 0 : (point.error - other.error) / run
      if slope.isFinite, slope >= 0 {
        pairs += near(point.error - slope * point.magnitude).map { ($0, slope) }
      }
      pairs += near(point.error).map { ($0, 0) }
    }
    return pairs
  }

  @Test("judges as all elements do", arguments: Shape.allCases, 0..<UInt64(12))
  func property(shape: Shape, seed: UInt64) {
    let points = Self.points(shape, seed: seed, count: seed < 6 ? 40 : 700)
    let kept = Self.frontier(points)
    for (atol, rtol) in Self.tolerances(for: points, seed: seed) {
      #expect(
        kept.isWithin(atol: atol, rtol: rtol) == Self.isWithin(points, atol, rtol),
        "\(shape) seed \(seed): atol \(atol) rtol \(rtol)")
    }
  }

  @Test(
    "names the least tolerances: they pass, and one bit less does not", arguments: Shape.allCases)
  func least(shape: Shape) {
    for seed in 20..<UInt64(30) {
      // An error at 0 has no relative tolerance.
      let points = Self.points(shape, seed: seed, count: 300).filter { $0.magnitude > 0 }
      let kept = Self.frontier(points)
      func isLeast(_ value: Double, _ passes: (Double) -> Bool) -> Bool {
        passes(value) && (value == 0 || !passes(value.nextDown))
      }
      #expect(isLeast(kept.leastAbsolute()) { Self.isWithin(points, $0, 0) })
      #expect(isLeast(kept.leastAbsolute(rtol: 0.05)) { Self.isWithin(points, $0, 0.05) })
      #expect(isLeast(kept.leastRelative) { Self.isWithin(points, 0, $0) })
      #expect(isLeast(kept.leastOfBoth) { Self.isWithin(points, $0, $0) })
    }
  }

  @Test("knows that nothing is relative to 0") func zero() {
    let kept = Self.frontier([Point(magnitude: 0, error: 1e-30), Point(magnitude: 1, error: 0)])
    #expect(kept.leastRelative == .infinity)
    #expect(kept.leastAbsolute() == 1e-30)
    #expect(!kept.isWithin(atol: 0, rtol: 1e300))
    let none = Self.frontier([Point(magnitude: 0, error: 0), Point(magnitude: 3, error: 0)])
    #expect(none.points.isEmpty && none.isWithin(atol: 0, rtol: 0))
    #expect(none.leastAbsolute() == 0 && none.leastRelative == 0 && none.leastOfBoth == 0)
  }

  @Test("passes nothing by a tolerance that is no number") func notANumber() {
    for points in [[], [Point(magnitude: 1, error: 0.5)]] {
      #expect(!Self.frontier(points).isWithin(atol: .nan, rtol: 1))
      #expect(!Self.frontier(points).isWithin(atol: 1, rtol: .nan))
    }
  }

  @Test(
    "stays small and cheap whatever the errors are, and never lets pass what fails",
    arguments: Shape.allCases)
  func large(shape: Shape) {
    let points = Self.points(shape, seed: 3, count: 400_000)
    for sorted in [points, points.sorted { $0.magnitude < $1.magnitude }] {
      let kept = Self.frontier(sorted)
      #expect(kept.points.count <= ToleranceFrontier.Builder.mostCorners)
      for (atol, rtol) in Self.tolerances(for: points, seed: 5).prefix(40)
      where kept.isWithin(atol: atol, rtol: rtol) {
        // With so many points on a line, the last digits are not kept.
        let (a, r) = (atol * (1 + 1e-13), rtol * (1 + 1e-13))
        #expect(Self.isWithin(points, a, r), "atol \(atol) rtol \(rtol)")
      }
      // Nor is it much too strict: 7 percent at most.
      let atol = kept.leastAbsolute()
      #expect(Self.isWithin(points, atol, 0))
      #expect(!Self.isWithin(points, atol * 0.93, 0))
      if shape == .lostOutput {
        let nonzero = sorted.filter { $0.magnitude > 0 }
        #expect(Self.frontier(nonzero).leastRelative == 1)
      }
    }
  }
}
