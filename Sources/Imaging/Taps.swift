/// Where each output column (or row) of a bilinear resize reads its two inputs.
///
/// Output `i` of `m` is at position t = (i + ½)·(length / m) − ½ + start of the input: centres of
/// pixels are at halves, so that both edges of the picture stay where they are. It takes
/// (1 − f)·input[⌊t⌋] + f·input[⌊t⌋ + 1] with f = t − ⌊t⌋. A position beyond the centre of an edge pixel
/// is moved to it, so that its value is unchanged, without the rounding of (1 − f)·v + f·v.
///
/// That is EBImage's `resize`, and PyTorch's `interpolate(mode="bilinear", align_corners=False,
/// antialias=False)`. There is no low-pass: strong reduction skips pixels.
///
/// The distance length / m is computed as 1 / (m / length), which is how EBImage inverts its transform;
/// length / m may differ in the last bit, and then positions near the far edge by 1e-14 pixels.
struct Taps {
  /// The number of input samples.
  let input: Int

  /// The inputs, all of them in 0 ..< ``input``.
  private(set) var low: [Int] = []
  private(set) var high: [Int] = []
  private(set) var weight: [Double] = []

  /// Takes `output` samples from the stretch `start ..< start + length` of `input` samples.
  init(input: Int, output: Int, start: Double = 0, length: Double) {
    self.input = input
    let step = 1 / (Double(output) / length)
    let last = Double(input - 1)
    low.reserveCapacity(output)
    high.reserveCapacity(output)
    weight.reserveCapacity(output)
    for index in 0..<output {
      let position = min(max((Double(index) + 0.5) * step - 0.5 + start, 0), last)
      let floor = position.rounded(.down)
      low.append(Int(floor))
      high.append(Int(min(floor + 1, last)))
      weight.append(position - floor)
    }
  }

  /// Takes `output` samples from all of `input` samples.
  init(input: Int, output: Int) {
    self.init(input: input, output: output, length: Double(input))
  }

  var count: Int { low.count }
}
