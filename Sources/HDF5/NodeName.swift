/// Names of groups, datasets and attributes.
enum NodeName {
  /// Why a name cannot be that of a group or dataset, or nil if it can.
  ///
  /// The library takes a name for a path: `a/b` would reach into, or silently create, a group `a`.
  static func objection(to name: String) -> String? {
    if name.contains("/") { return "a name must not contain a slash" }
    if name == "." || name == ".." { return "a name must not be \(name)" }
    return attributeObjection(to: name)
  }

  /// Why a name cannot be that of an attribute, or nil if it can.
  static func attributeObjection(to name: String) -> String? {
    if name.isEmpty { return "a name must not be empty" }
    if name.utf8.contains(0) { return "a name must not contain a zero byte" }
    return nil
  }
}

/// Names that a C callback gathers, within limits.
struct NameCollector {
  /// Far above what golden files hold, far below what fills the memory.
  static let limit = 1 << 20

  private(set) var names: [String] = []
  private(set) var objection: String?

  /// Adds a name.
  ///
  /// - Returns: Whether to continue.
  mutating func add(_ name: String?) -> Bool {
    if name == nil { objection = "a name is not UTF-8" }
    if names.count == Self.limit { objection = "there are more than \(Self.limit) names" }
    guard let name, objection == nil else { return false }
    names.append(name)
    return true
  }

  /// The names in the order of their bytes, which depends neither on the file's index nor on locale.
  var sorted: [String] {
    names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
