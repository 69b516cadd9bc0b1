/// A file format that is recognised by its first bytes.
///
/// Only PNG and JPEG are decoded; the others are known so that the refusal can name them.
enum ImageFormat: String {
  case png = "PNG"
  case jpeg = "JPEG"
  case gif = "GIF"
  case webP = "WebP"
  case bmp = "BMP"
  case tiff = "TIFF"
  case heif = "HEIF"
  case avif = "AVIF"
  case jpegXL = "JPEG XL"
  case jpeg2000 = "JPEG 2000"
  case photoshop = "Photoshop"
  case pdf = "PDF"
  case svg = "SVG"
  case html = "HTML"
  case hdf5 = "HDF5"
  case zip = "ZIP"
  case gzip = "gzip"
  case text = "text"

  /// What a picture or document with this extension should be; nil for all others.
  init?(extensionOf path: String) {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return nil }
    switch name[name.index(after: dot)...].lowercased() {
    case "png", "apng": self = .png
    case "jpg", "jpeg", "jpe", "jfif": self = .jpeg
    case "gif": self = .gif
    case "webp": self = .webP
    case "bmp": self = .bmp
    case "tif", "tiff": self = .tiff
    case "heic", "heif": self = .heif
    case "avif": self = .avif
    case "jxl": self = .jpegXL
    case "jp2", "j2k": self = .jpeg2000
    case "psd": self = .photoshop
    case "pdf": self = .pdf
    case "svg": self = .svg
    default: return nil
    }
  }

  /// The format of the bytes; nil if it is not recognised.
  ///
  /// A file that is cut within the signature of a PNG or JPEG counts as one.
  init?(bytes: [UInt8]) {
    func starts(_ signature: [UInt8], at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: signature)
    }
    func starts(_ text: String, at offset: Int = 0) -> Bool {
      starts(Array(text.utf8), at: offset)
    }
    let cut = bytes.count < 4
    if starts([0x89, 0x50, 0x4E, 0x47]) || cut && [0x89, 0x50, 0x4E].starts(with: bytes) {
      self = .png
    } else if starts([0xFF, 0xD8, 0xFF]) || cut && [0xFF, 0xD8].starts(with: bytes) {
      self = .jpeg
    } else if starts("GIF8") {
      self = .gif
    } else if starts("RIFF"), starts("WEBP", at: 8) {
      self = .webP
    } else if starts("BM"), bytes.count >= 26 {
      self = .bmp
    } else if starts([0x49, 0x49, 0x2A, 0]) || starts([0x4D, 0x4D, 0, 0x2A]) {
      self = .tiff
    } else if starts("ftypavif", at: 4) || starts("ftypavis", at: 4) {
      self = .avif
    } else if ["heic", "heix", "hevc", "mif1"].contains(where: { starts("ftyp" + $0, at: 4) }) {
      self = .heif
    } else if starts([0xFF, 0x0A]) || starts("JXL ", at: 4) {
      self = .jpegXL
    } else if starts("jP  ", at: 4) || starts([0xFF, 0x4F, 0xFF, 0x51]) {
      self = .jpeg2000
    } else if starts("8BPS") {
      self = .photoshop
    } else if starts("%PDF") {
      self = .pdf
    } else if starts([0x89, 0x48, 0x44, 0x46]) {
      self = .hdf5
    } else if starts([0x50, 0x4B, 3, 4]) {
      self = .zip
    } else if starts([0x1F, 0x8B]) {
      self = .gzip
    } else if let markup = Self(markup: bytes.prefix(1024)) {
      self = markup
    } else {
      return nil
    }
  }

  /// The kind of text that the bytes are; nil if they are not text.
  private init?(markup bytes: ArraySlice<UInt8>) {
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) }) else {
      return nil
    }
    // A cut within the last character does not make a text invalid: decode with repair, and look no closer
    // than needed.
    let text = String(decoding: bytes, as: UTF8.self).lowercased()
    if text.contains("<svg") {
      self = .svg
    } else if text.contains("<html") || text.contains("<!doctype html") {
      self = .html
    } else if text.dropLast(4).contains("\u{FFFD}") {
      return nil
    } else {
      self = .text
    }
  }
}
