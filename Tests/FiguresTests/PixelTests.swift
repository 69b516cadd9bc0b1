import Imaging
import Testing

@testable import Figures

/// What is drawn over pictures must not change the pictures.
@Suite struct PixelTests {
  /// Outside of the legend each pixel of an overlay is as Imaging made it, at every scale.
  @Test(arguments: [1, 2, 3], [(224, 224), (384, 224), (224, 320), (97, 61)])
  func overlaysAreCopied(_ scale: Int, _ size: (width: Int, height: Int)) throws {
    var figure = Figure([samplePhoto(width: size.width, height: size.height)])
    figure.scale = scale * (size.width < 100 ? 4 : 1)
    let pixels = figure.scale ?? 1
    let photo = figure.photos[0]
    let drawing = try figure.rendered()
    let legends = try figure.scene(Typesetter()).legends
    let tiles = [RGBImage(photo.picture), photo.picture.overlay(of: photo.classes[0].map).image]
    let (width, height) = (size.width * pixels, size.height * pixels)
    let columns = drawing.width / width
    for (index, tile) in tiles.enumerated() {
      let place = Rectangle(
        x: index % columns * width, y: index / columns * height, width: width, height: height)
      #expect(drawing.differences(from: tile, in: place, outside: legends) == 0)
    }
  }

  /// Pixels of a surface are read four at a time.
  @Test(arguments: 1...9)
  func anImageComesBackFromItsSurface(_ width: Int) throws {
    let image = RGBImage(
      width: width, height: 3, pixels: (0..<(9 * width)).map { UInt8($0 * 37 % 256) })
    #expect(try Surface(image).image() == image)
  }

  @Test(arguments: Figure.Style.allCases, [Palette.Name.seed, .grey])
  func everyPictureIsCopied(_ style: Figure.Style, _ name: Palette.Name) throws {
    var figure = sampleFigure(style, photos: 2, classes: 2)
    figure.palette = .named(name)
    figure.opacity = 0.3
    let drawing = try figure.rendered()
    let scene = try figure.scene(Typesetter())
    for (item, place) in scene.items {
      // The colour bar is not a picture.
      guard case .image(let image) = item, image.width > 1 else { continue }
      #expect(drawing.differences(from: image, in: place, outside: scene.legends) == 0)
    }
    let overlay = figure.photos[0].picture.overlay(
      of: figure.photos[0].classes[0].map, palette: figure.palette, opacity: 0.3)
    #expect(scene.images.contains(overlay.image))
  }

  /// gray90 with a black edge, in the lower right corner, and something written on it.
  @Test func legend() throws {
    let figure = sampleFigure(.seed)
    let drawing = try figure.rendered()
    let legend = try #require(try figure.scene(Typesetter()).legends.first)
    try #require(legend.right == drawing.width && legend.bottom == drawing.height)
    func level(_ x: Int, _ y: Int) -> ArraySlice<UInt8> {
      let start = 3 * (y * drawing.width + x)
      return drawing.pixels[start..<start + 3]
    }
    #expect(level(legend.x, legend.y) == [0, 0, 0])
    #expect(level(legend.x, legend.bottom - 1) == [0, 0, 0])
    #expect(level(legend.right - 1, legend.y) == [0, 0, 0])
    #expect(level(legend.x + 1, legend.y + 1) == [0xE5, 0xE5, 0xE5])
    let rows = legend.y + 1..<legend.bottom - 1
    let dark = rows.reduce(0) { sum, y in
      sum + (legend.x + 1..<legend.right - 1).filter { level($0, y).allSatisfy { $0 < 64 } }.count
    }
    #expect(dark > 100)
  }

  @Test func theColorBarHasThePalette() throws {
    var figure = sampleFigure(.panels)
    figure.palette = .viridis
    let bar = try #require(try figure.scene(Typesetter()).images.first { $0.width == 1 })
    let colors = Palette.viridis.colors.reversed().flatMap { [$0.red, $0.green, $0.blue] }
    #expect(bar.pixels == colors)
  }

  @Test func aFlatMapIsDrawnAsEmptyAndSaidSo() throws {
    var figure = sampleFigure(.seed)
    let plain = try figure.scene(Typesetter()).legends
    figure.photos[0].classes[0].map = Plane(
      width: 7, height: 7, values: [Double](repeating: 1, count: 49))
    #expect(figure.photos[0].classes[0].note == "flat map")
    let scene = try figure.scene(Typesetter())
    #expect(scene.images.contains(RGBImage(figure.photos[0].picture.stretchedLuma)))
    #expect(try #require(scene.legends.first).width > plain[0].width)
    figure.photos[0].classes[0].map = Plane(width: 1, height: 2, values: [1, .nan])
    #expect(figure.photos[0].classes[0].note == "map not finite")
    for style in Figure.Style.allCases {
      figure.style = style
      _ = try figure.rendered()
    }
  }
}

extension RGBImage {
  /// The number of bytes in which this is not `image`, enlarged to a place, but for some places.
  func differences(
    from image: RGBImage, in place: Rectangle, outside exceptions: [Rectangle]
  ) -> Int {
    let scale = place.width / image.width
    var count = 0
    for y in 0..<place.height {
      let row = image.pixels[(y / scale * image.width * 3)...].prefix(image.width * 3)
      let start = 3 * ((place.y + y) * width + place.x)
      var expected: [UInt8] = []
      for pixel in stride(from: row.startIndex, to: row.endIndex, by: 3) {
        for _ in 0..<scale { expected += row[pixel..<pixel + 3] }
      }
      let drawn = pixels[start..<start + expected.count]
      if drawn.elementsEqual(expected) { continue }
      for (offset, pair) in zip(drawn, expected).enumerated() where pair.0 != pair.1 {
        let point = Rectangle(x: place.x + offset / 3, y: place.y + y, width: 1, height: 1)
        if !exceptions.contains(where: { $0.contains(point) }) { count += 1 }
      }
    }
    return count
  }
}

extension Scene {
  /// The boxes of the legends.
  var legends: [Rectangle] {
    items.compactMap { item, place in
      if case .fill(Legend.background) = item { place } else { nil }
    }
  }

  var images: [RGBImage] {
    items.compactMap { item, _ in if case .image(let image) = item { image } else { nil } }
  }

  var imagePlaces: [Rectangle] {
    items.compactMap { item, place in if case .image = item { place } else { nil } }
  }

  var textPlaces: [Rectangle] {
    items.compactMap { item, place in if case .text = item { place } else { nil } }
  }
}
