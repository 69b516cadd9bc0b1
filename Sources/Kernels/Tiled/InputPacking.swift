/// Copies the part of an input that one task reads into the order in which it is read, computing the
/// prologue and the average pooling on the way, and putting zeros where the padding is.
@safe
struct InputPacking: Sendable {
  let geometry: TileGeometry
  let microkernels: MicrokernelTable
  let prologue: Prologue?
  let averagePool: Size?

  /// The prologue of each input channel, filled up to whole vectors.
  struct Prologue: Sendable {
    let scale: [Float]
    let shift: [Float]
    let relu: Bool

    init(_ values: ScaleShift, lanes: Int) {
      let rest = [Float](repeating: 0, count: lanes)
      scale = values.scale + rest
      shift = values.shift + rest
      relu = values.relu
    }

    func apply(_ x: Float, _ channel: Int) -> Float {
      let y = scale[channel] * x + shift[channel]
      return relu && y < 0 ? 0 : y
    }
  }

  /// Whether a blocked input already lies as the tiles read it.
  var isNeedless: Bool {
    problem.isPointwise && prologue == nil && averagePool == nil && !geometry.tapsInLanes
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

  /// The input channels that the lanes of one block hold.
  enum LaneChannels: Sendable {
    /// `count` channels in a row from `first` on; the lanes behind them get zeros.
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

    /// The first channel, if the lanes are one whole block of a map that is blocked by `width`.
    func block(_ width: Int) -> Int? {
      guard case .run(let first, let count) = self, count == width, first % width == 0 else {
        return nil
      }
      return first
    }
  }

  /// Packs one block.
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
    let block = unsafe input.layout == .blocked(lanes) ? channels.block(lanes) : nil
    if problem.isPointwise {
      if let block {
        unsafe packRun(channel: block, of: input, region, into: target)
      } else {
        unsafe gatherRun(channels, of: input, region, into: target)
      }
    } else {
      unsafe packRows(channels, block: block, of: input, region, into: target)
    }
  }

  // MARK: - Pointwise: a run of pixels

