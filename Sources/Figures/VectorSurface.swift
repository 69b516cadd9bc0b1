import CPangoCairo

extension Surface {
  /// A surface that becomes a PDF or SVG file in memory.
  ///
  /// `sink` gets the bytes until ``finish()``.
  ///
  /// Sides are in the format's unit: points, 1/72 inch, for PDF; pixels for SVG.
  convenience init(
    _ format: VectorFormat, width: Double, height: Double, sink: CollectedBytes
  ) throws(FigureError) {
    let target = unsafe Unmanaged.passUnretained(sink).toOpaque()
    switch format {
    case .pdf:
      unsafe try self.init(
        adopting: cairo_pdf_surface_create_for_stream(append, target, width, height),
        sink: sink)
      // Cairo writes the current time otherwise, and no two files would be the same.
      unsafe cairo_pdf_surface_set_metadata(
        pointer, CAIRO_PDF_METADATA_CREATE_DATE, "1970-01-01T00:00:00Z")
      unsafe cairo_pdf_surface_set_metadata(pointer, CAIRO_PDF_METADATA_CREATOR, "densecam")
    case .svg:
      unsafe try self.init(
        adopting: cairo_svg_surface_create_for_stream(append, target, width, height),
        sink: sink)
      unsafe cairo_svg_surface_set_document_unit(pointer, CAIRO_SVG_UNIT_PX)
    }
  }
}

enum VectorFormat {
  case pdf
  case svg
}

/// Collects what cairo writes.
final class CollectedBytes {
  fileprivate(set) var bytes: [UInt8] = []
}

/// Takes bytes from cairo; `sink` is a ``CollectedBytes``.
private func append(
  sink: UnsafeMutableRawPointer?, bytes: UnsafePointer<UInt8>?, count: UInt32
) -> cairo_status_t {
  guard let sink = unsafe sink, let bytes = unsafe bytes else { return CAIRO_STATUS_SUCCESS }
  let target = unsafe Unmanaged<CollectedBytes>.fromOpaque(sink).takeUnretainedValue()
  unsafe target.bytes.append(contentsOf: UnsafeBufferPointer(start: bytes, count: Int(count)))
  return CAIRO_STATUS_SUCCESS
}
