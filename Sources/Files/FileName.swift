/// Names of files as text.
///
/// To Linux a name is bytes, and not all names are UTF-8: archives from other systems bring others.
/// The text of a name is made like this: what is UTF-8 is itself, and a byte that belongs to no character
/// is written `\xe9`. A backslash that would be read as the start of such a byte, or of itself, is written
/// `\x5c`. So every name has its own text, which can be printed, kept in JSON and read back; nearly all are
/// their own text.
///
/// Whatever takes a path to the system goes through ``Swift/String/systemPath``, and whatever comes from
/// it, or from the command line, through ``text(_:)``.
public enum FileName {
  private static let backslash = UInt8(ascii: "\\")

  /// The text of a name.
  ///
  /// - Parameter bytes: The name as the system has it, without a zero byte.
  /// - Returns: A text that no other name has.
  public static func text(_ bytes: [UInt8]) -> String {
    if !bytes.contains(backslash), let text = String(validating: bytes, as: UTF8.self) {
      return text
    }
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + 8)
    var rest = bytes[...]
    while let first = rest.first {
      let count = length(first)
      let character = rest.prefix(count)
      if escapedByte(rest) != nil {
        text += escape(backslash)
        rest.removeFirst()
      } else if character.count == count, String(validating: character, as: UTF8.self) != nil {
        text += character
        rest.removeFirst(count)
      } else {
        text += escape(first)
        rest.removeFirst()
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The name that a text represents.
  public static func bytes(_ text: String) -> [UInt8] {
    let written = Array(text.utf8)
    guard written.contains(backslash) else { return written }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(written.count)
    var rest = written[...]
    while let first = rest.first {
      let byte = escapedByte(rest)
      bytes.append(byte ?? first)
      rest.removeFirst(byte == nil ? 1 : 4)
    }
    return bytes
  }

  /// An argument as it was typed, if it is not a file name, such as a pattern for layers; a byte
  /// that is not UTF-8 becomes U+FFFD.
  public static func plain(_ text: String) -> String {
    String(decoding: bytes(text), as: UTF8.self)
  }

  /// The bytes of a character, by its first one; 1 if it is not one.
  private static func length(_ first: UInt8) -> Int {
    switch first {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 1
    }
  }

  private static let digits = Array("0123456789abcdef".utf8)

  private static func escape(_ byte: UInt8) -> [UInt8] {
    [backslash, UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
  }

  /// The byte that the start of a text represents if it is written as above: one that is not ASCII, or
  /// a backslash.
  private static func escapedByte(_ text: ArraySlice<UInt8>) -> UInt8? {
    let word = Array(text.prefix(4))
    guard word.count == 4, word[0] == backslash, word[1] == UInt8(ascii: "x"),
      let high = digits.firstIndex(of: word[2]), let low = digits.firstIndex(of: word[3])
    else { return nil }
    let byte = UInt8(high << 4 | low)
    return byte >= 0x80 || byte == backslash ? byte : nil
  }
}

extension String {
  /// The name that this text represents, as system calls take it: its bytes and a zero.
  public var systemPath: [CChar] {
    FileName.bytes(self).map { CChar(bitPattern: $0) } + [0]
  }
}

extension CommandLine {
  /// The arguments after the command's own name, each as ``FileName`` writes it.
  ///
  /// The standard library's `arguments` replaces what is not UTF-8 by U+FFFD, with which no file is found.
  public static var fileNames: [String] {
    let count = Int(argc)
    guard count > 1 else { return [] }
    return (1..<count).compactMap { index in
      guard let argument = unsafe unsafeArgv[index] else { return nil }
      return unsafe FileName.text(cString: argument)
    }
  }
}

extension FileName {
  /// The text of a name that the system gave.
  public static func text(cString: UnsafePointer<CChar>) -> String {
    var bytes: [UInt8] = []
    var index = 0
    while unsafe cString[index] != 0 {
      bytes.append(unsafe UInt8(bitPattern: cString[index]))
      index += 1
    }
    return text(bytes)
  }
}
