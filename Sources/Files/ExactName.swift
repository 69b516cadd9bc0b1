/// A name that is compared by its bytes.
///
/// Swift takes two strings as equal if they look alike: `é` as one scalar equals `e` followed by an accent,
/// in `==`, in a set and as a key. Files, layers, weights and datasets are named by bytes, and two that
/// look alike are two. Wherever a name decides which thing is meant, this is the key.
public struct ExactName: Hashable, Comparable, Sendable {
  public let text: String

  public init(_ text: String) { self.text = text }

  public static func == (one: ExactName, other: ExactName) -> Bool {
    one.text.hasSameBytes(as: other.text)
  }

  /// In the order of the bytes, which depends on no locale.
  public static func < (one: ExactName, other: ExactName) -> Bool {
    one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    // Ends the name, so that "a", "b" is not "ab".
    hasher.combine(0xFF as UInt8)
  }
}

extension ExactName: ExpressibleByStringLiteral, CustomStringConvertible {
  public init(stringLiteral text: String) { self.init(text) }
  public var description: String { text }
}

extension StringProtocol {
  /// Whether two texts are the same bytes; `==` also equates composed and decomposed letters.
  public func hasSameBytes(as other: some StringProtocol) -> Bool {
    utf8.elementsEqual(other.utf8)
  }
}

extension Dictionary where Key == ExactName {
  /// The value of a name.
  public subscript(name: String) -> Value? {
    get { self[ExactName(name)] }
    set { self[ExactName(name)] = newValue }
  }
}

extension Set where Element == ExactName {
  public init(names: some Sequence<String>) { self.init(names.lazy.map { ExactName($0) }) }

  public func contains(_ name: String) -> Bool { contains(ExactName(name)) }

  /// Adds a name.
  ///
  /// - Returns: Whether it is new.
  @discardableResult
  public mutating func insert(_ name: String) -> Bool { insert(ExactName(name)).inserted }

  public mutating func formUnion(_ names: some Sequence<String>) {
    for name in names { insert(name) }
  }
}
