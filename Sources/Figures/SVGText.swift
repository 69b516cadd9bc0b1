/// Repairs the SVG files that cairo writes.
enum SVGText {
  /// Numbers the objects of a file from zero, and keeps the pixels of its images from being blurred.
  ///
  /// Cairo numbers images and surfaces across the whole process, so that the same drawing gives
  /// other bytes each time; here `id="image190"` and `#image190` become `image0`. Numbers after a
  /// dash, as in `glyph0-1`, are already per file. Cairo 1.16 leaves the filter of an image to the
  /// viewer: unless the file sets one, images ask for their pixels unfiltered.
  static func mended(_ svg: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(svg.count + 4096)
    var numbers: [ArraySlice<UInt8>: Int] = [:]
    var counts: [ArraySlice<UInt8>: Int] = [:]
    let asksForPixels = contains(svg, "image-rendering")
    var index = 0
    while index < svg.count {
      if !asksForPixels, starts(svg, index, "<image ") {
        result.append(contentsOf: "<image style=\"image-rendering:pixelated\"".utf8)
        index += 6
        continue
      }
      let lead = starts(svg, index, "#") ? 1 : starts(svg, index, " id=\"") ? 5 : 0
      guard lead > 0 else {
        result.append(svg[index])
        index += 1
        continue
      }
      let start = index + lead
      result.append(contentsOf: svg[index..<start])
      index = start
      let name = svg[start...].prefix(while: isLetter)
      let digits = svg[name.endIndex...].prefix(while: isDigit)
      guard !name.isEmpty, !digits.isEmpty, digits.endIndex < svg.count,
        svg[digits.endIndex] == UInt8(ascii: "\"") || svg[digits.endIndex] == UInt8(ascii: ")")
      else { continue }
      let key = svg[start..<digits.endIndex]
      let number = numbers[key] ?? counts[name, default: 0]
      if numbers.updateValue(number, forKey: key) == nil { counts[name] = number + 1 }
      result.append(contentsOf: name)
      result.append(contentsOf: String(number).utf8)
      index = digits.endIndex
    }
    return result
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "-")
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func starts(_ bytes: [UInt8], _ index: Int, _ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard index + count <= bytes.count else { return false }
    for offset in 0..<count where unsafe bytes[index + offset] != text.utf8Start[offset] {
      return false
    }
    return true
  }

  private static func contains(_ bytes: [UInt8], _ text: StaticString) -> Bool {
    bytes.indices.contains { starts(bytes, $0, text) }
  }
}
