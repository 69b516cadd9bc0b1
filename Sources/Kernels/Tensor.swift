/// A dense `[N, C, H, W]` array that owns its elements.
///
/// Tensors carry inputs, references and results across module borders. Inside a run the executor
/// lends views of one ``Arena`` instead.
public struct Tensor<Element: BinaryFloatingPoint & Sendable>: Sendable {
  public let shape: TensorShape

  /// The elements, in `[N, C, H, W]` order.
  public var elements: [Element]

  /// Wraps elements that are in `[N, C, H, W]` order already.
  ///
  /// - Precondition: There are as many elements as `shape` says.
  public init(shape: TensorShape, elements: [Element]) {
    precondition(elements.count == shape.count, "the elements do not fill the shape")
    self.shape = shape
    self.elements = elements
  }

  /// Creates a tensor that holds one value throughout.
  public init(shape: TensorShape, repeating value: Element) {
    self.shape = shape
    elements = [Element](repeating: value, count: shape.count)
  }
}
