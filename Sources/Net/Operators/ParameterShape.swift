import Kernels

/// The shape that a parameter must have, as far as it is known.
struct ParameterShape: Hashable, Sendable {
  enum Side: Hashable, Sendable {
    case exactly(Int)

    /// Any number from 1 on.
    case any

    /// The number of elements of the node's first parameter, which is a vector.
    case likeFirst
  }

  var sides: [Side]

  /// Whether the last side may be written as several whose product it is.
  var isFlattened = false

  init(_ sides: Side..., isFlattened: Bool = false) {
    self.sides = sides
    self.isFlattened = isFlattened
  }

  /// A vector of a number of elements.
  static func vector(_ count: Int) -> ParameterShape { ParameterShape(.exactly(count)) }

  /// Whether a shape matches.
  ///
  /// - Parameters:
  ///   - found: The shape.
  ///   - first: The elements of the node's first parameter.
  /// - Returns: Whether it matches.
  func matches(_ found: [Int], first: Int) -> Bool {
    var found = found
    if isFlattened, found.count > sides.count {
      var product = 1
      for side in found[(sides.count - 1)...] {
        guard side >= 1 else { return false }
        let (value, overflow) = product.multipliedReportingOverflow(by: side)
        guard !overflow else { return false }
        product = value
      }
      found = Array(found[..<(sides.count - 1)]) + [product]
    }
    return found.count == sides.count
      && zip(found, sides).allSatisfy { size, side in
        switch side {
        case .exactly(let count): size == count
        case .any: size >= 1
        case .likeFirst: size == first
        }
      }
  }

  /// Such as `[4, any, 3, 3]`.
  func text(first: Int) -> String {
    let words = sides.map { side in
      switch side {
      case .exactly(let count): "\(count)"
      case .any: "any"
      case .likeFirst: "\(first)"
      }
    }
    return "[\(words.joined(separator: ", "))]"
  }
}

extension Node {
  /// Checks the shapes of this node's parameters.
  ///
  /// - Parameters:
  ///   - parameters: All of the network's.
  ///   - input: The shape of the first input; nil if it is not known yet, in which case what follows from
  ///     it is not checked.
  /// - Throws: ``GraphError`` if one is missing or has another shape.
  func check(_ parameters: Parameters, on input: TensorShape?) throws(GraphError) {
    var first = 0
    for (name, expected) in zip(self.parameters, operation.definition.parameterShapes(on: input)) {
      guard let found = parameters[name] else { throw .missing(name, of: self) }
      if name == self.parameters.first { first = found.count }
      guard expected.matches(found.shape, first: first) else {
        throw GraphError(
          .wrongShape, node: self.name,
          "its \(name) has the shape \(found.shape), not \(expected.text(first: first))")
      }
    }
  }
}
