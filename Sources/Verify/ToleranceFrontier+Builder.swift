extension ToleranceFrontier {
  /// Collects points; cheap for those that affect no tolerance, nearly all.
  ///
  /// The points that are kept give the verdict of all elements, to the last bit. `atol + rtol · m` is
  /// rounded twice, each time by at most u = 2⁻⁵³ of its size, so two corners that pass put their chord
  /// at most 2u above what the tolerances are worth there, and a point between them passes for certain
  /// only if it lies more than 4u below the chord; computing the chord takes five more roundings.
  /// ``slack`` is 64u.
  ///
  /// The origin counts as a corner, since no tolerance is negative.
  struct Builder {
    /// With more corners than these, first those on a line with others are dropped, whose verdict is then
    /// right to 14 digits, and if that is not enough, magnitudes are rounded down to 1/16 of their power
    /// of two, which makes the points stricter by as much.
    ///
    /// Only errors that are a smooth function of the expected value give so many: those of a lost
    /// output lie on a line.
    static let mostCorners = 1024

    private static let slack = 0x1p-47

    /// Points, in any order, that may be corners.
    private var points: [Point] = []

    /// How many points are collected before those that are not corners are dropped.
    private var capacity = 256

    /// By the exponent of the magnitude: up to here an error is not a corner.
    private var thresholds = [Double](repeating: 0, count: Self.binCount)

    @inline(__always)
    mutating func add(magnitude: Double, error: Double) {
      guard error > thresholds[Self.bin(magnitude)] else { return }
      points.append(Point(magnitude: magnitude, error: error))
      if points.count >= capacity { compact() }
    }

    /// The corners of all points.
    consuming func frontier() -> ToleranceFrontier {
      compact()
      return ToleranceFrontier(points: points)
    }

    private mutating func compact() {
      points = Self.corners(points, slack: Self.slack)
      if points.count > Self.mostCorners { points = Self.corners(points, slack: 0) }
      if points.count > Self.mostCorners {
        points = Self.corners(
          points.map { Point(magnitude: Self.coarse($0.magnitude), error: $0.error) },
          slack: 0)
      }
      capacity = max(256, 2 * points.count)
      raiseThresholds()
    }

    /// The points that no tolerance can pass without passing a dropped one, too.
    private static func corners(_ points: [Point], slack: Double) -> [Point] {
      let sorted = points.sorted { a, b in
        a.magnitude == b.magnitude ? a.error > b.error : a.magnitude < b.magnitude
      }
      var hull: [Point] = []
      var largest = 0.0
      for point in sorted where point.error > largest {
        // An error that is no larger than that of a smaller magnitude requires nothing more.
        largest = point.error
        while let last = hull.last {
          let before = hull.dropLast().last ?? Point(magnitude: 0, error: 0)
          let chord = height(at: last.magnitude, between: before, point)
          guard last.error <= chord * (1 - slack), chord > 0x1p-1000 else { break }
          hull.removeLast()
        }
        hull.append(point)
      }
      return hull
    }

    /// The height of a chord; it subtracts no rounded numbers.
    private static func height(at magnitude: Double, between a: Point, _ b: Point) -> Double {
      let share = (magnitude - a.magnitude) / (b.magnitude - a.magnitude)
      return a.error + (b.error - a.error) * share
    }

    /// A magnitude with only four of its fractional bits.
    private static func coarse(_ magnitude: Double) -> Double {
      Double(bitPattern: magnitude.bitPattern & ~(1 << 48 - 1))
    }

    /// Takes the height of the hull where each exponent begins, below which no point of it counts.
    private mutating func raiseThresholds() {
      thresholds[0] = points.first.map { $0.magnitude == 0 ? $0.error : 0 } ?? 0
      var next = 0
      for bin in 1..<Self.binCount {
        let edge = Double(sign: .plus, exponent: bin + Self.leastExponent, significand: 1)
        while next < points.count, points[next].magnitude <= edge { next += 1 }
        let before = next > 0 ? points[next - 1] : Point(magnitude: 0, error: 0)
        let height =
          next < points.count ? Self.height(at: edge, between: before, points[next]) : before.error
        thresholds[bin] = height > 0x1p-1000 ? height * (1 - Self.slack) : 0
      }
    }

    /// From the smallest to the largest exponent of a 32-bit float; numbers outside share the first and
    /// the last.
    private static let binCount = 280
    private static let leastExponent = -150

    @inline(__always)
    private static func bin(_ magnitude: Double) -> Int {
      let exponent = Int(magnitude.exponentBitPattern) - 1023
      return min(max(exponent - leastExponent, 0), binCount - 1)
    }
  }
}
