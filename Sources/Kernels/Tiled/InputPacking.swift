/// Copies the part of an input that one task reads into the order in which it is read, with the
/// prologue and the average pooling applied, and zeros where the padding is.
@safe
struct InputPacking: Sendable {
  let geometry: TileGeometry
  let microkernels: MicrokernelTable
  let prologue: Prologue
  let averagePool: Size?

  /// The prologue of each input channel, filled up to whole vectors; scale 1 and shift 0 without one.
  @safe
  struct Prologue: Sendable {
    private let factors: AlignedBuffer
    private let count: Int

    /// Whether elements go through `max(0, ·)`.
    let relu: Bool

    /// Whether it leaves every element as it is.
    let isIdentity: Bool

    init(_ values: ScaleShift?, channels: Int, lanes: Int) throws(KernelError) {
      count = (channels + lanes) / lanes * lanes
      factors = try AlignedBuffer(count: 2 * count)
      relu = values?.relu ?? false
      isIdentity = values == nil
      for channel in 0..<channels {
        unsafe factors.pointer[channel] = values?.scale[channel] ?? 1
        unsafe factors.pointer[count + channel] = values?.shift[channel] ?? 0
      }
    }

    @unsafe
    var scale: UnsafePointer<Float> { unsafe UnsafePointer(factors.pointer) }

    @unsafe
    var shift: UnsafePointer<Float> { unsafe UnsafePointer(factors.pointer + count) }

    @inline(__always)
    func apply(_ x: Float, _ channel: Int) -> Float {
      guard !isIdentity else { return x }
      let y = unsafe scale[channel] * x + shift[channel]
      return relu && y < 0 ? 0 : y
    }
  }

  /// Whether a blocked input already lies as the tiles read it.
  var isNeedless: Bool {
    problem.isPointwise && prologue.isIdentity && averagePool == nil && !geometry.tapsInLanes
      && problem.groupInputChannels % lanes == 0
  }

  /// What one task reads.
  struct Region {
    var image: Int

    /// The first input channel of the group.
    var firstChannel: Int

    /// The output rows and columns that the task computes.
    var rows: Range<Int>
    var columns: Range<Int>
  }

  private var problem: ConvolutionProblem { geometry.problem }
  private var lanes: Int { geometry.lanes }

  /// The input channels that the lanes of one block hold, when they are not V consecutive channels.
  enum LaneChannels: Sendable {
    /// `count` consecutive channels from `first` on; the lanes after them get zeros.
    case run(first: Int, count: Int)

    /// One for each lane; -1 for zeros.
    case scattered([Int])

    /// The channel of a lane, if it has one.
    subscript(lane: Int) -> Int? {
      switch self {
      case .run(let first, let count): lane < count ? first + lane : nil
      case .scattered(let channels): channels[lane] < 0 ? nil : channels[lane]
      }
    }
  }

  /// Packs consecutive channels.
  ///
  /// - Parameters:
  ///   - blocks: Which blocks of the group's channels.
  ///   - input: Where to read.
  ///   - region: What to read.
  ///   - target: Room for `blockSize` elements per block.
  func pack(
    _ blocks: Range<Int>, of input: FeatureView, _ region: Region,
    into target: UnsafeMutablePointer<Float>
  ) {
    let isAligned =
      unsafe input.layout == .blocked(lanes) && region.firstChannel % lanes == 0
    // The last block may hold fewer channels, and what is in its other lanes must not be read.
    let whole =
      isAligned ? blocks.clamped(to: 0..<(problem.groupInputChannels / lanes)).count : 0
    let channel = region.firstChannel + blocks.lowerBound * lanes
    unsafe packBlocks(whole, from: channel, of: input, region, into: target)
    for block in whole..<max(whole, blocks.count) {
      let first = (blocks.lowerBound + block) * lanes
      unsafe pack(
        .run(
          first: region.firstChannel + first,
          count: min(lanes, problem.groupInputChannels - first)), of: input, region,
        into: target + block * geometry.blockSize)
    }
  }

  /// Packs whole blocks of a map that is blocked by V.
  ///
  /// - Parameters:
  ///   - count: The number of blocks.
  ///   - channel: The first channel, which begins a block of the map.
  ///   - input: Where to read.
  ///   - region: What to read.
  ///   - target: Room for `blockSize` elements per block.
  func packBlocks(
    _ count: Int, from channel: Int, of input: FeatureView, _ region: Region,
    into target: UnsafeMutablePointer<Float>
  ) {
    guard count > 0 else { return }
    if problem.isPointwise {
      unsafe packRun(channel: channel, blocks: count, of: input, region, into: target)
    } else {
      for block in 0..<count {
        unsafe packRows(
          .run(first: channel + block * lanes, count: lanes), isBlock: true, of: input, region,
          into: target + block * geometry.blockSize)
      }
    }
  }

