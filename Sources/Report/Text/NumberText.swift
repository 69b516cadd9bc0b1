import Glibc

/// Numbers as tables show them, few digits and no locale.
package enum NumberText {
  /// With so many digits after the point, such as `12.50`.
  package static func fixed(_ value: Double, _ digits: Int) -> String {
    format(value, "%.*f", digits)
  }

  /// With one digit before the point, such as `1.2e-07`.
  package static func scientific(_ value: Double, _ digits: Int = 1) -> String {
    value == 0 ? "0" : format(value, "%.*e", digits)
  }

  /// A ratio around 1, such as an error over its bound: `0.08`, `12.3`, `4.5e+06`.
  static func ratio(_ value: Double) -> String {
    switch value.magnitude {
    case 0: "0"
    case ..<0.005: scientific(value)
    case ..<9.995: fixed(value, 2)
    case ..<999.95: fixed(value, 1)
    default: scientific(value)
    }
  }

  /// A count that need not be whole: `0`, `1.5`, `230`, `4.5e+06`.
  static func count(_ value: Double) -> String {
    switch value.magnitude {
    case 0: "0"
    case ..<9.95: fixed(value, 1)
    case ..<99_999.5: fixed(value, 0)
    default: scientific(value)
    }
  }

  /// Milliseconds: three digits that count, but no more than a hundred nanoseconds'.
  static func milliseconds(_ value: Double) -> String {
    switch value.magnitude {
    case ..<0.9995: return fixed(value, 4)
    case ..<9.995: return fixed(value, 3)
    case ..<999.95: return fixed(value, 2)
    default: return fixed(value, 0)
    }
  }

  /// A share as percent, such as `12.3 %`.
  static func percent(_ share: Double) -> String { fixed(share * 100, 1) + " %" }

  /// Bytes as millions of them, such as `57.3 MB`.
  static func megabytes(_ bytes: Int) -> String { fixed(Double(bytes) / 1e6, 1) + " MB" }

  private static func format(_ value: Double, _ template: String, _ digits: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    // The largest double has 309 digits before the point.
    var buffer = [CChar](repeating: 0, count: 360)
    let length = unsafe withVaList([Int32(min(max(digits, 0), 17)), value]) {
      unsafe vsnprintf(&buffer, buffer.count, template, $0)
    }
    guard length >= 0 else { return "\(value)" }
    return String(
      decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
