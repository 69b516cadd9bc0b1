/// A height and a width, in elements.
public struct Size: Hashable, Sendable {
  public var height: Int
  public var width: Int

  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// A square.
  public init(_ side: Int) { self.init(height: side, width: side) }
}

/// The rows and columns of zeros around an input, in elements.
public struct Padding: Hashable, Sendable {
  public var top: Int
  public var left: Int
  public var bottom: Int
  public var right: Int

  public init(top: Int, left: Int, bottom: Int, right: Int) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  /// The same height above and below, and the same width left and right.
  public init(_ size: Size) {
    self.init(top: size.height, left: size.width, bottom: size.height, right: size.width)
  }

  /// The same on all four sides.
  public init(_ all: Int) { self.init(Size(all)) }
}
