/// How a backend's arithmetic departs from summing the products in order.
///
/// A backend states its algorithm, never a tolerance: the error that each algorithm may make is
/// derived from it elsewhere.
public enum Algorithm: Hashable, Sendable {
  /// The products are summed in a wider type and rounded once.
  case direct

  /// The products are summed in 32-bit floats, in any order, with or without fused multiply-adds.
  case reassociated

  /// Minimal filtering with tiles of so many results a side, by the ``WinogradTransform`` of that size.
  case winograd(tile: Int)
}

extension Algorithm: CustomStringConvertible {
  public var description: String {
    switch self {
    case .direct: "direct"
    case .reassociated: "reassociated"
    case .winograd(let tile): "winograd F(\(tile)×\(tile))"
    }
  }
}
