import Kernels
import Testing

@Suite("benchdnn's notation") struct NotationTests {
  @Test("comes back as the same problem", arguments: 0..<UInt64(8))
  func roundTrip(chunk: UInt64) throws {
    for seed in (chunk * 250)..<(chunk * 250 + 250) {
      let problem = ConvolutionProblem.random(seed: seed)
      let read = try ConvolutionProblem(notation: problem.description)
      // Padding that no window reaches is not written.
      #expect(try ConvolutionProblem(notation: read.description) == read, "seed \(seed)")
      #expect(read.input == problem.input && read.output == problem.output, "seed \(seed)")
      #expect(read.kernel == problem.kernel && read.stride == problem.stride, "seed \(seed)")
      #expect(read.dilation == problem.dilation && read.groups == problem.groups, "seed \(seed)")
      #expect(
        read.padding.top == problem.padding.top && read.padding.left == problem.padding.left,
        "seed \(seed)")
    }
  }

  @Test("fills in what is left out as benchdnn does") func defaults() throws {
    let problem = try ConvolutionProblem(notation: "ic16ih7oc32kh3n\"name\"")
    #expect(problem.input == TensorShape(batch: 2, channels: 16, height: 7, width: 7))
    #expect(problem.output == TensorShape(batch: 2, channels: 32, height: 5, width: 5))
    let padded = try ConvolutionProblem(notation: "mb1ic16ih7oc32oh7kh3")
    #expect(padded.padding == Padding(1))
    let lopsided = try ConvolutionProblem(notation: "mb1ic3ih8oc4oh4kh3sh2ph0")
    #expect(lopsided.padding == Padding(top: 0, left: 0, bottom: 1, right: 1))
    let wide = try ConvolutionProblem(notation: "mb1ic3ih17iw17oc4oh17ow17kh1kw7ph0pw3dw0")
    #expect(wide.kernel == Size(height: 1, width: 7) && wide.output.width == 17)
    let spread = try ConvolutionProblem(notation: "g3mb1ic3ih9oc6oh5kh3dh1")
    #expect(spread.dilation == Size(2) && spread.groups == 3)
  }

  /// What benchdnn makes of its notation, worked out by hand from its `str2desc` and `sanitize_desc`:
  /// the shapes, and the padding that follows.
  static let readings: [(String, input: [Int], output: [Int], kernel: [Int], pads: [Int])] = [
    ("mb1ic8iw9oc4ow9kw3pw1", [1, 8, 1, 9], [1, 4, 1, 9], [1, 3], [0, 1, 0, 1]),
    ("mb1ic8iw12oc4kw4sw2", [1, 8, 1, 12], [1, 4, 1, 5], [1, 4], [0, 0, 0, 0]),
    ("mb2_ic16oc16_ih7oh7kh5ph2", [2, 16, 7, 7], [2, 16, 7, 7], [5, 5], [2, 2, 2, 2]),
    (
      "g1mb1_ic32oc32_ih7oh11kh3ph2_n\"right pad 4\"", [1, 32, 7, 7], [1, 32, 11, 11], [3, 3],
      [2, 2, 4, 4]
    ),
    ("ic4ih13oc4oh13kh3ph1nplain_name", [2, 4, 13, 13], [2, 4, 13, 13], [3, 3], [1, 1, 1, 1]),
    ("mb1ic3ih8oc4oh2kh3ph0", [1, 3, 8, 8], [1, 4, 2, 2], [3, 3], [0, 0, -4, -4]),
    (
      "mb1ic16ih7iw1oc16oh1ow1kh11kw1sh2sw1ph5pw0", [1, 16, 7, 1], [1, 16, 1, 1], [11, 1],
      [5, 0, 0, 0]
    ),
    ("mb1ic16ih1iw1oc16oh2ow1kh3kw1dh1ph1", [1, 16, 1, 1], [1, 16, 2, 1], [3, 1], [1, 0, 4, 0]),
    // Half of what the output needs; the odd rest lies behind.
    ("mb1ic3ih8oc4oh8kh4", [1, 3, 8, 8], [1, 4, 8, 8], [4, 4], [1, 1, 2, 2]),
    // A stride of 1 and a padding of 0 say nothing of the width.
    ("mb1ic3ih9oc4oh5kh3sh2ph1sw1pw0", [1, 3, 9, 9], [1, 4, 5, 5], [3, 3], [1, 1, 1, 1]),
    ("mb1ic3ih9iw5oc4kh3kw1", [1, 3, 9, 5], [1, 4, 7, 5], [3, 1], [0, 0, 0, 0]),
    // A window that hangs over by less than a stride: benchdnn divides towards 0.
    ("mb1ic3ih8oc4kh9sh2", [1, 3, 8, 8], [1, 4, 1, 1], [9, 9], [0, 0, 1, 1]),
    ("mb1ic3ih8oc4kh3ph1*5", [1, 3, 8, 8], [1, 4, 8, 8], [3, 3], [1, 1, 1, 1]),
    ("ic3ih8oc4kh3ph1n\"net:conv1\"*5", [2, 3, 8, 8], [2, 4, 8, 8], [3, 3], [1, 1, 1, 1]),
  ]

  @Test("means what it means to benchdnn", arguments: readings.indices)
  func meaning(index: Int) throws {
    let (text, input, output, kernel, pads) = Self.readings[index]
    let problem = try ConvolutionProblem(notation: text)
    #expect(problem.input.dimensions == input, "\(text)")
    #expect(problem.output.dimensions == output, "\(text)")
    #expect([problem.kernel.height, problem.kernel.width] == kernel, "\(text)")
    let padding = problem.padding
    #expect(
      [padding.top, padding.left, padding.bottom, padding.right] == pads, "\(text)")
    #expect(try ConvolutionProblem(notation: "\(problem)") == problem, "\(text): \(problem)")
  }

  @Test(
    "names the part that makes no sense",
    arguments: [
      ("", "not a convolution"), ("mb1ic3", "ih is missing"), ("mb1ic3ih8oc4kh3*", "*"),
      ("mb1ic3ih8oc4kh3kh3", "twice"), ("mb1ic3ih8zz4", "zz4"), ("mb1ic3ih8oc4kh", "kh"),
      ("mb1ic3ih99999999999999999999oc4kh3", "ih9999"), ("g2mb1ic3ih8oc4kh3", "groups"),
      ("mb1ic3ih8oc4kh9", "window"), ("mb0ic3ih8oc4kh3", "1...16777216"),
      ("mb1ic3ih8oc4kh3dh99999999999", "0...16777216"), ("mb1ic3ih-8oc4kh3", "ih-8"),
      ("mb1ic3ih8oc4kh0", "1...16777216"), ("mb1ic3ih8oc4kh3sh0", "1...16777216"),
      ("mb1ic3id3ih7iw8oc8od3oh7ow8kd3kh3kw3", "three-dimensional"),
      ("mb1ic3iw8oc4kh3", "ih is missing"), ("mb1ic3ih8iw8oc4kh3", "kw is missing"),
      ("mb1ic3ih8oc4oh1kh3ph4294967296", "0...16777216"), ("mb1ic3ih8oc4kh3*0", "*0"),
      ("mb1ic16777216ih16777216oc1kh1", "1099511627776 elements"),
      ("mb1ic1ih4096oc16777216oh4096kh4096ph2048", "1099511627776 elements"),
      ("mb1ic1ih1048576oc1oh1048576kh1048576ph524288", "operations"),
    ])
  func refusal(text: String, part: String) {
    let error = #expect(throws: ProblemError.self) {
      try ConvolutionProblem(notation: text)
    }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "no error")")
  }
}
