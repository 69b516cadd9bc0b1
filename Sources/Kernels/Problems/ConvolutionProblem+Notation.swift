extension ConvolutionProblem {
  /// Reads a problem in the notation of oneDNN's benchdnn, such as `mb1ic128ih28oc32oh28kh3ph1`, as
  /// benchdnn reads it (`tests/benchdnn/conv/conv_aux.cpp`, `str2desc`, and `sanitize_desc`).
  ///
  /// Each letter code is followed by a number: `g` groups, `mb` batch (2 if it is left out), `ic ih iw`
  /// the input, `oc oh ow` the output, `kh kw` the kernel, `sh sw` strides, `dh dw` the gaps between
  /// kernel taps, `ph pw` the padding at the top and at the left. Underscores mean nothing. `n` begins a
  /// name, with quotes or without, that ends the text except for `*N`, which says how often a network has
  /// the problem.
  ///
  /// If no code of the width says anything, the width equals the height; if none of the height does, the
  /// problem has one dimension, and its height is 1. Otherwise input and kernel must be given. An output
  /// that is left out follows from the same padding on both sides, which is 0 unless given; padding that
  /// is left out beside an output is half of what the output needs. What is padded at the bottom and on
  /// the right follows from the output, and is negative if that leaves rows or columns over.
  ///
  /// - Throws: ``ProblemError`` that names the part that makes no sense.
  public init(notation text: String) throws(ProblemError) {
    let values = try Self.numbers(in: text)
    func value(_ code: String, or other: Int? = nil) throws(ProblemError) -> Int {
      if let value = values[code] ?? other { return value }
      throw ProblemError("\(text): \(code) is missing")
    }
    guard let (height, width) = try Self.sides(values, text) else {
      throw ProblemError("\(text): ih is missing")
    }
    do {
      try self.init(
        input: TensorShape(
          batch: value("mb", or: 2), channels: value("ic"), height: height.input,
          width: width.input),
        outputChannels: value("oc"), kernel: Size(height: height.kernel, width: width.kernel),
        stride: Size(height: height.stride, width: width.stride),
        dilation: Size(height: height.gap + 1, width: width.gap + 1),
        padding: Padding(
          top: height.before, left: width.before, bottom: height.behind, right: width.behind),
        groups: value("g", or: 1))
    } catch {
      throw error.description.hasPrefix(text) ? error : ProblemError("\(text): \(error)")
    }
    for (given, computed) in [(height.output, output.height), (width.output, output.width)]
    where given != computed {
      throw ProblemError("\(text): the output has \(computed) rows or columns, not \(given)")
    }
  }

  /// Whether a text looks like the notation, so that it is not taken for the name of a file.
  public static func looksLikeNotation(_ text: String) -> Bool {
    let code = text.prefix { $0.isLowercase && $0.isASCII }
    return known.contains(String(code))
      && text.dropFirst(code.count).first.map { $0.isASCII && $0.isNumber } == true
  }

  /// The sides of a problem, one of which may follow from the other; nil if it has none.
  private static func sides(_ values: [String: Int], _ text: String) throws(ProblemError) -> (
    height: Side, width: Side
  )? {
    switch (try Side("h", values, text), try Side("w", values, text)) {
    case (let height?, let width?): (height, width)
    case (let height?, nil): (height, height)
    case (nil, let width?): (.one, width)
    case (nil, nil): nil
    }
  }

  /// One direction of a problem.
  private struct Side {
    var input = 1
    var output = 1
    var kernel = 1
    var stride = 1
    var gap = 0
    var before = 0
    var behind = 0

    /// The value of a direction that a problem does not have.
    static let one = Side()

    private init() {}

    /// Reads the codes that end in a letter; nil if they say nothing.
    ///
    /// A stride of 1 and a padding of 0 say nothing, as in benchdnn.
    init?(_ letter: String, _ values: [String: Int], _ text: String) throws(ProblemError) {
      func number(_ code: String) -> Int { values[code + letter] ?? 0 }
      let given = [number("i"), number("k"), number("o"), number("d"), number("p")]
      stride = values["s" + letter] ?? 1
      guard stride != 1 || given.contains(where: { $0 != 0 }) else { return nil }
      for code in ["i", "k"] where number(code) == 0 {
        // Numbers that are left out are missing, and a number that is 0 is out of range.
        guard values[code + letter] != nil else {
          throw ProblemError("\(text): \(code)\(letter) is missing")
        }
      }
      let limit = ConvolutionProblem.largestExtent
      guard
        [number("i"), number("k"), stride].allSatisfy({ (1...limit).contains($0) }),
        given.allSatisfy({ (0...limit).contains($0) })
      else {
        throw ProblemError(
          "\(text): sizes and strides must lie in 1...\(limit), gaps and padding in 0...\(limit)")
      }
      input = number("i")
      kernel = number("k")
      gap = number("d")
      let window = (kernel - 1) * (gap + 1) + 1
      if let wanted = values["o" + letter], wanted > 0 {
        output = wanted
        // benchdnn would refuse less than 0 here, as nothing can be left out at the top.
        before = values["p" + letter] ?? max(0, ((output - 1) * stride + window - input) / 2)
      } else {
        before = number("p")
        guard input + 2 * before - window > -stride else {
          throw ProblemError(
            "\(text): a window of \(window) does not fit in \(input) with a padding of \(before)")
        }
        output = (input + 2 * before - window) / stride + 1
      }
      let rest = (output - 1) * stride + window - input - before
      // A remainder of less than a stride changes nothing, so it is kept.
      behind = rest >= 0 ? rest : min(0, rest + stride - 1)
    }
  }

  private static let known: Set = [
    "g", "mb", "ic", "ih", "iw", "oc", "oh", "ow", "kh", "kw", "sh", "sw", "dh", "dw", "ph", "pw",
  ]

  /// The codes of a third dimension.
  private static let deep: Set = ["id", "od", "kd", "sd", "dd", "pd"]

  /// The numbers by their codes.
  private static func numbers(in text: String) throws(ProblemError) -> [String: Int] {
    var values: [String: Int] = [:]
    var rest = text[...]
    while !rest.isEmpty, !rest.hasPrefix("n"), !rest.hasPrefix("*") {
      guard !rest.hasPrefix("_") else {
        rest = rest.dropFirst()
        continue
      }
      let code = String(rest.prefix { $0.isLowercase && $0.isASCII })
      let digits = rest.dropFirst(code.count).prefix { $0.isNumber && $0.isASCII }
      guard !deep.contains(code) else {
        throw ProblemError(
          "\(text): \(code) makes it three-dimensional; only one or two dimensions are computed")
      }
      guard known.contains(code), let number = Int(digits) else {
        throw ProblemError(
          "\(text): \"\(rest.prefix(12))\" is not a code with a number, such as ic64")
      }
      guard values.updateValue(number, forKey: code) == nil else {
        throw ProblemError("\(text): \(code) comes twice")
      }
      rest = rest.dropFirst(code.count + digits.count)
    }
    if rest.hasPrefix("*"), Int(rest.dropFirst()).map({ $0 < 1 }) ?? true {
      throw ProblemError("\(text): \"\(rest)\" is not a count, such as *3")
    }
    guard !values.isEmpty else { throw ProblemError("\"\(text)\" is not a convolution") }
    return values
  }
}
