import Kernels

extension PreparedStep {
  /// Where a value is in memory, and the shape in which a step sees it.
  struct View: Hashable, Sendable {
    /// Where the first element is in the arena, in bytes.
    private(set) var offset: Int
    private(set) var shape: TensorShape
    private(set) var layout: Layout

    /// The format of the elements.
    let precision: Precision

    /// The distance between two images, in bytes.
    let imageStride: Int

    /// Where the channels lie, from the offset on.
    private(set) var map: ChannelMap

    init(_ location: MemoryPlan.Location, _ shape: TensorShape) {
      offset = location.offset
      self.shape = shape
      layout = location.layout
      precision = location.precision
      imageStride = location.imageStride
      // A value seen in another shape is planar.
      map =
        location.map.count == shape.channels ? location.map : ChannelMap(compact: shape.channels)
    }

    /// The same memory in another shape with as many elements.
    func reshaped(to shape: TensorShape) -> View {
      var view = self
      view.shape = shape
      view.map = ChannelMap(compact: shape.channels)
      return view
    }

    /// The same memory with the spare lanes between the channels as channels.
    var whole: View {
      var shape = shape
      shape.channels = map.placeCount
      return reshaped(to: shape)
    }

    /// The same memory as planes, if that is wanted and they are of one pixel each.
    func asWanted(_ wanted: Layout) -> View {
      var view = self
      if shape.planeCount == 1, wanted == .planar { view.layout = .planar }
      return view
    }

    /// Some channels that are side by side.
    ///
    /// - Throws: ``GraphError`` if they do not, or do not begin where a block does.
    func part(_ channels: Range<Int>) throws(GraphError) -> View {
      guard channels != 0..<shape.channels || !map.isCompact else { return self }
      // One pixel's channels are consecutive in every layout.
      let view = asWanted(.planar)
      let place = map.place(of: channels.lowerBound)
      guard
        channels.isEmpty || map.place(of: channels.upperBound - 1) == place + channels.count - 1,
        place % view.layout.blockWidth == 0
      else {
        throw GraphError(
          .brokenPlan, node: nil, "channels \(channels) do not lie where a block begins")
      }
      return view.part(at: place, count: channels.count)
    }

    private func part(at place: Int, count: Int) -> View {
      var view = self
      view.offset += place * planeByteCount
      view.shape.channels = count
      view.map = ChannelMap(compact: count)
      return view
    }

    /// The parts that are side by side, with their channels.
    var parts: [(channels: Range<Int>, view: View)] {
      map.runs.map { ($0.channels, part(at: $0.place, count: $0.count)) }
    }

    private var planeByteCount: Int { shape.planeCount * precision.byteCount }

    /// The bytes of each image: what may be written there, the spare lanes of blocks included.
    var extents: [Range<Int>] {
      let count = layout.imageCount(of: whole.shape) * precision.byteCount
      return (0..<shape.batch).map { image in
        let start = offset + image * imageStride
        return start..<(start + count)
      }
    }

    /// The copies that move the value into another one with the same layout.
    ///
    /// - Parameters:
    ///   - target: The other value.
    ///   - channel: The first channel there.
    /// - Returns: One copy per part.
    /// - Throws: ``GraphError`` if a part does not fit where it has to go.
    func copies(to target: View, at channel: Int) throws(GraphError) -> [Copy] {
      var copies: [Copy] = []
      for (channels, part) in parts {
        let place = (channel + channels.lowerBound)..<(channel + channels.upperBound)
        copies.append(Copy(part, try target.part(place)))
      }
      return copies
    }
  }

  /// Elements that are copied.
  struct Copy: Sendable {
    let source: View
    let target: View

    /// Only for values of one pixel may the layouts differ, and then one can be seen in the other's.
    init(_ source: View, _ target: View) {
      self.source = source.asWanted(target.layout)
      self.target = target.asWanted(source.layout)
    }
  }
}
