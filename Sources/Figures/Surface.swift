import CPangoCairo
import Imaging

/// Something that cairo draws on; destroyed with the object.
@safe final class Surface {
  let pointer: OpaquePointer

  /// Where cairo writes to, even while the surface is destroyed.
  private let sink: CollectedBytes?

  /// Takes ownership of the result of one of cairo's constructors.
  ///
  /// - Throws: ``FigureError/drawing(_:)`` if that is an error.
  init(adopting pointer: OpaquePointer?, sink: CollectedBytes? = nil) throws(FigureError) {
    guard let pointer = unsafe pointer else { throw .drawing("out of memory") }
    unsafe self.pointer = pointer
    self.sink = sink
    try check()
  }

  deinit { unsafe cairo_surface_destroy(pointer) }

  /// Throws any error since the surface was made.
  func check() throws(FigureError) {
    try checkDrawing(unsafe cairo_surface_status(pointer))
  }

  /// Writes the rest, and ends drawing.
  func finish() throws(FigureError) {
    unsafe cairo_surface_finish(pointer)
    try check()
  }
}

/// Throws unless a status means success.
func checkDrawing(_ status: cairo_status_t) throws(FigureError) {
  guard status != CAIRO_STATUS_SUCCESS else { return }
  guard let words = unsafe cairo_status_to_string(status) else { throw .drawing("\(status)") }
  throw .drawing(unsafe String(cString: words))
}

extension Surface {
  /// A white surface of 32 bits per pixel, of which cairo ignores the highest 8.
  convenience init(width: Int, height: Int) throws(FigureError) {
    guard let columns = Int32(exactly: width), let rows = Int32(exactly: height) else {
      throw .tooLarge(width: width, height: height)
    }
    unsafe try self.init(adopting: cairo_image_surface_create(CAIRO_FORMAT_RGB24, columns, rows))
  }

  /// A surface with the pixels of an image.
  convenience init(_ image: RGBImage) throws(FigureError) {
    try self.init(width: image.width, height: image.height)
    let width = image.width
    unsafe try image.pixels.withUnsafeBufferPointer { source throws(FigureError) in
      unsafe try withRows { row, y in
        var from = 3 * y * width
        for x in 0..<width {
          let (red, green, blue) = unsafe (source[from], source[from + 1], source[from + 2])
          unsafe row[x] = UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue)
          from += 3
        }
      }
    }
    unsafe cairo_surface_mark_dirty(pointer)
  }

  /// The pixels of an image surface.
  func image() throws(FigureError) -> RGBImage {
    unsafe cairo_surface_flush(pointer)
    let width = unsafe Int(cairo_image_surface_get_width(pointer))
    let height = unsafe Int(cairo_image_surface_get_height(pointer))
    var pixels = [UInt8](repeating: 0, count: 3 * width * height)
    unsafe try withRows { row, y in
      unsafe pixels.withUnsafeMutableBytes { pixels in
        unsafe Self.pack(
          row, into: UnsafeMutableRawBufferPointer(rebasing: pixels[(3 * y * width)...]))
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  /// Leaves out the unused byte of each pixel: four words become three.
  private static func pack(
    _ row: UnsafeMutableBufferPointer<UInt32>, into bytes: UnsafeMutableRawBufferPointer
  ) {
    /// Red, green and blue, from the lowest byte.
    func pixel(_ x: Int) -> UInt32 { unsafe (row[x] << 8).bigEndian }
    func store(_ word: UInt32, at place: Int) {
      unsafe bytes.storeBytes(of: word.littleEndian, toByteOffset: place, as: UInt32.self)
    }
    let whole = row.count & ~3
    for x in stride(from: 0, to: whole, by: 4) {
      let (second, third) = (pixel(x + 1), pixel(x + 2))
      store(pixel(x) | second << 24, at: 3 * x)
      store(second >> 8 | third << 16, at: 3 * x + 4)
      store(third >> 16 | pixel(x + 3) << 8, at: 3 * x + 8)
    }
    for x in whole..<row.count {
      for channel in 0..<3 {
        unsafe bytes[3 * x + channel] = UInt8(truncatingIfNeeded: pixel(x) >> (8 * channel))
      }
    }
  }

  /// Calls with each row of an image surface: one word per pixel, whose bytes from the highest are
  /// unused, red, green and blue.
  private func withRows(
    _ body: (_ row: UnsafeMutableBufferPointer<UInt32>, _ y: Int) -> Void
  ) throws(FigureError) {
    let width = unsafe Int(cairo_image_surface_get_width(pointer))
    let height = unsafe Int(cairo_image_surface_get_height(pointer))
    // In bytes; cairo aligns rows to words.
    let stride = unsafe Int(cairo_image_surface_get_stride(pointer))
    guard let bytes = unsafe cairo_image_surface_get_data(pointer) else {
      throw .drawing("the surface has no pixels")
    }
    for y in 0..<height {
      let start = unsafe UnsafeMutableRawPointer(bytes + y * stride)
      unsafe body(
        UnsafeMutableBufferPointer(
          start: start.assumingMemoryBound(to: UInt32.self), count: width), y)
    }
  }
}
