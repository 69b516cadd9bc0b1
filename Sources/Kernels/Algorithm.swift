/// How a backend's arithmetic departs from summing the products in order.
///
/// A backend states its algorithm, never a tolerance: the error that each algorithm may make is
/// derived from it elsewhere.
public enum Algorithm: Hashable, Sendable {
  /// The products are summed in a wider type and rounded once.
  case direct

  /// The products are summed in 32-bit floats, in any order, with or without fused multiply-adds.
  case reassociated

  /// Minimal filtering in tiles.
  case winograd(WinogradTransform)

  /// The products are of operands that were rounded to so many bits of precision, and summed as
  /// ``reassociated``.
  case reduced(bits: Int)
}

extension Algorithm {
  /// The bits that operands of a ``reduced(bits:)`` algorithm may have.
  package static let reducedBits = 8...23
}

extension Algorithm: CustomStringConvertible {
  public var description: String {
    switch self {
    case .direct: "direct"
    case .reassociated: "reassociated"
    case .winograd(let transform): "\(transform)"
    case .reduced(let bits): "reassociated, of \(bits)-bit operands"
    }
  }
}
