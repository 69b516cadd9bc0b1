import CPNG

/// Decodes a PNG file: any bit depth, grey, palette, transparent, interlaced; upright.
///
/// A flawed file is examined again: if all its samples are present, it has a ``Picture/flaw``.
func decodePNG(_ file: ImageFile, limits: ImageLimits) throws(ImageError) -> Picture {
  try checkPNGSize(file, limits: limits)
  let chunks = PNGChunks(file.bytes)
  var picture: Picture
  do throws(ImageError) {
    picture = try decodePNG(file, isLenient: false, limits: limits)
  } catch {
    guard let whole = decodeFlawedPNG(file, chunks, error, limits: limits) else { throw error }
    picture = whole
    picture.flaw = error.cause
  }
  return picture.upright(from: chunks.orientation)
}

/// Examines a refused file again; nil if it lacks a sample.
private func decodeFlawedPNG(
  _ file: ImageFile, _ chunks: PNGChunks, _ error: ImageError, limits: ImageLimits
) -> Picture? {
  switch error.code {
  case .damaged:
    return try? decodePNG(file, isLenient: true, limits: limits)
  case .truncated where !chunks.isEnded:
    let mended = Array(file.bytes.prefix(chunks.end)) + PNGChunks.endChunk
    return try? decodePNG(
      ImageFile(path: file.path, bytes: mended), isLenient: false, limits: limits)
  default: return nil
  }
}

private func decodePNG(
  _ file: ImageFile, isLenient: Bool, limits: ImageLimits
) throws(ImageError) -> Picture {
  try unsafe file.bytes.withUnsafeBufferPointer { bytes throws(ImageError) -> Picture in
    guard let base = bytes.baseAddress,
      let reader = unsafe cpng_open(base, bytes.count, isLenient)
    else {
      throw ImageError(.outOfMemory, path: file.path, cause: "no memory to decode the PNG")
    }
    defer { unsafe cpng_close(reader) }

    /// Converts a status that is not ok to an error.
    func check(_ status: cpng_status) throws(ImageError) {
      let message = unsafe String(cString: cpng_reader_message(reader))
      switch status {
      case .ok: return
      case .truncated:
        throw ImageError(
          .truncated, path: file.path, cause: "the PNG ends early, after \(file.bytes.count) bytes")
      case .damaged:
        throw ImageError(.damaged, path: file.path, cause: "the PNG is damaged: \(message)")
      case .out_of_memory:
        throw ImageError(.outOfMemory, path: file.path, cause: "no memory to decode the PNG")
      }
    }

    var header = cpng_header()
    try check(unsafe cpng_read_header(reader, &header))
    let (width, height) = (Int(header.width), Int(header.height))
    try limits.check(width: width, height: height, path: file.path)
    let count = width * height * Int(header.channels)

    /// Decodes all samples as integers of their size.
    func samples<Sample: BitwiseCopyable>(_ type: Sample.Type) throws(ImageError) -> [Sample] {
      var status = cpng_status.ok
      let samples = unsafe [Sample](unsafeUninitializedCapacity: count) { buffer, filled in
        guard let base = buffer.baseAddress else { return }
        status = unsafe cpng_read_pixels(reader, base, count * MemoryLayout<Sample>.size)
        filled = status == .ok ? count : 0
      }
      try check(status)
      return samples
    }
    let transparent = header.channels == 4
    if header.bits == 16 {
      let words = try samples(UInt16.self)
      return Picture(
        width: width, height: height,
        samples: transparent ? Samples(compositing: words) : .words(words, maximum: 65_535))
    }
    let bytes = try samples(UInt8.self)
    return Picture(
      width: width, height: height,
      samples: transparent ? Samples(compositing: bytes) : .bytes(bytes))
  }
}

/// Checks the size before libpng does, which would call 0 pixels "invalid IHDR data".
///
/// The header chunk comes first, so its size is at a fixed place: 8 bytes of signature, 4 of
/// length, 4 of name, then width and height, most significant byte first.
private func checkPNGSize(_ file: ImageFile, limits: ImageLimits) throws(ImageError) {
  let bytes = file.bytes
  guard bytes.count >= 24, bytes[12..<16].elementsEqual("IHDR".utf8) else { return }
  func word(at offset: Int) -> Int {
    bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
  }
  try limits.check(width: word(at: 16), height: word(at: 20), path: file.path)
}
