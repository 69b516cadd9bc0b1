import Crypto

/// The SHA-256 of bytes that come in pieces.
package struct SHA256Sum: ByteSink {
  private var hash = SHA256()

  package init() {}

  package mutating func write(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
  }

  /// The 32 bytes of the sum so far.
  package var bytes: [UInt8] { Array(hash.finalize()) }

  /// The sum of all bytes so far, in lower-case hexadecimal.
  package var hexadecimal: String {
    let digits = Array("0123456789abcdef")
    return String(hash.finalize().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}

/// SHA-256 sums of whole files and texts, in lower-case hexadecimal.
public enum SHA256Digest {
  /// - Throws: ``FileError`` if the file cannot be read.
  public static func ofFile(_ path: String) throws(FileError) -> String {
    of(try MappedFile(path: path))
  }

  /// The sum of a file that is mapped, whose pages are then released.
  public static func of(_ file: MappedFile) -> String {
    var sum = SHA256Sum()
    unsafe file.withBytes { bytes in unsafe sum.write(RawSpan(_unsafeBytes: bytes)) }
    file.dropResidentPages()
    return sum.hexadecimal
  }

  /// The sum of the bytes of 32-bit floats, little-endian.
  public static func of(_ elements: [Float]) -> String {
    var sum = SHA256Sum()
    let bits = elements.map(\.bitPattern.littleEndian)
    unsafe sum.write(bits.span.bytes)
    return sum.hexadecimal
  }

  public static func of(_ text: String) -> String { of(bytes: Array(text.utf8)) }

  public static func of(bytes: [UInt8]) -> String {
    var sum = SHA256Sum()
    unsafe sum.write(bytes.span.bytes)
    return sum.hexadecimal
  }
}
