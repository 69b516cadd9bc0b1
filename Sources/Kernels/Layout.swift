/// How the channels of one image lie in memory.
public enum Layout: Hashable, Sendable {
  /// `[C][H·W]`: one plane after the other.
  case planar

  /// `[⌈C/b⌉][H·W][b]`: the same pixel of b channels side by side, so that one vector instruction
  /// works on b channels.
  ///
  /// The last block is filled up with spare lanes, which belong to no channel. Whoever writes a value
  /// leaves finite numbers there if its channels are finite; whoever reads it must not depend on them.
  case blocked(Int)

  /// The channels that lie side by side: 1 for planes.
  public var blockWidth: Int {
    switch self {
    case .planar: 1
    case .blocked(let width): width
    }
  }

  /// The channels that one image has memory for, spare lanes included.
  package func storedChannels(_ channels: Int) -> Int {
    (channels + blockWidth - 1) / blockWidth * blockWidth
  }

  /// The elements that one image has memory for, spare lanes included.
  public func imageCount(of shape: TensorShape) -> Int {
    storedChannels(shape.channels) * shape.planeCount
  }
}

extension Layout: CustomStringConvertible {
  public var description: String {
    switch self {
    case .planar: "planar"
    case .blocked(let width): "blocked by \(width)"
    }
  }
}
