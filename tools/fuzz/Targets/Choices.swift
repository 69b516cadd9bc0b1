/// What an input decides: its bytes one after the other, and zeros when they are used up.
struct Choices {
  private var bytes: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

  mutating func next() -> Int { Int(bytes.popFirst() ?? 0) }

  /// A text of up to 15 bytes without zeros.
  mutating func text() -> String {
    let count = next() % 16
    defer { bytes = bytes.dropFirst(count) }
    return String(decoding: bytes.prefix(count).filter { $0 != 0 }, as: UTF8.self)
  }

  /// A number near zero or as large as there is.
  mutating func integer() -> Int64 {
    let byte = next()
    return switch byte {
    case 255: .max
    case 254: .min
    default: Int64(byte) - 16
    }
  }

  mutating func number() -> Double {
    switch next() {
    case 255: .nan
    case 254: .infinity
    case 253: 1e300
    case let byte: (Double(byte) - 64) / 64
    }
  }
}