  private func packRun(
    channel: Int, of input: FeatureView, _ region: Region,
    into target: UnsafeMutablePointer<Float>
  ) {
    let source = unsafe UnsafePointer(input.plane(region.image, channel))
    guard let window = averagePool else {
      unsafe copy(
        source + region.columns.lowerBound * lanes, region.columns.count, channel: channel,
        to: target)
      return
    }
    // The windows of one row of averages at a time.
    let width = problem.output.width
    let inputWidth = unsafe input.shape.width
    var target = unsafe target
    var pixel = region.columns.lowerBound
    while pixel < region.columns.upperBound {
      let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
      let count = min(width - x, region.columns.upperBound - pixel)
      unsafe withFactors(channel) { scale, shift, relu in
        unsafe microkernels.averageBlock(
          count, window.height, window.width,
          source + (y * window.height * inputWidth + x * window.width) * lanes,
          inputWidth * lanes, scale, shift, relu, target)
      }
      unsafe target += count * lanes
      pixel += count
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
    _ channels: LaneChannels, block: Int?, of input: FeatureView, _ region: Region,
    into target: UnsafeMutablePointer<Float>
  ) {
    let stride = problem.stride
    let positions =
      region.columns.count + (geometry.positions - geometry.taskColumns)
    let left = region.columns.lowerBound * stride.width - problem.padding.left
    for row in 0..<geometry.packedRows(region.rows.count) {
      let y =
        region.rows.lowerBound * stride.height + row * geometry.packedRowStep - problem.padding.top
      let isInside = y >= 0 && y < problem.input.height
      for phase in 0..<geometry.phases {
        let start = unsafe target + (row * geometry.rowSize + phase * geometry.positions * lanes)
        // The positions whose column `left + phase + stride · position` lies in the input.
        let shift = left + phase
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
        if let block {
          let source = unsafe input.plane(region.image, block) + pixel * lanes
          if stride.width == 1 {
            unsafe copy(
              source, last - first, channel: block, to: start + first * lanes)
          } else {
            for position in 0..<(last - first) {
              unsafe copy(
                source + position * stride.width * lanes, 1, channel: block,
                to: start + (first + position) * lanes)
            }
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
  /// - Parameter row: Room for one input row, padding and all channels of the group.
  func packTaps(
    of input: FeatureView, _ region: Region, row buffer: UnsafeMutablePointer<Float>,
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
      let y =
        region.rows.lowerBound * problem.stride.height + row * geometry.packedRowStep
        - problem.padding.top
      let rowTarget = unsafe target + row * geometry.rowSize
      unsafe buffer.update(repeating: 0, count: width * channels + lanes)
      if y >= 0, y < problem.input.height {
        // `[column][channel]`, so that the taps of a row lie side by side.
        let first = max(0, -left)
        let last = max(first, min(width, problem.input.width - left))
        for channel in 0..<channels {
          let plane = unsafe input.plane(region.image, region.firstChannel + channel)
          let source = unsafe plane + y * problem.input.width * step
          for column in first..<last {
            unsafe buffer[column * channels + channel] = transformed(
              source[(left + column) * step], region.firstChannel + channel)
          }
        }
      }
      for block in 0..<geometry.blocks {
        let blockTarget = unsafe rowTarget + block * geometry.blockSize
        let begin = block * lanes
        let count = min(lanes, taps - begin)
        for column in region.columns.indices {
          let index = column - region.columns.lowerBound
          let lanesTarget = unsafe blockTarget + index * lanes
          let source = unsafe buffer + index * stride
          if problem.dilation.width == 1, count == lanes {
            unsafe lanesTarget.update(from: source + begin, count: lanes)
          } else {
            for lane in 0..<lanes {
              let (tap, channel) = (begin + lane).quotientAndRemainder(dividingBy: channels)
              unsafe lanesTarget[lane] = lane < count ? source[tap * dilation + channel] : 0
            }
          }
        }
      }
    }
  }

  /// The input columns that so many output columns read.
  private func rowBufferWidth(_ columns: Int) -> Int {
    (columns - 1) * problem.stride.width + (problem.kernel.width - 1) * problem.dilation.width + 1
  }

  /// The elements that ``packTaps(of:_:row:into:)`` needs for a row.
  var rowBufferCount: Int {
    geometry.tapsInLanes
      ? rowBufferWidth(geometry.taskColumns) * problem.groupInputChannels + lanes : 0
  }

  // MARK: - Elements

  @inline(__always)
  private func transformed(_ x: Float, _ channel: Int) -> Float {
    prologue?.apply(x, channel) ?? x
  }

  private func copy(
    _ source: UnsafePointer<Float>, _ pixels: Int, channel: Int,
    to target: UnsafeMutablePointer<Float>
  ) {
    if prologue == nil {
      unsafe target.update(from: source, count: pixels * lanes)
    } else {
      unsafe withFactors(channel) { scale, shift, relu in
        unsafe microkernels.scaleShiftBlock(pixels, source, scale, shift, relu, target)
      }
    }
  }

  /// Lends the prologue's factors from a channel on; 1 and 0 if there is none.
  private func withFactors(
    _ channel: Int,
    _ body: (_ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>, _ relu: Bool) -> Void
  ) {
    guard let prologue else {
      unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * lanes) { factors in
        guard let base = factors.baseAddress else { return }
        unsafe base.update(repeating: 1, count: lanes)
        unsafe (base + lanes).update(repeating: 0, count: lanes)
        unsafe body(base, base + lanes, false)
      }
      return
    }
    unsafe prologue.scale.withUnsafeBufferPointer { scale in
      unsafe prologue.shift.withUnsafeBufferPointer { shift in
        guard let scale = scale.baseAddress, let shift = shift.baseAddress else { return }
        unsafe body(scale + channel, shift + channel, prologue.relu)
      }
    }
  }
}
