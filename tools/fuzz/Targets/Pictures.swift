import Imaging

extension FuzzTarget {
  static let png = FuzzTarget("png") { bytes in try look(at: bytes, name: "fuzz.png") }
  static let jpeg = FuzzTarget("jpeg") { bytes in try look(at: bytes, name: "fuzz.jpg") }

  /// Small enough for thousands of pictures a second; what is larger is refused by its header.
  private static let limits = ImageLimits(side: 1024, pixels: 1 << 16, bytes: 1 << 20)

  private static func look(at bytes: [UInt8], name: String) throws {
    let picture = try Picture(bytes: bytes, name: name, limits: limits)
    precondition(limits.allow(width: picture.width, height: picture.height))
    let input = picture.resized(width: 5, height: 3).networkInput(scale: 1)
    precondition(input.allSatisfy { (0...1).contains($0) }, "a sample is not in [0, 1]")
  }
}
