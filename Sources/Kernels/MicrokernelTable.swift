/// The inner loops of one instruction set.
///
/// Each takes element counts of any size and pointers of any alignment. The output may be one of
/// the inputs.
@safe
public struct MicrokernelTable: Sendable {
  /// `y[i] = scale · x[i] + shift`, then `max(0, y[i])` if `relu`; the product may be fused with the
  /// sum.
  public typealias ScaleShift =
    @Sendable (
      _ count: Int, _ x: UnsafePointer<Float>, _ scale: Float, _ shift: Float, _ relu: Bool,
      _ y: UnsafeMutablePointer<Float>
    ) -> Void

  /// `y[i] = a[i] + b[i]`, then `max(0, y[i])` if `relu`.
  public typealias Add =
    @Sendable (
      _ count: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ relu: Bool,
      _ y: UnsafeMutablePointer<Float>
    ) -> Void

  /// `y[i] = max(a[i], b[i])`; NaN in either gives NaN.
  public typealias Maximum =
    @Sendable (
      _ count: Int, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
      _ y: UnsafeMutablePointer<Float>
    ) -> Void

  public let scaleShift: ScaleShift
  public let add: Add
  public let maximum: Maximum

  init(scaleShift: @escaping ScaleShift, add: @escaping Add, maximum: @escaping Maximum) {
    unsafe self.scaleShift = unsafe scaleShift
    unsafe self.add = unsafe add
    unsafe self.maximum = unsafe maximum
  }
}
