/// The absolute and relative tolerances that a tensor passes, in a few numbers.
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

  /// Whether every element is within the tolerances, which are 0 or more.
  ///
  /// A tolerance that is not a number allows nothing.
  public func isWithin(atol: Double, rtol: Double) -> Bool {
    guard !atol.isNaN, !rtol.isNaN else { return false }
    return points.allSatisfy { $0.error <= atol + rtol * $0.magnitude }
  }

  /// The smallest absolute tolerance that would pass with a relative one.
  public func leastAbsolute(rtol: Double = 0) -> Double {
    Self.least { isWithin(atol: $0, rtol: rtol) }
  }

  /// The smallest relative tolerance that would pass alone; infinite if an element that should be 0 is
  /// not.
  public var leastRelative: Double { Self.least { isWithin(atol: 0, rtol: $0) } }

  /// The smallest number that would pass as both tolerances.
  public var leastOfBoth: Double { Self.least { isWithin(atol: $0, rtol: $0) } }

  /// The smallest number that passes a test which all greater ones pass, too; infinite if none does.
  ///
  /// A quotient such as error/magnitude would be rounded, and may not pass itself. The bits of
  /// numbers from 0 are in the order of the numbers, so 63 halvings find it.
  private static func least(_ passes: (Double) -> Bool) -> Double {
    guard !passes(0) else { return 0 }
    guard passes(.greatestFiniteMagnitude) else { return .infinity }
    var fails: UInt64 = 0
    var holds = Double.greatestFiniteMagnitude.bitPattern
    while holds - fails > 1 {
      let middle = fails + (holds - fails) / 2
      if passes(Double(bitPattern: middle)) { holds = middle } else { fails = middle }
    }
    return Double(bitPattern: holds)
  }
}
