import CPangoCairo
import Imaging

/// Draws scenes on a surface, the same way on every kind.
@safe final class Canvas {
  private let context: OpaquePointer

  // Cairo may write to it for as long as there is a context.
  private let surface: Surface

  /// Draws on a surface; a pixel is `unit` long in its unit.
  init(on surface: Surface, unit: Double = 1) throws(FigureError) {
    guard let context = unsafe cairo_create(surface.pointer) else {
      throw .drawing("out of memory")
    }
    unsafe self.context = context
    self.surface = surface
    unsafe cairo_scale(context, unit, unit)
    try check()
  }

  deinit { unsafe cairo_destroy(context) }

  private func check() throws(FigureError) { try checkDrawing(unsafe cairo_status(context)) }

  /// Draws all of a scene on white.
  func draw(_ scene: Scene) throws(FigureError) {
    let page = Rectangle(x: 0, y: 0, width: scene.width, height: scene.height)
    fill(page, RGB(red: 255, green: 255, blue: 255))
    for (item, place) in scene.items {
      switch item {
      case .fill(let color): fill(place, color)
      case .frame(let color): frame(place, color)
      case .image(let image): try show(image, in: place)
      case .text(let text): show(text, in: place)
      }
    }
    try check()
  }

  private func fill(_ place: Rectangle, _ color: RGB) {
    use(color)
    path(place)
    unsafe cairo_fill(context)
  }

  private func frame(_ place: Rectangle, _ color: RGB) {
    use(color)
    // The centre of the line is at the centre of the outermost pixels.
    unsafe cairo_rectangle(
      context, Double(place.x) + 0.5, Double(place.y) + 0.5, Double(place.width - 1),
      Double(place.height - 1))
    unsafe cairo_set_line_width(context, 1)
    unsafe cairo_stroke(context)
  }

  /// With the filter `NEAREST` and a whole number of pixels for each, pixels are copied unchanged.
  private func show(_ image: RGBImage, in place: Rectangle) throws(FigureError) {
    let source = try Surface(image)
    unsafe cairo_save(context)
    path(place)
    unsafe cairo_clip(context)
    unsafe cairo_translate(context, Double(place.x), Double(place.y))
    unsafe cairo_scale(
      context, Double(place.width) / Double(image.width),
      Double(place.height) / Double(image.height))
    unsafe cairo_set_source_surface(context, source.pointer, 0, 0)
    unsafe cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_NEAREST)
    unsafe cairo_paint(context)
    unsafe cairo_restore(context)
  }

  private func show(_ text: TextBlock, in place: Rectangle) {
    unsafe cairo_save(context)
    path(place)
    unsafe cairo_clip(context)
    use(RGB(red: 0, green: 0, blue: 0))
    unsafe cairo_move_to(context, Double(place.x), Double(place.y))
    unsafe text.show(on: context)
    unsafe cairo_restore(context)
  }

  private func path(_ place: Rectangle) {
    unsafe cairo_rectangle(
      context, Double(place.x), Double(place.y), Double(place.width), Double(place.height))
  }

  private func use(_ color: RGB) {
    unsafe cairo_set_source_rgb(
      context, Double(color.red) / 255, Double(color.green) / 255, Double(color.blue) / 255)
  }
}
