/// Text of files and arguments, made fit to be shown: names come from others.
///
/// Tables, documents, errors and progress all show text through here. Formats for programs (JSON, CSV,
/// JUnit) have escapes of their own, which lose nothing.
extension Unicode.Scalar {
  /// Whether the character would steer a terminal, break a line or turn the direction of writing: the
  /// control characters of both sets, DEL, the separators of lines and paragraphs, and the marks and
  /// overrides of bidirectional text.
  package var isUnshowable: Bool {
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: properties.isBidiControl
    }
  }

  /// The character as `\n`, `\x1b` or `\u{202e}`.
  fileprivate var escape: String {
    switch self {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case _ where isASCII: String.escape(of: UInt8(ascii: self))
    default: "\\u{\(String(value, radix: 16))}"
    }
  }
}

extension String {
  /// The text with escapes for what is ``Swift/Unicode/Scalar/isUnshowable``.
  ///
  /// A backslash stays one: this is to be read, not to be parsed, and regular expressions are full of
  /// them. Escaping twice changes nothing.
  package var escaped: String { escaped(\.escape) }

  /// Reads bytes as UTF-8, with escapes for what would not show and for bytes that are not UTF-8, such as
  /// `\xff`.
  package init(showing bytes: [UInt8]) {
    var text = ""
    var position = 0
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    loop: while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded):
        text.unicodeScalars.append(Unicode.UTF8.decode(encoded))
        position += encoded.count
      case .error(let length):
        for byte in bytes[position..<position + length] { text += Self.escape(of: byte) }
        position += length
      case .emptyInput: break loop
      }
    }
    self = text.escaped
  }

  /// The text with other texts for what is not to be shown, unless there is none for a character.
  func escaped(_ escape: (Unicode.Scalar) -> String?) -> String {
    guard unicodeScalars.contains(where: \.isUnshowable) else { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if scalar.isUnshowable, let text = escape(scalar) {
        result += text.unicodeScalars
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  fileprivate static func escape(of byte: UInt8) -> String {
    "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }
}
