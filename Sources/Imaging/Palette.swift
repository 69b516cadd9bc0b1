/// An opaque colour of 8 bits per channel.
package struct RGB: Hashable, Sendable {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }
}

/// 256 colours for the values 0 to 1.
package struct Palette: Hashable, Sendable {
  /// The colours, from 0 to 1; always 256.
  package let colors: [RGB]

  /// Wraps colours, of which there must be 256.
  init(colors: [RGB]) {
    precondition(colors.count == 256, "a palette has 256 colours")
    self.colors = colors
  }

  /// Interpolates linearly in RGB between evenly spaced colours, as R's `colorRampPalette` does.
  ///
  /// Channel values are truncated, so a rounding error just below a whole number costs a full level.
  /// R has eleven of those in the seed's palette. Hence its exact arithmetic: positions k·(1/n),
  /// channels as fractions of 255, and v₀ + (v₁ − v₀)·((x − x₀) / (x₁ − x₀)) between two stops.
  ///
  /// - Precondition: There are at least two colours.
  package init(through stops: [RGB]) {
    precondition(stops.count >= 2, "a palette goes from one colour to another")
    let places = evenSteps(stops.count)
    colors = evenSteps(256).map { position in
      // The last stop that is not after the position, but never the very last.
      let stretch = places.dropLast().lastIndex { $0 <= position } ?? 0
      let (from, to) = (stops[stretch], stops[stretch + 1])
      let (start, end) = (places[stretch], places[stretch + 1])
      func mix(_ channel: KeyPath<RGB, UInt8>) -> UInt8 {
        let first = Double(from[keyPath: channel]) / 255
        let second = Double(to[keyPath: channel]) / 255
        if position == end { return UInt8(second * 255) }
        return UInt8((first + (second - first) * ((position - start) / (end - start))) * 255)
      }
      return RGB(red: mix(\.red), green: mix(\.green), blue: mix(\.blue))
    }
  }

  /// The seed's colours: blue, cyan, green, yellow, orange, red.
  package static let seed = Palette(through: [
    RGB(red: 0x00, green: 0x00, blue: 0x99),
    RGB(red: 0x00, green: 0xFE, blue: 0xFF),
    RGB(red: 0x45, green: 0xFE, blue: 0x4F),
    RGB(red: 0xFC, green: 0xFF, blue: 0x00),
    RGB(red: 0xFF, green: 0x94, blue: 0x00),
    RGB(red: 0xFF, green: 0x31, blue: 0x00),
  ])

  /// The place of a value in [0, 1] among ``colors``: 255·v, rounded half to even.
  ///
  /// Values outside go to the nearest end, because a blur may exceed 1 by a rounding error; NaN goes
  /// to 0.
  package static func index(of value: Double) -> UInt8 {
    let scaled = 255 * value
    guard scaled > 0 else { return 0 }
    guard scaled < 255 else { return 255 }
    // From 2^52 on, a double has no fraction: the sum is rounded as required, without a call of the C
    // library.
    return UInt8((scaled + 0x1p52) - 0x1p52)
  }

  /// The colour of a value in [0, 1].
  package subscript(value: Double) -> RGB { colors[Int(Self.index(of: value))] }
}

/// `count` numbers from 0 to 1, as R's `seq(0, 1, length.out = count)` rounds them.
private func evenSteps(_ count: Int) -> [Double] {
  let step = 1 / Double(count - 1)
  return (0..<count).map { $0 == count - 1 ? 1 : Double($0) * step }
}
