/// Weights that several prepared convolutions may share, in an array or in memory that another
/// object keeps alive, such as a mapped file.
@safe
public final class WeightBuffer: @unchecked Sendable {
  private let owner: AnyObject?
  private let base: UnsafeBufferPointer<Float>

  /// Copies an array's elements into a buffer of its own.
  public init(_ elements: [Float]) {
    let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: max(1, elements.count))
    _ = unsafe copy.initialize(fromContentsOf: elements)
    unsafe base = UnsafeBufferPointer(rebasing: copy[..<elements.count])
    owner = nil
  }

  /// Lends memory that stays valid and unchanged as long as `owner` lives.
  @unsafe
  public init(_ elements: UnsafeBufferPointer<Float>, keptAliveBy owner: AnyObject) {
    unsafe base = unsafe elements
    self.owner = owner
  }

  deinit {
    if owner == nil { unsafe base.deallocate() }
  }

  public var count: Int { unsafe base.count }

  /// Lends the elements.
  public func withElements<Result, Failure: Error>(
    _ body: (Span<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try unsafe body(Span(_unsafeElements: base))
  }

  /// The first element, valid as long as the buffer lives.
  @unsafe
  package var pointer: UnsafePointer<Float> {
    // A buffer of no elements is never read.
    unsafe base.baseAddress ?? UnsafePointer(bitPattern: 16).unsafelyUnwrapped
  }
}