  /// Packs one block of any channels, element by element.
  ///
  /// - Parameters:
  ///   - channels: What its lanes hold.
  ///   - input: Where to read.
  ///   - region: What to read.
  ///   - target: Room for `blockSize` elements.
  func pack(
    _ channels: LaneChannels, of input: FeatureView, _ region: Region,
    into target: UnsafeMutablePointer<Float>
  ) {
    if problem.isPointwise {
      unsafe gatherRun(channels, of: input, region, into: target)
    } else {
      unsafe packRows(channels, isBlock: false, of: input, region, into: target)
    }
  }

  // MARK: - Pointwise: consecutive pixels

  private func packRun(
    channel: Int, blocks: Int, of input: FeatureView, _ region: Region,
    into target: UnsafeMutablePointer<Float>
  ) {
    let source = unsafe UnsafePointer(input.plane(region.image, channel))
    let plane = unsafe input.shape.planeCount * lanes
    let scale = unsafe prologue.scale + channel
    let shift = unsafe prologue.shift + channel
    guard let window = averagePool else {
      unsafe microkernels.scaleShiftBlocks(
        blocks, region.columns.count, source + region.columns.lowerBound * lanes, plane, scale,
        shift, prologue.relu, target, geometry.blockSize)
      return
    }
    // The windows of one row of averages at a time.
    let width = problem.output.width
    let inputWidth = unsafe input.shape.width
    for block in 0..<blocks {
      let source = unsafe source + block * plane
      var target = unsafe target + block * geometry.blockSize
      var pixel = region.columns.lowerBound
      while pixel < region.columns.upperBound {
        let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
        let count = min(width - x, region.columns.upperBound - pixel)
        unsafe microkernels.averageBlock(
          count, window.height, window.width,
          source + (y * window.height * inputWidth + x * window.width) * lanes,
          inputWidth * lanes, scale + block * lanes, shift + block * lanes, prologue.relu, target)
        unsafe target += count * lanes
        pixel += count
      }
    }
  }

  private func gatherRun(
    _ channels: LaneChannels, of input: FeatureView, _ region: Region,
    into target: UnsafeMutablePointer<Float>
  ) {
    let step = unsafe input.layout.blockWidth
    for lane in 0..<lanes {
      var target = unsafe target + lane
      guard let channel = channels[lane] else {
        for _ in region.columns {
          unsafe target.pointee = 0
          unsafe target += lanes
        }
        continue
      }
      let plane = unsafe UnsafePointer(input.plane(region.image, channel))
      for pixel in region.columns {
        unsafe target.pointee =
          averagePool.map {
            unsafe average($0, plane, step, input.shape.width, pixel, channel)
          } ?? transformed(plane[pixel * step], channel)
        unsafe target += lanes
      }
    }
  }

  /// The average over one window of a channel.
  private func average(
    _ window: Size, _ plane: UnsafePointer<Float>, _ step: Int, _ inputWidth: Int, _ pixel: Int,
    _ channel: Int
  ) -> Float {
    let (y, x) = pixel.quotientAndRemainder(dividingBy: problem.output.width)
    var sum: Float = 0
    for row in 0..<window.height {
      for column in 0..<window.width {
        let place = (y * window.height + row) * inputWidth + x * window.width + column
        unsafe sum += transformed(plane[place * step], channel)
      }
    }
    return sum * (1 / Float(window.height * window.width))
  }

  // MARK: - With a kernel: rows with their padding

  private func packRows(
    _ channels: LaneChannels, isBlock: Bool, of input: FeatureView, _ region: Region,
    into target: UnsafeMutablePointer<Float>
  ) {
    let stride = problem.stride
    let positions =
      region.columns.count + (geometry.positions - geometry.taskColumns)
    let left = region.columns.lowerBound * stride.width - problem.padding.left
    for row in 0..<geometry.packedRows(region.rows.count) {
      let y = geometry.inputRow(ofPacked: row, firstOutputRow: region.rows.lowerBound)
      let isInside = y >= 0 && y < problem.input.height
      for phase in 0..<geometry.phases {
        let start = unsafe target + (row * geometry.rowSize + phase * geometry.positions * lanes)
        // The positions whose column `shift + stride · position` is in the input.
        let shift = left + geometry.firstColumn(ofPhase: phase)
        let first = shift >= 0 ? 0 : min(positions, (-shift + stride.width - 1) / stride.width)
        let last =
          shift >= problem.input.width
          ? first
          : max(
            first,
            min(positions, (problem.input.width - 1 - shift) / stride.width + 1))
        guard isInside, first < last else {
          unsafe start.update(repeating: 0, count: positions * lanes)
          continue
        }
        unsafe start.update(repeating: 0, count: first * lanes)
        unsafe (start + last * lanes).update(repeating: 0, count: (positions - last) * lanes)
        let pixel = y * problem.input.width + shift + first * stride.width
        if isBlock, let channel = channels[0] {
          let source = unsafe UnsafePointer(input.plane(region.image, channel) + pixel * lanes)
          let place = unsafe start + first * lanes
          if stride.width > 1 {
            unsafe microkernels.gatherBlock(
              last - first, source, stride.width * lanes, lanes, place)
          }
          if stride.width == 1 || !prologue.isIdentity {
            unsafe microkernels.scaleShiftBlocks(
              1, last - first, stride.width == 1 ? source : UnsafePointer(place), 0,
              prologue.scale + channel, prologue.shift + channel, prologue.relu, place, 0)
          }
        } else {
          unsafe gather(
            channels, of: input, region.image, pixel: pixel, count: last - first,
            into: start + first * lanes)
        }
      }
    }
  }

