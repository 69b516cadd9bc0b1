import CIsolation
import Kernels

/// Numbers one after the other, as they lie in a mailbox.
struct WordWriter {
  private(set) var words: [Int64] = []

  init() { words.reserveCapacity(Int(CISOLATION_WORDS)) }

  mutating func add(_ value: Int) { words.append(Int64(value)) }

  mutating func add(_ shape: TensorShape) { for side in shape.dimensions { add(side) } }

  mutating func add(_ problem: ConvolutionProblem) {
    add(problem.input)
    for value in [
      problem.outputChannels, problem.kernel.height, problem.kernel.width, problem.stride.height,
      problem.stride.width, problem.dilation.height, problem.dilation.width, problem.padding.top,
      problem.padding.left, problem.padding.bottom, problem.padding.right, problem.groups,
    ] {
      add(value)
    }
  }
}

/// Reads what ``WordWriter`` wrote.
struct WordReader {
  private let words: [Int64]
  private var next: Int

  /// - Parameters:
  ///   - words: The numbers.
  ///   - next: The place of the first to read.
  init(_ words: [Int64], from next: Int = 0) {
    self.words = words
    self.next = next
  }

  /// The next number; 0 beyond the end.
  mutating func read() -> Int {
    defer { next += 1 }
    return next < words.count ? Int(words[next]) : 0
  }

  mutating func readShape() -> TensorShape {
    TensorShape(batch: read(), channels: read(), height: read(), width: read())
  }

  mutating func readProblem() throws(ProblemError) -> ConvolutionProblem {
    try ConvolutionProblem(
      input: readShape(), outputChannels: read(), kernel: Size(height: read(), width: read()),
      stride: Size(height: read(), width: read()), dilation: Size(height: read(), width: read()),
      padding: Padding(top: read(), left: read(), bottom: read(), right: read()), groups: read())
  }
}

/// What ``KernelOrder/prepare`` says: the convolution, and where its arrays are in the shared memory.
struct PreparationMessage {
  /// Elements in the shared memory; none where there is no such operand.
  struct Place {
    var offset = 0
    var count = 0
  }

  var backend: Int
  var threads: Int
  var problem: ConvolutionProblem

  /// Where the operands lie between protected pages; nil for memory as it is.
  var placement: OperandPlacement?

  /// The weights, the bias, and the prologue's scale and shift.
  var places: [Place]
  var prologueRelu: Bool
  var relu: Bool
  var pool: Size?

  var hasBias: Bool { places[1].count > 0 }
  var hasPrologue: Bool { places[2].count > 0 }

  var words: [Int64] {
    var writer = WordWriter()
    writer.add(backend)
    writer.add(threads)
    writer.add(problem)
    writer.add(placement?.rawValue ?? 0)
    for place in places {
      writer.add(place.offset)
      writer.add(place.count)
    }
    writer.add(prologueRelu ? 1 : 0)
    writer.add(relu ? 1 : 0)
    writer.add(pool?.height ?? 0)
    writer.add(pool?.width ?? 0)
    return writer.words
  }
}

extension PreparationMessage {
  init(_ reader: inout WordReader) throws(ProblemError) {
    backend = reader.read()
    threads = reader.read()
    problem = try reader.readProblem()
    placement = OperandPlacement(rawValue: reader.read())
    places = []
    for _ in 0..<4 { places.append(Place(offset: reader.read(), count: reader.read())) }
    prologueRelu = reader.read() == 1
    relu = reader.read() == 1
    let size = Size(height: reader.read(), width: reader.read())
    pool = size.height > 0 ? size : nil
  }
}

/// What ``KernelOrder/run`` says: which convolution, and where its input and output are.
struct RunMessage {
  /// Feature maps in memory that both processes have mapped.
  struct Maps {
    /// The number of the arena; nil for the memory that a process begins with.
    var arena: Int?
    var offset: Int

    /// The bytes from an image to the next.
    var imageStride: Int
    var layout: Layout
    var shape: TensorShape

    /// The bytes of an image, spare lanes included.
    var imageByteCount: Int { layout.imageCount(of: shape) * MemoryLayout<Float>.stride }

