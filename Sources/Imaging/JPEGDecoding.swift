import CJPEG

/// Decodes a JPEG file: baseline or progressive, grey, RGB or YCC; upright.
///
/// Samples are libjpeg's with its defaults, the same as in most programs. A file whose end is
/// missing or unreadable has a ``Picture/flaw``, as long as all data of its pixels are present.
func decodeJPEG(_ file: ImageFile, limits: ImageLimits) throws(ImageError) -> Picture {
  try unsafe file.bytes.withUnsafeBufferPointer { bytes throws(ImageError) -> Picture in
    guard let base = bytes.baseAddress, let decoder = unsafe cjpeg_open(base, bytes.count)
    else {
      throw ImageError(.outOfMemory, path: file.path, cause: "no memory to decode the JPEG")
    }
    defer { unsafe cjpeg_close(decoder) }

    /// Converts a status that is not ok to an error.
    func check(_ status: cjpeg_status) throws(ImageError) {
      let message = unsafe String(cString: cjpeg_message(decoder))
      switch status {
      case .ok: return
      case .truncated:
        throw ImageError(
          .truncated, path: file.path,
          cause: "the JPEG ends early, after \(file.bytes.count) bytes")
      case .damaged:
        throw ImageError(.damaged, path: file.path, cause: "the JPEG is damaged: \(message)")
      case .unsupported:
        throw ImageError(
          .unsupported, path: file.path, cause: "this kind of JPEG is not supported: \(message)")
      case .empty:
        throw ImageError(.zeroSize, path: file.path, cause: "a side is 0 pixels: nothing to see")
      case .too_large:
        throw ImageError(
          .tooLarge, path: file.path, cause: "\(message); the limit is \(limits.side) a side")
      case .out_of_memory:
        throw ImageError(.outOfMemory, path: file.path, cause: "no memory to decode the JPEG")
      }
    }

    var header = cjpeg_header()
    try check(unsafe cjpeg_read_header(decoder, &header))
    let (width, height) = (Int(header.width), Int(header.height))
    try limits.check(width: width, height: height, path: file.path)
    if let name = unsupportedColor(header) {
      throw ImageError(
        .unsupported, path: file.path, cause: "is a JPEG in \(name); convert it to RGB")
    }
    var exifCount = 0
    let exif = unsafe cjpeg_exif(decoder, &exifCount).map { start in
      unsafe [UInt8](UnsafeBufferPointer(start: start, count: exifCount))
    }
    let count = 3 * width * height
    var status = cjpeg_status.ok
    let samples = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      guard let base = buffer.baseAddress else { return }
      status = unsafe cjpeg_read_pixels(decoder, base, count)
      filled = status == .ok ? count : 0
    }
    try check(status)
    var picture = Picture(width: width, height: height, samples: .bytes(samples))
    let flaw = unsafe String(cString: cjpeg_flaw(decoder))
    if !flaw.isEmpty { picture.flaw = "the JPEG does not end as it should: \(flaw)" }
    return picture.upright(from: exif.flatMap { Orientation(exif: $0[...]) })
  }
}

/// Names a way to store colour that is refused; nil for the supported ones.
///
/// CMYK is amounts of ink, whose appearance depends on a colour profile.
private func unsupportedColor(_ header: cjpeg_header) -> String? {
  switch header.color {
  case .grey, .rgb, .ycc: nil
  case .cmyk: "CMYK"
  case .ycck: "YCCK (a form of CMYK)"
  case .other: "\(header.components) components of unknown meaning"
  }
}
