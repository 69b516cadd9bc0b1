package import Imaging

extension Figure {
  /// Searches for the machine's fonts, which otherwise happens at the first figure with a text.
  ///
  /// The library that does it complains on standard error where it cannot cache what it found. That is
  /// hidden, and so is what other threads print meanwhile; so a program that draws on threads should call
  /// this before it starts them. Takes some hundredths of a second, and longer where no program has
  /// searched for fonts before.
  package static func findFonts() { Typesetter.findFonts() }

  /// Draws the figure.
  ///
  /// May be called from any thread, and from several at once; what Pango and cairo keep is made and
  /// used within the call, or belongs to the thread. The first call of a thread reads the list of
  /// fonts, which takes some hundredths of a second.
  ///
  /// - Throws: ``FigureError``.
  package func rendered() throws(FigureError) -> RGBImage {
    try Self.image(of: try scene(Typesetter()))
  }

  /// Draws the figure as a file in memory.
  ///
  /// The same figure gives the same bytes, as long as the libraries and fonts stay the same. In PDF
  /// a pixel is 1/96 inch, in SVG one `px`.
  ///
  /// - Throws: ``FigureError``.
  package func bytes(as format: FigureFormat) throws(FigureError) -> [UInt8] {
    let scene = try scene(Typesetter())
    switch format {
    case .png:
      let image = try Self.image(of: scene)
      do { return try image.pngBytes(name: "figure") } catch { throw .image(error) }
    case .pdf:
      return try Self.file(.pdf, of: scene, unit: 72.0 / 96)
    case .svg:
      return SVGText.mended(try Self.file(.svg, of: scene, unit: 1))
    }
  }

  /// Writes the figure in the format that the path's extension names, whole or not at all.
  ///
  /// An existing regular file is replaced once the new one is on disk; anything else of that name is
  /// left untouched.
  ///
  /// - Throws: ``FigureError``, and nothing is left behind.
  package func write(to path: String) throws(FigureError) {
    let bytes = try bytes(as: try FigureFormat(path: path))
    do { try replaceFile(at: path, with: bytes) } catch { throw .image(error) }
  }

  /// Draws a scene in pixels.
  static func image(of scene: Scene) throws(FigureError) -> RGBImage {
    let surface = try Surface(width: scene.width, height: scene.height)
    try Canvas(on: surface).draw(scene)
    return try surface.image()
  }

  /// Draws a scene as a file; `unit` is the length of a pixel in the format's unit.
  private static func file(
    _ format: VectorFormat, of scene: Scene, unit: Double
  ) throws(FigureError) -> [UInt8] {
    let sink = CollectedBytes()
    let surface = try Surface(
      format, width: unit * Double(scene.width), height: unit * Double(scene.height), sink: sink)
    try Canvas(on: surface, unit: unit).draw(scene)
    try surface.finish()
    return sink.bytes
  }
}
