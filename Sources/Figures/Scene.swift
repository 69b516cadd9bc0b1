import Imaging

/// The items to draw and their places, in pixels; the same for every format.
///
/// Layouts make scenes and put scenes into scenes; ``Canvas`` draws them.
struct Scene {
  enum Item {
    /// A rectangle of one colour.
    case fill(RGB)

    /// A line of one pixel inside of the edges.
    case frame(RGB)

    /// An image that fills the rectangle, each of its pixels a rectangle of one colour.
    case image(RGBImage)

    /// A text in black, from the rectangle's top left; the part outside the rectangle is cut off.
    case text(TextBlock)
  }

  private(set) var width: Int
  private(set) var height: Int

  /// The items in the order in which they are drawn.
  private(set) var items: [(item: Item, place: Rectangle)] = []

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  mutating func draw(_ item: Item, in place: Rectangle) {
    items.append((item, place))
  }

  /// Draws a text with its top left at a point.
  mutating func draw(_ text: TextBlock, x: Int, y: Int) {
    draw(.text(text), in: Rectangle(x: x, y: y, width: text.width, height: text.height))
  }

  mutating func draw(_ scene: Scene, x: Int, y: Int) {
    for (item, place) in scene.items { draw(item, in: place.offset(x: x, y: y)) }
  }
}
