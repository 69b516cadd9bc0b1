extension ConvolutionProblem {
  /// Reads a problem in the notation of oneDNN's benchdnn, such as `mb1ic128ih28oc32oh28kh3ph1`.
  ///
  /// Each letter code is followed by a number: `g` groups, `mb` batch (2 if it is left out, as there),
  /// `ic ih iw` the input, `oc oh ow` the output, `kh kw` the kernel, `sh sw` strides, `dh dw` the gaps
  /// between taps, `ph pw` the padding at the top and at the left. A width that is left out is that of
  /// the height. What has to be padded at the bottom and at the right follows from the output; an output
  /// that is left out follows from padding that is the same on both sides; and padding that is left out
  /// beside an output is half of what the output needs. A name, `n"…"`, may end the text.
  ///
  /// - Throws: ``ProblemError`` that says which part makes no sense.
  public init(notation text: String) throws(ProblemError) {
    let values = try Self.numbers(in: text)
    func value(_ code: String, or other: Int? = nil) throws(ProblemError) -> Int {
      if let value = values[code] ?? other { return value }
      throw ProblemError("\(text): \(code) is missing")
    }
    let groups = try value("g", or: 1)
    let height = try Side(
      input: value("ih", or: values["iw"]), output: values["oh"] ?? values["ow"],
      kernel: value("kh", or: values["kw"]), stride: values["sh"] ?? values["sw"] ?? 1,
      gap: values["dh"] ?? values["dw"] ?? 0, padding: values["ph"] ?? values["pw"], text: text)
    let width = try Side(
      input: value("iw", or: values["ih"]), output: values["ow"] ?? values["oh"],
      kernel: value("kw", or: values["kh"]), stride: values["sw"] ?? values["sh"] ?? 1,
      gap: values["dw"] ?? values["dh"] ?? 0, padding: values["pw"] ?? values["ph"], text: text)
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
        groups: groups)
    } catch {
      throw error.description.hasPrefix(text) ? error : ProblemError("\(text): \(error)")
    }
    for (given, computed) in [(height.output, output.height), (width.output, output.width)] {
      if let given, given != computed {
        throw ProblemError("\(text): the output has \(computed) rows or columns, not \(given)")
      }
    }
  }

  /// Whether a text looks like the notation, so that it is not taken for the name of a file.
  public static func looksLikeNotation(_ text: String) -> Bool {
    ["mb", "ic", "g"].contains { code in
      text.hasPrefix(code) && text.dropFirst(code.count).first?.isWholeNumber == true
    }
  }

  /// One direction of a problem.
  private struct Side {
    var input: Int
    var output: Int?
    var kernel: Int
    var stride: Int
    var gap: Int
    var before: Int
    var behind: Int

    init(
      input: Int, output: Int?, kernel: Int, stride: Int, gap: Int, padding: Int?, text: String
    ) throws(ProblemError) {
      let extents = [input, output ?? 1, kernel, stride, gap + 1, padding ?? 1]
      guard extents.allSatisfy({ (0...ConvolutionProblem.largestExtent).contains($0) }) else {
        throw ProblemError(
          "\(text): a number is not in 0...\(ConvolutionProblem.largestExtent)")
      }
      self.input = input
      self.output = output
      self.kernel = kernel
      self.stride = stride
      self.gap = gap
      let window = (kernel - 1) * (gap + 1) + 1
      let needed = output.map { ($0 - 1) * stride + window - input }
      let before = padding ?? max(0, (needed ?? 0) / 2)
      self.before = before
      behind = needed.map { max(0, $0 - before) } ?? before
    }
  }

  /// The numbers by their codes.
  private static func numbers(in text: String) throws(ProblemError) -> [String: Int] {
    let known: Set = [
      "g", "mb", "ic", "ih", "iw", "oc", "oh", "ow", "kh", "kw", "sh", "sw", "dh", "dw", "ph", "pw",
    ]
    var values: [String: Int] = [:]
    var rest = text[...]
    while !rest.isEmpty, !rest.hasPrefix("n\"") {
      let code = String(rest.prefix { $0.isLowercase && $0.isASCII })
      let digits = rest.dropFirst(code.count).prefix { $0.isNumber && $0.isASCII }
      guard known.contains(code), let number = Int(digits) else {
        throw ProblemError(
          "\(text): \"\(rest.prefix(12))\" is no code with a number, such as ic64")
      }
      guard values.updateValue(number, forKey: code) == nil else {
        throw ProblemError("\(text): \(code) comes twice")
      }
      rest = rest.dropFirst(code.count + digits.count)
    }
    guard !values.isEmpty else { throw ProblemError("\"\(text)\" is no convolution") }
    return values
  }
}