    /// The bytes of all images, one right after the other.
    var byteCount: Int { imageByteCount * shape.batch }

    fileprivate func write(to writer: inout WordWriter) {
      writer.add(arena ?? 0)
      writer.add(offset)
      writer.add(imageStride)
      writer.add(layout.blockWidth)
      writer.add(shape)
    }
  }

  /// The number that the convolution was given when it was prepared.
  var number: Int
  var threads: Int

  /// The processor to stay on; nil for any.
  var processor: Int?

  /// How often to look for the next order before sleeping.
  var spins: Int
  var input: Maps
  var output: Maps

  var words: [Int64] {
    var writer = WordWriter()
    writer.add(number)
    writer.add(threads)
    writer.add(processor ?? -1)
    writer.add(spins)
    input.write(to: &writer)
    output.write(to: &writer)
    return writer.words
  }
}

extension RunMessage.Maps {
  fileprivate init(_ reader: inout WordReader) {
    let number = reader.read()
    arena = number == 0 ? nil : number
    offset = reader.read()
    imageStride = reader.read()
    let block = reader.read()
    layout = block == 1 ? .planar : .blocked(block)
    shape = reader.readShape()
  }
}

extension RunMessage {
  init(_ reader: inout WordReader) {
    number = reader.read()
    threads = reader.read()
    let index = reader.read()
    processor = index < 0 ? nil : index
    spins = reader.read()
    input = Maps(&reader)
    output = Maps(&reader)
  }
}

extension ConvolutionDescription {
  /// The description as an answer.
  var words: [Int64] {
    var writer = WordWriter()
    for block in [layouts.input.blockWidth, layouts.output.blockWidth] { writer.add(block) }
    writer.add(fusions.rawValue)
    writer.add(orderVaries ? 1 : 0)
    switch algorithm {
    case .direct: writer.add(0)
    case .reassociated: writer.add(1)
    case .reduced(let bits):
      writer.add(3)
      writer.add(bits)
    case .winograd(let transform):
      writer.add(2)
      writer.add(transform.tile)
      // None for the points that a tile of this size has by itself.
      let isKnown = WinogradTransform.of(tile: transform.tile) == transform
      writer.add(isKnown ? 0 : transform.points.count)
      for point in transform.points { writer.add(Int(truncatingIfNeeded: point.bitPattern)) }
    }
    return writer.words
  }

  /// Reads an answer, which a hostile process may have written; nil if it says what cannot be.
  init?(_ words: [Int64], on target: ExecutionTarget) {
    var reader = WordReader(words)
    let blocks = [reader.read(), reader.read()]
    guard blocks.allSatisfy({ $0 == 1 || $0 == target.instructionSet.laneCount }) else {
      return nil
    }
    let layouts = blocks.map { $0 == 1 ? Layout.planar : .blocked($0) }
    let fusions = Fusions(rawValue: reader.read() & 7)
    let orderVaries = reader.read() != 0
    let algorithm: Algorithm
    switch reader.read() {
    case 0: algorithm = .direct
    case 1: algorithm = .reassociated
    case 2:
      let (tile, count) = (reader.read(), reader.read())
      guard (0...WinogradTransform.largestTile + 1).contains(count) else { return nil }
      let points = (0..<count).map { _ in
        Double(bitPattern: UInt64(bitPattern: Int64(reader.read())))
      }
      let transform =
        count == 0
        ? WinogradTransform.of(tile: tile) : WinogradTransform(tile: tile, points: points)
      guard let transform else { return nil }
      algorithm = .winograd(transform)
    case 3:
      let bits = reader.read()
      guard Algorithm.reducedBits.contains(bits) else { return nil }
      algorithm = .reduced(bits: bits)
    default: return nil
    }
    self.init(
      algorithm, fusions: fusions,
      layouts: ConvolutionLayouts(input: layouts[0], output: layouts[1]))
    self.orderVaries = orderVaries
  }
}

extension Duration {
  /// Whole nanoseconds.
  var nanoseconds: Int {
    Int(components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000)
  }
}
