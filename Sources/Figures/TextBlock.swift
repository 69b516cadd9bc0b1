import CPangoCairo

/// A text that has been set, for the thread of its ``Typesetter``.
@safe final class TextBlock {
  private let layout: OpaquePointer

  /// The pixels that the lines take, rounded up.
  let width: Int
  let height: Int

  /// Whether the end of the text was cut off.
  let isEllipsized: Bool

  /// The number of lines.
  let lineCount: Int

  /// Takes ownership of a layout, and breaks its text into lines if need be.
  init(adopting layout: OpaquePointer, width: Int, lines: Int, isCentered: Bool) {
    unsafe self.layout = layout
    var extents = unsafe Self.extents(of: layout)
    if extents.width > width {
      unsafe pango_layout_set_width(layout, Int32(clamping: width * Int(CPANGO_SCALE)))
      unsafe pango_layout_set_wrap(layout, CPANGO_WRAP_WORD_CHAR)
      unsafe pango_layout_set_ellipsize(layout, CPANGO_ELLIPSIZE_END)
      unsafe pango_layout_set_height(layout, -Int32(clamping: lines))
      if isCentered { unsafe pango_layout_set_alignment(layout, CPANGO_ALIGN_CENTER) }
      unsafe extents = Self.extents(of: layout)
      // The place of centred lines depends on the width.
      self.width = isCentered ? width : min(extents.width, width)
    } else {
      self.width = extents.width
    }
    height = extents.height
    isEllipsized = unsafe pango_layout_is_ellipsized(layout) != 0
    lineCount = unsafe Int(pango_layout_get_line_count(layout))
  }

  deinit { unsafe g_object_unref(UnsafeMutableRawPointer(layout)) }

  /// Draws with the top left at a cairo context's current point.
  func show(on context: OpaquePointer) {
    unsafe pango_cairo_show_layout(context, layout)
  }

  private static func extents(of layout: OpaquePointer) -> (width: Int, height: Int) {
    var (width, height): (Int32, Int32) = (0, 0)
    unsafe pango_layout_get_size(layout, &width, &height)
    func pixels(_ units: Int32) -> Int { (Int(units) + Int(CPANGO_SCALE) - 1) / Int(CPANGO_SCALE) }
    return (pixels(width), pixels(height))
  }
}
