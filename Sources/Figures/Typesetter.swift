import CPangoCairo

/// Turns texts into lines of glyphs.
///
/// Belongs to the thread that made it, as do its texts: Pango keeps one font map per thread, with what it
/// has read of each font. Making a typesetter is cheap except for the first of a thread.
@safe final class Typesetter {
  private let context: OpaquePointer

  /// The machine's fonts are searched once, when they are first needed.
  private static let machineFonts: Void = cpango_find_fonts()

  /// Searches for the machine's fonts if that has not been done.
  ///
  /// Standard error leads nowhere for that time, so it should be before other threads print.
  static func findFonts() { machineFonts }

  /// - Parameter files: The only fonts to use; the machine's if nil.
  /// - Throws: ``FigureError/noFonts``.
  init(fontFiles files: [String]? = nil) throws(FigureError) {
    var fonts: OpaquePointer?
    defer { if let fonts = unsafe fonts { unsafe FcConfigDestroy(fonts) } }
    Self.findFonts()
    if let files {
      // A configuration without rules, so that no font of the machine is used.
      unsafe fonts = FcConfigCreate()
      guard unsafe fonts != nil else { throw .drawing("out of memory") }
      for file in files { _ = unsafe cpango_add_font(fonts, file) }
    }
    guard unsafe cpango_font_count(fonts) > 0, let context = unsafe cpango_context(fonts) else {
      throw .noFonts
    }
    unsafe self.context = context
  }

  deinit { unsafe g_object_unref(UnsafeMutableRawPointer(context)) }

  /// How a text is set.
  struct Style: Hashable {
    /// The height of the font's square, in pixels.
    var size: Int
    var isBold = false

    /// Centred within the width; otherwise lines start at the left.
    var isCentered = false
  }

  /// Sets a text in at most a number of lines of at most a number of pixels.
  ///
  /// Lines break between words, or within a word that is longer than a line; the text left after the
  /// last line becomes an ellipsis.
  ///
  /// - Throws: ``FigureError/missingGlyphs(text:characters:count:)`` if a character, even one hidden by
  ///   the ellipsis, would be drawn as a box.
  func set(
    _ text: String, _ style: Style, width: Int = 16_384, lines: Int = 1
  ) throws(FigureError) -> TextBlock {
    let layout = unsafe try layout(text, style)
    let missing = unsafe Int(pango_layout_get_unknown_glyphs_count(layout))
    guard missing == 0 else {
      unsafe g_object_unref(UnsafeMutableRawPointer(layout))
      throw .missingGlyphs(
        text: text, characters: try uncovered(text, style), count: missing)
    }
    return unsafe TextBlock(
      adopting: layout, width: width, lines: lines, isCentered: style.isCentered)
  }

  /// The characters of a text that would be drawn as boxes, each once, at most eight.
  func uncovered(_ text: String, _ style: Style = Style(size: 12)) throws(FigureError) -> String {
    var found: [Character] = []
    for character in text where !found.contains(character) && found.count < 8 {
      let layout = unsafe try layout(String(character), style)
      if unsafe pango_layout_get_unknown_glyphs_count(layout) > 0 { found.append(character) }
      unsafe g_object_unref(UnsafeMutableRawPointer(layout))
    }
    return String(found)
  }

  private func layout(_ text: String, _ style: Style) throws(FigureError) -> OpaquePointer {
    guard let layout = unsafe pango_layout_new(context),
      let font = unsafe pango_font_description_new()
    else { throw .drawing("out of memory") }
    unsafe pango_font_description_set_family_static(font, "sans")
    unsafe pango_font_description_set_weight(
      font, style.isBold ? CPANGO_WEIGHT_BOLD : CPANGO_WEIGHT_NORMAL)
    unsafe pango_font_description_set_absolute_size(font, Double(style.size) * Double(CPANGO_SCALE))
    unsafe pango_layout_set_font_description(layout, font)
    unsafe pango_font_description_free(font)
    unsafe pango_layout_set_auto_dir(layout, 0)
    // Plain text: Pango's markup needs another call.
    unsafe pango_layout_set_text(layout, text, -1)
    return unsafe layout
  }
}
