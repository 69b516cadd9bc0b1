import Kernels
import TestSupport
import Testing

@Suite("Layouts") struct LayoutTests {
  static let shapes = [
    TensorShape(batch: 2, channels: 1, height: 3, width: 5),
    TensorShape(batch: 1, channels: 7, height: 2, width: 2),
    TensorShape(batch: 3, channels: 8, height: 1, width: 1),
    TensorShape(batch: 2, channels: 17, height: 4, width: 3),
    TensorShape(batch: 1, channels: 33, height: 1, width: 7),
  ]
  static let layouts: [Layout] = [.planar, .blocked(1), .blocked(4), .blocked(8), .blocked(16)]

  @Test(
    "take room for whole blocks",
    arguments: [
      (Layout.planar, 1, 1), (.planar, 17, 17), (.blocked(4), 1, 4), (.blocked(4), 4, 4),
      (.blocked(4), 5, 8), (.blocked(8), 17, 24), (.blocked(16), 16, 16), (.blocked(16), 33, 48),
    ])
  func storedChannels(layout: Layout, channels: Int, stored: Int) {
    #expect(layout.storedChannels(channels) == stored)
    let shape = TensorShape(batch: 5, channels: channels, height: 3, width: 7)
    // One image, whatever the batch.
    #expect(layout.imageCount(of: shape) == stored * 21)
  }

  @Test("are called what they are") func names() {
    #expect(Layout.planar.blockWidth == 1 && Layout.blocked(8).blockWidth == 8)
    #expect("\(Layout.planar), \(Layout.blocked(16))" == "planar, blocked by 16")
  }

  /// The place of an element, by the definition of the layout.
  static func place(
    _ layout: Layout, _ shape: TensorShape, image: Int, channel: Int, pixel: Int, batchStride: Int
  ) -> Int {
    switch layout {
    case .planar:
      image * batchStride + channel * shape.height * shape.width + pixel
    case .blocked(let width):
      image * batchStride
        + ((channel / width) * shape.height * shape.width + pixel) * width + channel % width
    }
  }

  @Test("are where views look for them", arguments: layouts, shapes)
  func addresses(layout: Layout, shape: TensorShape) throws {
    let stride = layout.imageCount(of: shape) + 5
    var memory = [Float](repeating: 0, count: stride * shape.batch)
    try memory.withUnsafeMutableBufferPointer { buffer in
      let base = try #require(buffer.baseAddress)
      let view = MutableFeatureView(
        base: base, shape: shape, layout: layout, batchStride: stride)
      let reading = FeatureView(view)
      // Blocks of one channel are planes.
      let expected: Layout = layout.blockWidth == 1 ? .planar : layout
      #expect(reading.layout == expected && reading.shape == shape)
      for image in 0..<shape.batch {
        for channel in 0..<shape.channels {
          let first = Self.place(
            layout, shape, image: image, channel: channel, pixel: 0, batchStride: stride)
          #expect(view.plane(image, channel) - base == first)
          #expect(reading.plane(image, channel) == UnsafePointer(view.plane(image, channel)))
        }
      }
    }
  }

  @Test("are copied into each other and back", arguments: layouts, shapes)
  func roundTrip(layout: Layout, shape: TensorShape) throws {
    for other in Self.layouts {
      var generator = SeededGenerator(seed: 4)
      let (first, second) = (layout.imageCount(of: shape) + 3, other.imageCount(of: shape))
      var source = generator.floats(first * shape.batch)
      let original = source
      // Spare lanes become zeros, here and in the way back; what lies between two images stays as it is.
      var target = [Float](repeating: 77, count: second * shape.batch)
      var places: Set<Int> = []
      try source.withUnsafeMutableBufferPointer { source in
        try target.withUnsafeMutableBufferPointer { target in
          let from = MutableFeatureView(
            base: try #require(source.baseAddress), shape: shape, layout: layout,
            batchStride: first)
          let to = MutableFeatureView(
            base: try #require(target.baseAddress), shape: shape, layout: other,
            batchStride: second)
          var written: Set<Int> = []
          for image in 0..<shape.batch {
            Reorder.copy(
              FeatureView(from), to: to, image: image, channels: 0..<shape.channels)
            for channel in 0..<shape.channels {
              for pixel in 0..<shape.planeCount {
                let read = Self.place(
                  layout, shape, image: image, channel: channel, pixel: pixel, batchStride: first)
                let write = Self.place(
                  other, shape, image: image, channel: channel, pixel: pixel, batchStride: second)
                #expect(target[write] == original[read])
                source[read] = 0
                places.insert(read)
                written.insert(write)
              }
            }
          }
          #expect(target.indices.allSatisfy { written.contains($0) || target[$0] == 0 })
          for image in 0..<shape.batch {
            Reorder.copy(
              FeatureView(to), to: from, image: image, channels: 0..<shape.channels)
          }
        }
      }
      for index in source.indices where source[index] != original[index] {
        let isSpare = index % first < first - 3 && !places.contains(index)
        #expect(source[index] == 0 && isSpare, "\(layout) by \(other)")
      }
    }
  }

  @Test("are copied by some channels only") func someChannels() throws {
    let shape = TensorShape(channels: 6, height: 1, width: 2)
    let source = (0..<12).map { Float($0) }
    var target = [Float](repeating: -1, count: 16)
    try source.withUnsafeBufferPointer { source in
      try target.withUnsafeMutableBufferPointer { target in
        Reorder.copy(
          FeatureView(base: try #require(source.baseAddress), shape: shape, batchStride: 12),
          to: MutableFeatureView(
            base: try #require(target.baseAddress), shape: shape, layout: .blocked(4),
            batchStride: 16), image: 0, channels: 3..<5)
      }
    }
    // Channel 3 in the last lane of the first block, channel 4 in the first of the second.
    #expect(target == [-1, -1, -1, 6, -1, -1, -1, 7, 8, -1, -1, -1, 9, -1, -1, -1])
  }
}
