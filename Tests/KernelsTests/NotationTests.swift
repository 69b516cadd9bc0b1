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

  @Test(
    "names the part that makes no sense",
    arguments: [
      ("", "no convolution"), ("mb1ic3", "ih is missing"), ("mb1ic3ih8oc4oh2kh3ph1", "not 2"),
      ("mb1ic3ih8oc4kh3kh3", "twice"), ("mb1ic3ih8zz4", "zz4"), ("mb1ic3ih8oc4kh", "kh"),
      ("mb1ic3ih99999999999999999999oc4kh3", "ih9999"), ("g2mb1ic3ih8oc4kh3", "groups"),
      ("mb1ic3ih8oc4kh9", "window"), ("mb0ic3ih8oc4kh3", "1...16777216"),
      ("mb1ic3ih8oc4kh3dh99999999999", "0...16777216"), ("mb1ic3ih-8oc4kh3", "ih-8"),
      ("mb1ic3ih8oc4kh0", "1...16777216"), ("mb1ic3ih8oc4kh3sh0", "1...16777216"),
    ])
  func refusal(text: String, part: String) {
    let error = #expect(throws: ProblemError.self) {
      try ConvolutionProblem(notation: text)
    }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "no error")")
  }
}
