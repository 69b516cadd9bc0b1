import Kernels

/// Where the channels of a value lie, counted in channels of its memory.
///
/// In blocks, each part of a concatenation begins at a block, so that the step that computes it writes
/// whole vectors; the lanes between are spare. The channels of a map are those of the graph, its places
/// those of memory.
struct ChannelMap: Hashable, Sendable {
  /// Channels that lie one after the other.
  struct Run: Hashable, Sendable {
    /// The first channel.
    var channel: Int

    var count: Int

    /// Where the first channel lies.
    var place: Int

    var channels: Range<Int> { channel..<(channel + count) }
  }

  /// In the order of the channels, and of the places.
  private(set) var runs: [Run] = []

  /// The channels.
  private(set) var count = 0

  /// The places; those of whole blocks if there are spare lanes between the channels.
  private(set) var placeCount = 0

  /// A value without spare lanes between its channels.
  init(compact count: Int) { append(Run(channel: 0, count: count, place: 0)) }

  /// The parts of a concatenation, one after the other, each beginning at a block.
  init(_ parts: [ChannelMap], blockWidth: Int) {
    let aligned = { (count: Int) in (count + blockWidth - 1) / blockWidth * blockWidth }
    for part in parts {
      let (channel, place) = (count, aligned(placeCount))
      for run in part.runs {
        append(Run(channel: channel + run.channel, count: run.count, place: place + run.place))
      }
    }
    if !isCompact { placeCount = aligned(placeCount) }
  }

  private mutating func append(_ run: Run) {
    if let last = runs.last, last.place + last.count == run.place {
      runs[runs.count - 1].count += run.count
    } else {
      runs.append(run)
    }
    count = run.channel + run.count
    placeCount = run.place + run.count
  }

  /// Whether only the last block has spare lanes.
  var isCompact: Bool { runs.count == 1 }

  /// Where a channel lies.
  func place(of channel: Int) -> Int {
    let run = runs.last { $0.channel <= channel } ?? Run(channel: 0, count: 0, place: 0)
    return run.place + channel - run.channel
  }

  /// One element per channel, moved to the channels' places, with zeros between.
  ///
  /// - Parameters:
  ///   - elements: `[outer, channel, inner]`.
  ///   - inner: The elements of each channel that are side by side.
  /// - Returns: `[outer, place, inner]`.
  func spread(_ elements: [Float], inner: Int = 1) -> [Float] {
    let outer = elements.count / (count * inner)
    var result = [Float](repeating: 0, count: outer * placeCount * inner)
    for row in 0..<outer {
      for run in runs {
        let from = (row * count + run.channel) * inner
        let to = (row * placeCount + run.place) * inner
        for i in 0..<(run.count * inner) { result[to + i] = elements[from + i] }
      }
    }
    return result
  }
}
