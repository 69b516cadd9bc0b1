import Kernels
import Testing

@Suite("Convolution problems") struct ConvolutionProblemTests {
  @Test("have the size that the formula gives") func output() throws {
    let stem = try ConvolutionProblem(
      input: TensorShape(channels: 3, height: 224, width: 224), outputChannels: 64,
      kernel: Size(7), stride: Size(2), padding: Padding(3))
    #expect(stem.output == TensorShape(channels: 64, height: 112, width: 112))
    // 64 · 112 · 112 outputs of 3 · 7 · 7 products, each two operations.
    #expect(stem.operations == 236_027_904)
    #expect("\(stem)" == "mb1ic3ih224oc64oh112kh7sh2ph3")
    let dilated = try ConvolutionProblem(
      input: TensorShape(batch: 2, channels: 4, height: 9, width: 12), outputChannels: 6,
      kernel: Size(height: 3, width: 1), stride: Size(height: 1, width: 2),
      dilation: Size(height: 2, width: 1),
      padding: Padding(top: 1, left: 0, bottom: 2, right: 0), groups: 2)
    #expect(dilated.output == TensorShape(batch: 2, channels: 6, height: 8, width: 6))
    #expect(dilated.depth == 6 && dilated.weightCount == 36)
  }

  @Test("that make no sense are refused") func refused() {
    let shape = TensorShape(channels: 4, height: 5, width: 5)
    func refuses(
      _ shape: TensorShape, out: Int = 4, kernel: Size = Size(3), stride: Size = Size(1),
      padding: Padding = Padding(0), groups: Int = 1
    ) -> Bool {
      do {
        _ = try ConvolutionProblem(
          input: shape, outputChannels: out, kernel: kernel, stride: stride, padding: padding,
          groups: groups)
        return false
      } catch {
        return true
      }
    }
    #expect(!refuses(shape))
    #expect(refuses(shape, kernel: Size(6)))
    #expect(refuses(shape, kernel: Size(0)))
    #expect(refuses(shape, stride: Size(0)))
    #expect(refuses(shape, padding: Padding(-1)))
    #expect(!refuses(shape, padding: Padding(top: 0, left: 0, bottom: -2, right: -2)))
    #expect(refuses(shape, padding: Padding(top: 0, left: 0, bottom: -3, right: 0)))
    #expect(refuses(shape, padding: Padding(top: 0, left: 0, bottom: -1 << 25, right: 0)))
    #expect(refuses(shape, groups: 3))
    #expect(refuses(shape, out: 0))
    #expect(refuses(TensorShape(batch: 0, channels: 1, height: 5, width: 5)))
    let huge = 1 << 24
    #expect(
      refuses(
        TensorShape(batch: huge, channels: huge, height: huge, width: huge), kernel: Size(1)))
  }
}
