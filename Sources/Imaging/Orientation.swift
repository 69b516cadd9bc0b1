/// How a picture is stored in its file: Exif's tag 0x0112, from the TIFF 6.0 specification.
///
/// Cameras store the sensor's picture, and record how they were held. The names say where the file's
/// first row and first column belong.
enum Orientation: UInt32, CaseIterable {
  case topLeft = 1
  case topRight = 2
  case bottomRight = 3
  case bottomLeft = 4
  case leftTop = 5
  case rightTop = 6
  case rightBottom = 7
  case leftBottom = 8

  /// Whether rows become columns.
  var isTransposed: Bool { rawValue > 4 }

  /// Reads it from Exif data, which are a small TIFF file.
  ///
  /// - Returns: Nil if there is none, or none that is valid.
  init?(exif bytes: ArraySlice<UInt8>) {
    let isLittle = bytes.starts(with: [0x49, 0x49, 0x2A, 0])
    guard isLittle || bytes.starts(with: [0x4D, 0x4D, 0, 0x2A]) else { return nil }
    /// The integer of a number of bytes at an offset; nil beyond the end.
    func number(_ count: Int, at offset: Int) -> Int? {
      guard offset <= bytes.count - count else { return nil }
      let part = bytes.dropFirst(offset).prefix(count)
      return (0..<count).reduce(0) { sum, index in
        sum << 8 | Int(part[part.startIndex + (isLittle ? count - 1 - index : index)])
      }
    }
    guard let directory = number(4, at: 4), let entries = number(2, at: directory) else {
      return nil
    }
    for entry in 0..<entries {
      let place = directory + 2 + 12 * entry
      guard let tag = number(2, at: place) else { return nil }
      guard tag == 0x0112 else { continue }
      // A value that fits in four bytes is in the entry, at its start. It should be of two bytes.
      let sizes = [1: 1, 3: 2, 4: 4]
      guard let type = number(2, at: place + 2), let size = sizes[type],
        let value = number(size, at: place + 8)
      else { return nil }
      self.init(rawValue: UInt32(value))
      return
    }
    return nil
  }
}

extension Picture {
  /// The upright picture, from the stored one.
  ///
  /// Samples are moved and otherwise untouched. One pass, for all but ``Orientation/topLeft``.
  func upright(from orientation: Orientation?) -> Picture {
    guard let orientation, orientation != .topLeft else { return self }
    let turned =
      switch samples {
      case .bytes(let samples): Samples.bytes(upright(samples, orientation))
      case .words(let samples, let maximum):
        Samples.words(upright(samples, orientation), maximum: maximum)
      case .reals(let samples, let maximum):
        Samples.reals(upright(samples, orientation), maximum: maximum)
      }
    var picture = Picture(
      width: orientation.isTransposed ? height : width,
      height: orientation.isTransposed ? width : height, samples: turned)
    picture.flaw = flaw
    return picture
  }

  private func upright<Sample>(_ samples: [Sample], _ orientation: Orientation) -> [Sample] {
    // The pixel of the file that comes first, and the distances to those right of it and below.
    let (right, down) = (1, width)
    let (lastColumn, lastRow) = (width - 1, (height - 1) * width)
    let (start, across, along) =
      switch orientation {
      case .topLeft: (0, right, down)
      case .topRight: (lastColumn, -right, down)
      case .bottomRight: (lastColumn + lastRow, -right, -down)
      case .bottomLeft: (lastRow, right, -down)
      case .leftTop: (0, down, right)
      case .rightTop: (lastRow, -down, right)
      case .rightBottom: (lastColumn + lastRow, -down, -right)
      case .leftBottom: (lastColumn, down, -right)
      }
    let (columns, rows) = orientation.isTransposed ? (height, width) : (width, height)
    var result: [Sample] = []
    result.reserveCapacity(samples.count)
    for row in 0..<rows {
      var pixel = start + row * along
      for _ in 0..<columns {
        result.append(samples[3 * pixel])
        result.append(samples[3 * pixel + 1])
        result.append(samples[3 * pixel + 2])
        pixel += across
      }
    }
    return result
  }
}
