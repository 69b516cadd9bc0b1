import Kernels
import Testing

@testable import Net

@Suite struct CalibrationTests {
  @Test(arguments: [(224, 1), (64, 13), (256, 1), (32, 49)])
  func `There are enough pictures for the last maps`(size: Int, count: Int) {
    let side = size / 32
    let pictures = CalibrationPictures.batch(
      seed: 1, shape: TensorShape(channels: 3, height: size, width: size),
      lastPixels: side * side)
    #expect(
      pictures.shape == TensorShape(batch: count, channels: 3, height: size, width: size))
    #expect(pictures.elements.allSatisfy { (0...256).contains($0) })
  }

  /// Differences between neighbouring blocks grow with the blocks, as in photographs.
  @Test func `Pictures have structure at all scales`() {
    let pictures = CalibrationPictures.batch(
      seed: 2, shape: TensorShape(channels: 3, height: 128, width: 128), lastPixels: 16)
    var differences: [Double] = []
    for block in [1, 4, 16] {
      let side = 128 / block
      var means = [Double](repeating: 0, count: side * side)
      for y in 0..<128 {
        for x in 0..<128 {
          means[y / block * side + x / block] += pictures.elements[y * 128 + x]
        }
      }
      var sum = 0.0
      for y in 0..<side {
        for x in 1..<side {
          sum += (means[y * side + x] - means[y * side + x - 1]).magnitude
        }
      }
      differences.append(sum / Double(side * (side - 1) * block * block))
    }
    #expect(differences[0] > 3)
    #expect(differences[1] > 1.2 * differences[0])
    #expect(differences[2] > 1.2 * differences[1])
  }

  /// Two images of two channels have the means 4 and 2 and the variances 5 and 0.
  ///
  /// The mean of the variances is 2.5. With four pixels, a common weight of 16 leaves each variance a
  /// fifth.
  @Test(arguments: [1, 2]) func `Statistics are those of all pixels of a channel`(
    threads: Int
  ) throws {
    let input = Tensor<Double>(
      shape: TensorShape(batch: 2, channels: 2, height: 1, width: 2),
      elements: [1, 3, 2, 2, 5, 7, 2, 2])
    let statistics = ChannelStatistics(input, team: try WorkerTeam(count: threads))
    #expect(statistics.means == [4, 2])
    #expect(statistics.variances == [0.2 * 5 + 0.8 * 2.5, 0.8 * 2.5])
  }

  @Test func `Logits are scaled to a deviation of 1.2`() {
    let logits = Tensor<Double>(
      shape: TensorShape(batch: 2, channels: 4), elements: [1, -1, 1, -1, 3, 1, 3, 1])
    // Largest probability: 1 / (2 + 2 exp(−2.4)) = 0.458, within bounds.
    #expect(
      ClassifierScale.scale(logits: logits, bias: [Float](repeating: 0, count: 4)) == 1.2)
  }

  /// The scale that takes softmax (2s, 0) to 0.6 is s = ln(1.5) / 2 = 0.203.
  @Test func `Too sure a classifier is scaled down`() {
    let logits = Tensor<Double>(shape: TensorShape(channels: 2), elements: [2, 0])
    let scale = ClassifierScale.scale(logits: logits, bias: [0, 0])
    #expect(scale <= 0.2028)
    #expect(scale > 0.2027 / 1.05)
  }

  @Test func `Logits that do not vary are left alone`() {
    let logits = Tensor<Double>(shape: TensorShape(channels: 3), repeating: 5)
    #expect(ClassifierScale.scale(logits: logits, bias: [0, 0, 0]) == 1)
  }
}