  /// Gathers pixels that are one stride apart.
  private func gather(
    _ channels: LaneChannels, of input: FeatureView, _ image: Int, pixel: Int, count: Int,
    into target: UnsafeMutablePointer<Float>
  ) {
    let step = unsafe input.layout.blockWidth
    for lane in 0..<lanes {
      guard let channel = channels[lane] else {
        for i in 0..<count { unsafe target[i * lanes + lane] = 0 }
        continue
      }
      let plane = unsafe input.plane(image, channel) + pixel * step
      for i in 0..<count {
        unsafe target[i * lanes + lane] = transformed(
          plane[i * problem.stride.width * step], channel)
      }
    }
  }

  // MARK: - All taps of a kernel row in the lanes

  /// Packs the rows that a task reads such that the lanes of all blocks together hold, for each
  /// output column, what the taps of a kernel row see.
  ///
  /// `buffer` is room for one input row, with its padding and all channels of the group.
  func packTaps(
    of input: FeatureView, _ region: Region, buffer: UnsafeMutablePointer<Float>,
    into target: UnsafeMutablePointer<Float>
  ) {
    let channels = problem.groupInputChannels
    let taps = problem.kernel.width * channels
    let stride = problem.stride.width * channels
    let dilation = problem.dilation.width * channels
    let width = rowBufferWidth(region.columns.count)
    let left = region.columns.lowerBound * problem.stride.width - problem.padding.left
    let step = unsafe input.layout.blockWidth
    for row in 0..<geometry.packedRows(region.rows.count) {
      let y = geometry.inputRow(ofPacked: row, firstOutputRow: region.rows.lowerBound)
      let rowTarget = unsafe target + row * geometry.rowSize
      unsafe buffer.update(repeating: 0, count: width * channels + lanes)
      if y >= 0, y < problem.input.height {
        // `[column][channel]`, so that the taps of a row lie side by side.
        let first = max(0, -left)
        let last = max(first, min(width, problem.input.width - left))
        for channel in 0..<channels {
          let plane = unsafe input.plane(region.image, region.firstChannel + channel)
          let source = unsafe plane + (y * problem.input.width + left) * step
          if prologue.isIdentity {
            for column in first..<last {
              unsafe buffer[column &* channels &+ channel] = source[column &* step]
            }
          } else {
            for column in first..<last {
              unsafe buffer[column &* channels &+ channel] = transformed(
                source[column &* step], region.firstChannel + channel)
            }
          }
        }
      }
      for block in 0..<geometry.blocks {
        let blockTarget = unsafe rowTarget + block * geometry.blockSize
        let begin = block * lanes
        let count = min(lanes, taps - begin)
        if problem.dilation.width == 1 {
          unsafe microkernels.gatherBlock(
            region.columns.count, UnsafePointer(buffer) + begin, stride, count, blockTarget)
          continue
        }
        for index in 0..<region.columns.count {
          for lane in 0..<lanes {
            let (tap, channel) = (begin + lane).quotientAndRemainder(dividingBy: channels)
            unsafe blockTarget[index * lanes + lane] =
              lane < count ? buffer[index * stride + tap * dilation + channel] : 0
          }
        }
      }
    }
  }

  /// The input columns that a number of output columns read.
  private func rowBufferWidth(_ columns: Int) -> Int {
    TileGeometry.span(
      columns, stride: problem.stride.width, kernel: problem.kernel.width,
      dilation: problem.dilation.width)
  }

  /// The elements that ``packTaps(of:_:buffer:into:)`` needs for a row.
  private var rowBufferCount: Int {
    geometry.tapsInLanes
      ? rowBufferWidth(geometry.taskColumns) * problem.groupInputChannels + lanes : 0
  }

  /// The elements that a task needs to pack a number of blocks.
  func scratchCount(blocks: Int) -> Int {
    Int.clampedProduct(blocks, geometry.blockSize) + rowBufferCount
  }

  /// - Throws: ``KernelError`` if a task needs more than can be counted.
  func checkScratch(blocks: Int) throws(KernelError) {
    try TiledBackend().validate(
      scratchBytes: .clampedProduct(scratchCount(blocks: blocks), MemoryLayout<Float>.stride),
      for: problem)
  }

  @inline(__always)
  private func transformed(_ x: Float, _ channel: Int) -> Float {
    prologue.apply(x, channel)
  }
}
