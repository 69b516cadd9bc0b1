import Kernels

extension ConvolutionCase {
  /// The result and, for each element, what it is with every number replaced by its magnitude, by the
  /// definition: one loop for each index, nothing shared with the library.
  ///
  /// The magnitude is `Σ|w||x| + |bias|`, where an input that goes through a prologue counts
  /// `|scale||x| + |shift|`, and an average that of the magnitudes in its window.
  public func expected() -> (values: [Double], magnitudes: [Double]) {
    let data = data
    let p = problem
    func element(_ n: Int, _ c: Int, _ row: Int, _ column: Int) -> (Double, Double) {
      let shape = inputShape
      let value = Double(
        data.input[((n * shape.channels + c) * shape.height + row) * shape.width + column])
      guard let prologue = data.prologue else { return (value, value.magnitude) }
      let product = Double(prologue.scale[c]) * value
      let shift = Double(prologue.shift[c])
      let sum = product + shift
      return (prologue.relu ? max(0, sum) : sum, product.magnitude + shift.magnitude)
    }
    func x(_ n: Int, _ c: Int, _ row: Int, _ column: Int) -> (Double, Double) {
      guard (0..<p.input.height).contains(row), (0..<p.input.width).contains(column) else {
        return (0, 0)
      }
      guard let window else { return element(n, c, row, column) }
      var sum = 0.0
      var magnitude = 0.0
      for i in 0..<window.height {
        for j in 0..<window.width {
          let next = element(n, c, row * window.height + i, column * window.width + j)
          sum += next.0
          magnitude += next.1
        }
      }
      let count = Double(window.height * window.width)
      return (sum / count, magnitude / count)
    }
    var values: [Double] = []
    var magnitudes: [Double] = []
    for n in 0..<p.output.batch {
      for o in 0..<p.outputChannels {
        let group = o / p.groupOutputChannels
        for y in 0..<p.output.height {
          for column in 0..<p.output.width {
            var sum = Double(data.bias?[o] ?? 0)
            var magnitude = sum.magnitude
            for c in 0..<p.groupInputChannels {
              for ky in 0..<p.kernel.height {
                for kx in 0..<p.kernel.width {
                  let w = Double(
                    data.weights[
                      ((o * p.groupInputChannels + c) * p.kernel.height + ky) * p.kernel.width
                        + kx])
                  let value = x(
                    n, group * p.groupInputChannels + c,
                    y * p.stride.height + ky * p.dilation.height - p.padding.top,
                    column * p.stride.width + kx * p.dilation.width - p.padding.left)
                  sum += w * value.0
                  magnitude += w.magnitude * value.1
                }
              }
            }
            values.append(fusions.contains(.relu) ? max(0, sum) : sum)
            magnitudes.append(magnitude)
          }
        }
      }
    }
    return (values, magnitudes)
  }
}
