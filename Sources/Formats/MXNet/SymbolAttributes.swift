import Kernels
import Net

/// The attributes of one operator of a symbol file: strings, parsed as by MXNet.
///
/// Present values are read strictly; missing ones get MXNet's default. Attributes that are not read
/// are ignored, because training leaves many (`lr_mult`, `workspace`, `__init__`, ...).
struct SymbolAttributes {
  /// The largest kernel side, stride, dilation or padding: far beyond any network, and small enough
  /// that sums and products of two cannot overflow.
  static let largestSide = 1 << 20

  /// The largest number of channels: what MXNet's 32-bit fields hold.
  static let largestCount = Int(Int32.max)

  /// The node's name, for errors.
  let node: String
  let values: [String: String]

  /// A count such as `num_filter`, from 1 on; without a default it is required.
  func count(_ key: String, default fallback: Int? = nil) throws(GraphError) -> Int {
    guard let text = values[key] else {
      guard let fallback else { throw error(key, "is missing") }
      return fallback
    }
    guard let value = integer(text), (1...Self.largestCount).contains(value) else {
      throw error(key, "is not a count from 1 to \(Self.largestCount)")
    }
    return value
  }

  /// A number such as an axis.
  func integer(_ key: String, default fallback: Int) throws(GraphError) -> Int {
    guard let text = values[key] else { return fallback }
    guard let value = integer(text) else { throw error(key, "is not an integer") }
    return value
  }

  /// A finite number; without a default it is required.
  func number(_ key: String, default fallback: Double? = nil) throws(GraphError) -> Double {
    guard let text = values[key] else {
      guard let fallback else { throw error(key, "is missing") }
      return fallback
    }
    guard let value = Double(text), value.isFinite else { throw error(key, "is not a number") }
    return value
  }

  /// A truth value, which MXNet's bindings write as `True`, `true` or `1`.
  func flag(_ key: String, default fallback: Bool) throws(GraphError) -> Bool {
    switch values[key]?.lowercased() {
    case nil: return fallback
    case "true", "1": return true
    case "false", "0": return false
    default: throw error(key, "is neither true nor false")
    }
  }

  /// A tuple of a height and a width, such as `(3, 3)`, `[3,3]` or Python 2's `(3L, 3L)`.
  ///
  /// MXNet writes a default as an empty tuple. Without a default the size is required.
  func size(
    _ key: String, default fallback: Size? = nil, minimum: Int = 1
  ) throws(GraphError) -> Size {
    guard let text = values[key] else {
      guard let fallback else { throw error(key, "is missing") }
      return fallback
    }
    guard let sides = tuple(text) else { throw error(key, "is not a tuple of integers") }
    if sides.isEmpty, let fallback { return fallback }
    guard sides.count == 2 else {
      throw error(key, "has \(sides.count) sides; only two-dimensional operators are supported")
    }
    guard sides.allSatisfy({ (minimum...Self.largestSide).contains($0) }) else {
      throw error(key, "leaves the range from \(minimum) to \(Self.largestSide)")
    }
    return Size(height: sides[0], width: sides[1])
  }

  /// Sides of 1 or more, as a tuple or as one number; none where the attribute is missing, `None` or
  /// an empty tuple.
  func sides(_ key: String) throws(GraphError) -> [Int] {
    guard let text = text(key) else { return [] }
    guard let sides = tuple(text) ?? integer(text).map({ [$0] }) else {
      throw error(key, "is neither an integer nor a tuple of some")
    }
    guard sides.allSatisfy({ (1...Self.largestSide).contains($0) }) else {
      throw error(key, "leaves the range from 1 to \(Self.largestSide)")
    }
    return sides
  }

  /// The value of an attribute, or nil where it is missing or Python's `None`.
  func text(_ key: String) -> String? { values[key].flatMap { $0 == "None" ? nil : $0 } }

  /// Refuses every value of an attribute except those with which densecam computes the operator.
  func require(_ key: String, _ accepted: String...) throws(GraphError) {
    guard let value = text(key), !accepted.contains(value) else { return }
    throw error(key, "is not supported")
  }

  func error(_ key: String, _ cause: String) -> GraphError {
    let value = values[key].map { "=\"\($0)\"" } ?? ""
    return GraphError(.unsupportedAttribute, node: node, "the attribute \(key)\(value) \(cause)")
  }

  /// An integer, perhaps a Python 2 long with its `L`.
  private func integer(_ text: some StringProtocol) -> Int? {
    text.last == "L" ? Int(text.dropLast()) : Int(text)
  }

  private func tuple(_ text: String) -> [Int]? {
    guard
      let open = text.first, let close = text.dropFirst().last,
      (open, close) == ("(", ")") || (open, close) == ("[", "]")
    else { return nil }
    var fields = text.dropFirst().dropLast()
      .split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.trimming(" ") }
    // Python ends a tuple of one with a comma; "()" splits into one empty field.
    if fields.last == "" { fields.removeLast() }
    var sides: [Int] = []
    for field in fields {
      guard let side = integer(field) else { return nil }
      sides.append(side)
    }
    return sides
  }
}

extension Substring {
  /// The text without a character at both of its ends.
  fileprivate func trimming(_ character: Character) -> Substring {
    let head = drop { $0 == character }
    guard let last = head.lastIndex(where: { $0 != character }) else { return "" }
    return head[...last]
  }
}
