import Kernels

/// Where a pooling's windows lie for one input size.
struct PoolingGeometry: Sendable {
  let attributes: PoolingAttributes
  let input: TensorShape
  let output: TensorShape

  /// - Throws: ``GraphError`` if there is no output, or a window without elements.
  init(_ attributes: PoolingAttributes, input: TensorShape, node: String) throws(GraphError) {
    self.attributes = attributes
    self.input = input
    guard !attributes.isGlobal else {
      output = TensorShape(batch: input.batch, channels: input.channels)
      return
    }
    if let size = attributes.adaptiveOutput {
      let limit = 1 << 24
      guard (1...limit).contains(size.height), (1...limit).contains(size.width),
        attributes.reduction == .average
      else {
        throw GraphError(
          .unsupportedAttribute, node: node,
          "adaptive pooling of maps to \(size.height)×\(size.width)")
      }
      output = TensorShape(
        batch: input.batch, channels: input.channels, height: size.height, width: size.width)
      return
    }
    let size = (
      attributes.kernel, attributes.stride, attributes.padding
    )
    let height = try Self.outputExtent(
      input.height, size.0.height, size.1.height, size.2.height, attributes.convention, node)
    let width = try Self.outputExtent(
      input.width, size.0.width, size.1.width, size.2.width, attributes.convention, node)
    output = TensorShape(
      batch: input.batch, channels: input.channels, height: height, width: width)
  }

  private static func outputExtent(
    _ input: Int, _ kernel: Int, _ stride: Int, _ padding: Int,
    _ convention: PoolingAttributes.Convention, _ node: String
  ) throws(GraphError) -> Int {
    let limit = 1 << 24
    guard (1...limit).contains(kernel), (1...limit).contains(stride),
      (0..<kernel).contains(padding)
    else {
      throw GraphError(
        .unsupportedAttribute, node: node,
        "a pooling window of \(kernel) with stride \(stride) and padding \(padding)")
    }
    let room = input + 2 * padding - kernel
    guard room >= 0 else {
      throw GraphError(
        .sizeTooSmall, node: node, "a window of \(kernel) does not fit in \(input) + 2·\(padding)")
    }
    let output =
      switch convention {
      case .valid: room / stride + 1
      case .full: (room + stride - 1) / stride + 1
      }
    guard (output - 1) * stride - padding < input else {
      throw GraphError(
        .sizeTooSmall, node: node, "its last window lies wholly in the padding of \(input)")
    }
    return output
  }

  /// One window, clipped to the input, and the number that an average divides by.
  struct Window {
    var rows: Range<Int>
    var columns: Range<Int>
    var divisor: Int
  }

  func window(_ y: Int, _ x: Int) -> Window {
    guard !attributes.isGlobal else {
      return Window(
        rows: 0..<input.height, columns: 0..<input.width, divisor: input.planeCount)
    }
    if let size = attributes.adaptiveOutput {
      let rows = Self.share(y, of: size.height, input.height)
      let columns = Self.share(x, of: size.width, input.width)
      return Window(rows: rows, columns: columns, divisor: rows.count * columns.count)
    }
    let (rows, paddedRows) = Self.extent(
      y, input.height, attributes.kernel.height, attributes.stride.height,
      attributes.padding.height)
    let (columns, paddedColumns) = Self.extent(
      x, input.width, attributes.kernel.width, attributes.stride.width, attributes.padding.width)
    return Window(
      rows: rows, columns: columns,
      divisor: attributes.countsPadding
        ? paddedRows * paddedColumns : rows.count * columns.count)
  }

  /// The elements along one axis that one of `count` adaptive windows covers.
  private static func share(_ index: Int, of count: Int, _ input: Int) -> Range<Int> {
    (index * input / count)..<(((index + 1) * input + count - 1) / count)
  }

  /// The elements of one window along one axis, and their number with those in the padding.
  private static func extent(
    _ index: Int, _ input: Int, _ kernel: Int, _ stride: Int, _ padding: Int
  ) -> (Range<Int>, Int) {
    let begin = index * stride - padding
    let end = min(begin + kernel, input + padding)
    return (max(0, begin)..<min(end, input), end - begin)
  }
}
