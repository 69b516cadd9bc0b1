import Kernels

/// Pictures that nobody took, to calibrate seeded weights on.
enum CalibrationPictures {
  static func batch(seed: UInt64, count: Int, size: Int) -> Tensor<Double> {
    var result = Tensor<Double>(
      shape: TensorShape(batch: count, channels: 3, height: size, width: size), repeating: 0)
    for index in 0..<count {
      if tune.noise { noise(RandomStream(seed: seed, name: "picture\(index)"), size, into: &result.elements,
        at: index * result.shape.imageCount, index); continue }
      leaves(
        RandomStream(seed: seed, name: "picture\(index)"), size, into: &result.elements,
        at: index * result.shape.imageCount, index)
    }
    return result
  }

  private static func leaves(
    _ stream: RandomStream, _ size: Int, into elements: inout [Double], at base: Int, _ index: Int
  ) {
    let leaves = size * size / 8
    let numbers = stream.uniform(0..<(leaves * 10 + 8))
    let mean = 130 + 40 * numbers[0]
    let contrast = tune.contrast * (1 + 0.4 * numbers[1])
    let rmin = tune.rmin * tune.rmins[index % tune.rmins.count]
    let rmax = Double(size) / 2
    var k = 8
    for leaf in 0..<leaves {
      let u = leaf == 0 ? 0 : (numbers[k] + 1) / 2
      let radius = 1 / (u / (rmin * rmin) + (1 - u) / (rmax * rmax)).squareRoot()
      let limit = leaf == 0 ? 4 * Double(size * size) : radius * radius
      let cx = (numbers[k + 1] + 1) / 2 * Double(size)
      let cy = (numbers[k + 2] + 1) / 2 * Double(size)
      let luma = mean + contrast * 1.5 * numbers[k + 3]
      let slopeX = contrast * 0.5 * numbers[k + 4] / radius
      let slopeY = contrast * 0.5 * numbers[k + 5] / radius
      let chroma = [numbers[k + 6], numbers[k + 7], numbers[k + 8]].map { $0 * 0.5 * contrast }
      k += 10
      let reach = leaf == 0 ? Double(size) : radius
      let x0 = max(0, Int(cx - reach)), x1 = min(size - 1, Int(cx + reach))
      let y0 = max(0, Int(cy - reach)), y1 = min(size - 1, Int(cy + reach))
      guard x0 <= x1, y0 <= y1 else { continue }
      for y in y0...y1 {
        for x in x0...x1 {
          let dx = Double(x) - cx, dy = Double(y) - cy
          guard dx * dx + dy * dy <= limit else { continue }
          for c in 0..<3 {
            let v = luma + chroma[c] + slopeX * dx + slopeY * dy
            elements[base + (c * size + y) * size + x] = min(256, max(0, v))
          }
        }
      }
    }
  }

  private static func noise(
    _ stream: RandomStream, _ size: Int, into elements: inout [Double], at base: Int, _ index: Int
  ) {
    let numbers = stream.uniform(0..<(16 * size * size + 4000))
    var k = 8
    var sum = [Double](repeating: 0, count: 3 * size * size)
    var cell = 1
    var amplitude = tune.contrast / 4 * (1 + 0.4 * numbers[1])
    while cell <= size / 2 {
      let side = (size + cell - 1) / cell + 1
      let luma = Array(numbers[k..<(k + side * side)])
      k += side * side
      for c in 0..<3 {
        let chroma = Array(numbers[k..<(k + side * side)])
        k += side * side
        for y in 0..<size {
          for x in 0..<size {
            let (i, u) = y.quotientAndRemainder(dividingBy: cell)
            let (j, v) = x.quotientAndRemainder(dividingBy: cell)
            let fu = Double(u) / Double(cell), fv = Double(v) / Double(cell)
            func at(_ i: Int, _ j: Int) -> Double { luma[i * side + j] + 0.4 * chroma[i * side + j] }
            let top = at(i, j) * (1 - fv) + at(i, j + 1) * fv
            let bottom = at(i + 1, j) * (1 - fv) + at(i + 1, j + 1) * fv
            sum[(c * size + y) * size + x] += amplitude * (top * (1 - fu) + bottom * fu)
          }
        }
      }
      cell *= 2
      amplitude *= tune.growth
    }
    let n = Double(sum.count)
    let m = sum.reduce(0, +) / n
    let sd = (sum.reduce(0) { $0 + ($1 - m) * ($1 - m) } / n).squareRoot()
    let place = Double(2 * index + 1) / Double(tune.count) - 1
    let mean = 130 + 40 * place
    let spread = tune.count == 1 ? 1 : [1 - tune.spread, 1 + tune.spread, 1][index % 3]
    for i in sum.indices { elements[base + i] = min(256, max(0, mean + tune.contrast * spread * (sum[i] - m) / sd)) }
  }
}
