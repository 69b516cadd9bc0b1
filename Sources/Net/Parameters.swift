package import Files
import Kernels

/// One named array of weights.
public struct Parameter: Sendable {
  /// The sides, as stored: `[O, I, kH, kW]` for a convolution, `[C]` for a bias.
  public let shape: [Int]
  let storage: Storage

  enum Storage: Sendable {
    case array([Float])
    /// `count` 32-bit floats at a byte offset of a mapped file, a multiple of four.
    case mapped(MappedFile, offset: Int)
  }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Wraps elements in memory.
  ///
  /// - Precondition: There are as many elements as `shape` says.
  public init(shape: [Int], elements: [Float]) {
    precondition(elements.count == shape.reduce(1, *), "the elements do not fill the shape")
    self.shape = shape
    storage = .array(elements)
  }

  /// Wraps 32-bit little-endian floats of a mapped file, which are not read before they are used.
  ///
  /// - Precondition: The range is in the file and `offset` is a multiple of four.
  package init(shape: [Int], mapped file: MappedFile, offset: Int) {
    precondition(offset % 4 == 0 && offset >= 0, "the elements are not aligned")
    precondition(
      offset + shape.reduce(1, *) * 4 <= file.count, "the elements lie outside of the file")
    self.shape = shape
    storage = .mapped(file, offset: offset)
  }

  /// Lends the elements without copying them.
  public func withElements<Result, Failure: Error>(
    _ body: (Span<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch storage {
    case .array(let elements):
      return try body(elements.span)
    case .mapped(let file, let offset):
      return try unsafe body(Span(_unsafeElements: file.floats(at: offset, count: count)))
    }
  }

  /// The elements in the form that backends take, not copied if mapped.
  var buffer: WeightBuffer {
    switch storage {
    case .array(let elements): WeightBuffer(elements)
    case .mapped(let file, let offset):
      unsafe WeightBuffer(file.floats(at: offset, count: count), keptAliveBy: file)
    }
  }

  /// A copy of the elements.
  public var elements: [Float] {
    switch storage {
    case .array(let elements): elements
    case .mapped(let file, let offset): unsafe [Float](file.floats(at: offset, count: count))
    }
  }
}

/// The weights of a network by name.
public struct Parameters: Sendable {
  private var entries: [String: Parameter] = [:]

  /// The names in the order in which they were added.
  public private(set) var names: [String] = []

  public init() {}

  public subscript(name: String) -> Parameter? { entries[name] }

  /// Adds a parameter.
  ///
  /// - Returns: Whether the name was free; if it was not, nothing changes.
  @discardableResult
  public mutating func add(_ name: String, _ parameter: Parameter) -> Bool {
    guard entries[name] == nil else { return false }
    entries[name] = parameter
    names.append(name)
    return true
  }

  /// Replaces or adds a parameter.
  public mutating func set(_ name: String, _ parameter: Parameter) {
    if entries.updateValue(parameter, forKey: name) == nil { names.append(name) }
  }

  /// The memory that the elements take as 32-bit floats, in bytes.
  public var byteCount: Int { entries.values.reduce(0) { $0 + $1.count * 4 } }

  /// Lets the system drop file pages that have been read, so that weights which a plan has packed
  /// are not held in memory twice.
  ///
  /// They are read again from the file when needed.
  public func dropResidentPages() {
    var seen: Set<ObjectIdentifier> = []
    for entry in entries.values {
      guard case .mapped(let file, _) = entry.storage else { continue }
      if seen.insert(ObjectIdentifier(file)).inserted { file.dropResidentPages() }
    }
  }
}
