/// The inner loops of one instruction set.
///
/// Pointers may have any alignment. What each loop computes is documented where it is written, in
/// `Sources/MicrokernelsBaseline`; V stands for ``laneCount`` there.
@safe
public struct MicrokernelTable: Sendable {
  public typealias Input = UnsafePointer<Float>
  public typealias Output = UnsafeMutablePointer<Float>

  /// The floats that one register holds, and the width of the blocks that blocked loops work on.
  public let laneCount: Int

  /// The pixels of a full register tile of ``multiply``.
  let tilePixels: Int

  // MARK: - Planes: any number of elements; the output may be one of the inputs

  /// `y[i] = scale · x[i] + shift`, then `max(0, y[i])` if `relu`; the product may be fused with the
  /// sum.
  public typealias ScaleShift =
    @Sendable (
      _ count: Int, _ x: Input, _ scale: Float, _ shift: Float, _ relu: Bool, _ y: Output
    ) -> Void

  /// `y[i] = a[i] + b[i]`, then `max(0, y[i])` if `relu`.
  public typealias Add =
    @Sendable (_ count: Int, _ a: Input, _ b: Input, _ relu: Bool, _ y: Output) -> Void

  /// `y[i] = max(a[i], b[i])`; NaN in either gives NaN.
  public typealias Maximum =
    @Sendable (_ count: Int, _ a: Input, _ b: Input, _ y: Output) -> Void

  public let scaleShift: ScaleShift
  public let add: Add
  public let maximum: Maximum

  // MARK: - Blocked maps

  typealias PadBlock =
    @Sendable (
      _ rows: Int, _ before: Int, _ pixels: Int, _ after: Int, _ x: Input, _ xStride: Int,
      _ y: Output, _ yStride: Int
    ) -> Void
  typealias GatherBlock =
    @Sendable (_ count: Int, _ x: Input, _ stride: Int, _ lanes: Int, _ y: Output) -> Void
  public typealias ScaleShiftBlocks =
    @Sendable (
      _ blocks: Int, _ pixels: Int, _ x: Input, _ xStride: Int, _ scale: Input, _ shift: Input,
      _ relu: Bool, _ y: Output, _ yStride: Int
    ) -> Void
  typealias AverageBlock =
    @Sendable (
      _ windows: Int, _ height: Int, _ width: Int, _ x: Input, _ rowStride: Int, _ scale: Input,
      _ shift: Input, _ relu: Bool, _ y: Output
    ) -> Void
  public typealias PoolBlock =
    @Sendable (
      _ windows: Int, _ stride: Int, _ taps: Int, _ x: Input, _ offsets: UnsafePointer<Int>,
      _ divisor: Float, _ y: Output
    ) -> Void

  let padBlock: PadBlock
  let gatherBlock: GatherBlock

  /// Scale and shift of consecutive pixels in several blocks, each lane with its own factors.
  public let scaleShiftBlocks: ScaleShiftBlocks
  let averageBlock: AverageBlock

  /// The largest or the average element of each of several consecutive windows in one block.
  public let poolBlock: PoolBlock

  // MARK: - Sums of products

  typealias Multiply =
    @Sendable (
      _ pixels: Int, _ terms: Int, _ x: Input, _ offsets: UnsafePointer<Int>, _ w: Input,
      _ next: Input, _ accumulates: Bool, _ bias: Input, _ relu: Bool, _ y: Output,
      _ yVectorStride: Int
    ) -> Void
  typealias MultiplyLanes =
    @Sendable (
      _ pixels: Int, _ terms: Int, _ x: Input, _ offsets: UnsafePointer<Int>, _ w: Input,
      _ accumulates: Bool, _ bias: Input, _ relu: Bool, _ y: Output
    ) -> Void

  let multiply: Multiply
  let multiplyLanes: MultiplyLanes

  // MARK: - The roof

  typealias MultiplyAddRounds = @Sendable (_ rounds: Int) -> Float

  let multiplyAddRounds: MultiplyAddRounds

  typealias ReadElements = @Sendable (_ count: Int, _ x: Input) -> Float

  let readElements: ReadElements

  // MARK: - The reference

  typealias AddProducts =
    @Sendable (
      _ rows: Int, _ terms: Int, _ w: Input, _ wStride: Int, _ x: UnsafePointer<Double>,
      _ y: UnsafeMutablePointer<Double>
    ) -> Void

  let addProducts: AddProducts

  // MARK: - Winograd transforms

  typealias WinogradInput =
    @Sendable (
      _ tiles: Int, _ x: Input, _ rowStride: Int, _ y: Output, _ yStride: Int
    ) -> Void
  typealias WinogradOutput =
    @Sendable (
      _ tiles: Int, _ x: Input, _ xStride: Int, _ bias: Input, _ relu: Bool, _ y: Output,
      _ yRowStride: Int
    ) -> Void

  let winograd2Input: WinogradInput
  let winograd2Output: WinogradOutput
  let winograd4Input: WinogradInput
  let winograd4Output: WinogradOutput
}
