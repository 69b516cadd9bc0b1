/// Which absolute and relative tolerances a tensor passes, kept in a few numbers.
///
/// `|ŷ − y| ≤ atol + rtol · |y|` holds for all elements, whatever the two tolerances are, if it holds
/// for the corners of the upper hull of the points (|y|, |ŷ − y|): the tolerances are a line that must
/// not pass below a point, and a line that rises with |y| passes below no point if it passes below no
/// corner. So a verdict can be given again for other tolerances without the tensor.
public struct ToleranceFrontier: Hashable, Sendable, Codable {
  /// One element's size and error.
  public struct Point: Hashable, Sendable, Codable {
    /// `|y|`: the size of the expected value.
    public var magnitude: Double

    /// `|ŷ − y|`.
    public var error: Double

    public init(magnitude: Double, error: Double) {
      self.magnitude = magnitude
      self.error = error
    }
  }

  /// The corners, by ascending magnitude and error.
  public private(set) var points: [Point] = []

  public init(points: [Point] = []) {
    self.points = points.sorted { $0.magnitude < $1.magnitude }
  }

  /// Whether every element is within the tolerances.
  ///
  /// A tolerance that is not a number allows nothing.
  public func isWithin(atol: Double, rtol: Double) -> Bool {
    points.allSatisfy { $0.error <= atol + rtol * $0.magnitude }
  }

  /// The smallest absolute tolerance that would pass beside a relative one.
  public func leastAbsolute(rtol: Double = 0) -> Double {
    points.reduce(0) { max($0, $1.error - rtol * $1.magnitude) }
  }

  /// The smallest relative tolerance that would pass alone; infinite if an element that should be 0 is
  /// not.
  public var leastRelative: Double {
    points.reduce(0) { max($0, $1.magnitude > 0 ? $1.error / $1.magnitude : .infinity) }
  }

  /// The smallest number that would pass as both tolerances.
  public var leastOfBoth: Double {
    points.reduce(0) { max($0, $1.error / (1 + $1.magnitude)) }
  }

  /// Collects points; cheap for those that no tolerance depends on, which are nearly all.
  struct Builder {
    /// By the exponent of the magnitude: the largest error of all smaller exponents.
    private var largestBelow = [Double](repeating: -1, count: 258)

    /// Points that no other one makes superfluous, by ascending magnitude and error.
    private var points: [Point] = []

    @inline(__always)
    mutating func add(magnitude: Double, error: Double) {
      guard error > 0 else { return }
      let exponent = Int(Float(magnitude).exponentBitPattern)
      guard error > largestBelow[exponent] else { return }
      insert(Point(magnitude: magnitude, error: error), exponent)
    }

    private mutating func insert(_ point: Point, _ exponent: Int) {
      let place = points.firstIndex { $0.magnitude > point.magnitude } ?? points.count
      // The one before is the largest error of those that are no larger.
      if place > 0, points[place - 1].error >= point.error { return }
      var end = place
      while end < points.count, points[end].error <= point.error { end += 1 }
      var start = place
      if start > 0, points[start - 1].magnitude == point.magnitude { start -= 1 }
      points.replaceSubrange(start..<end, with: [point])
      for above in (exponent + 1)..<largestBelow.count where largestBelow[above] < point.error {
        largestBelow[above] = point.error
      }
    }

    /// The corners of the upper hull.
    func frontier() -> ToleranceFrontier {
      var hull: [Point] = []
      for point in points {
        while hull.count >= 2 {
          let (a, b) = (hull[hull.count - 2], hull[hull.count - 1])
          let rise = (b.error - a.error) * (point.magnitude - a.magnitude)
          guard rise <= (point.error - a.error) * (b.magnitude - a.magnitude) else { break }
          hull.removeLast()
        }
        hull.append(point)
      }
      return ToleranceFrontier(points: hull)
    }
  }
}
