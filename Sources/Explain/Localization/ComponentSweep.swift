/// The connected components of a set of pixels that grows.
///
/// Lowering a threshold adds pixels and takes none away, so the components at all thresholds come
/// from one pass: a pixel joins the components that it touches, which union-find merges. Each
/// component carries its bounding box and its number of pixels, and the largest is known at any
/// time. All of it takes O(n α(n)) for n pixels, however many thresholds there are, and 4 bytes per pixel
/// besides the components, of which a smooth map has few.
struct ComponentSweep {
  struct Component: Hashable {
    /// The pixels.
    var count: Int

    /// The number of the first pixel, row by row.
    var first: Int
    var columns: Range<Int>
    var rows: Range<Int>

    /// Whether the component has more pixels, or as many and an earlier first one.
    func isLarger(than other: Component) -> Bool {
      count != other.count ? count > other.count : first < other.first
    }

    mutating func add(_ other: Component) {
      count += other.count
      first = min(first, other.first)
      columns = columns.hull(other.columns)
      rows = rows.hull(other.rows)
    }
  }

  private let width: Int
  private let connectivity: LocalizationSettings.Connectivity

  /// The component that each pixel joined, or -1; with a border of one pixel all around, which is
  /// never joined, so that no neighbour is outside.
  private var joined: [Int32]

  /// The component that each one was merged into, or itself.
  private var parents: [Int32] = []
  private var components: [Component] = []

  /// Those that were not merged into another when they were last listed, and all since.
  private var roots: [Int32] = []

  /// The largest component.
  private var best: Int?

  /// - Precondition: There are fewer than 2³¹ pixels with the border.
  init(width: Int, height: Int, connectivity: LocalizationSettings.Connectivity) {
    let count = (width + 2) * (height + 2)
    precondition(count <= Int(Int32.max), "pixels are counted in 32 bits")
    self.width = width
    self.connectivity = connectivity
    joined = [Int32](repeating: -1, count: count)
  }

  /// The component with the most pixels; of several, the one whose first pixel comes first.
  var largest: Component? { best.map { components[$0] } }

  /// Calls `body` with each component, in no particular order.
  mutating func forEachComponent(_ body: (Component) -> Void) {
    roots.removeAll { parents[Int($0)] != $0 }
    for root in roots { body(components[Int(root)]) }
  }

  /// Adds a pixel that was not in the set.
  mutating func insert(_ pixel: Int) {
    let (row, column) = pixel.quotientAndRemainder(dividingBy: width)
    let stride = width + 2
    let place = (row + 1) * stride + column + 1
    var own: Int?
    func visit(_ neighbor: Int, _ sweep: inout ComponentSweep) {
      guard sweep.joined[neighbor] >= 0 else { return }
      let root = sweep.root(of: Int(sweep.joined[neighbor]))
      own = own.map { sweep.merge($0, root) } ?? root
    }
    visit(place - stride, &self)
    visit(place - 1, &self)
    visit(place + 1, &self)
    visit(place + stride, &self)
    if connectivity == .eight {
      visit(place - stride - 1, &self)
      visit(place - stride + 1, &self)
      visit(place + stride - 1, &self)
      visit(place + stride + 1, &self)
    }
    let single = Component(
      count: 1, first: pixel, columns: column..<column + 1, rows: row..<row + 1)
    let index = own ?? components.count
    if own != nil {
      components[index].add(single)
    } else {
      components.append(single)
      parents.append(Int32(index))
      roots.append(Int32(index))
    }
    joined[place] = Int32(index)
    // Components only grow, so the largest is the previous one or the one that grew.
    let previous = best.map { root(of: $0) } ?? index
    best = components[index].isLarger(than: components[previous]) ? index : previous
  }

  private mutating func root(of component: Int) -> Int {
    var component = component
    while Int(parents[component]) != component {
      parents[component] = parents[Int(parents[component])]
      component = Int(parents[component])
    }
    return component
  }

  /// Merges two roots, the one with fewer pixels into the other.
  private mutating func merge(_ a: Int, _ b: Int) -> Int {
    guard a != b else { return a }
    let (large, small) = components[a].count >= components[b].count ? (a, b) : (b, a)
    components[large].add(components[small])
    parents[small] = Int32(large)
    return large
  }
}

extension Range<Int> {
  /// The smallest range that has both in it.
  fileprivate func hull(_ other: Range<Int>) -> Range<Int> {
    Swift.min(lowerBound, other.lowerBound)..<Swift.max(upperBound, other.upperBound)
  }
}
