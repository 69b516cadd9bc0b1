import Kernels

/// The weights of one convolution step, with the surrounding batch norms folded in.
struct ConvolutionWeights {
  /// `[outputChannels, groupInputChannels, kH, kW]`.
  private(set) var filter: WeightBuffer

  /// `[outputChannels]`, or nil for none.
  let bias: [Float]?
  var fusion: Fusion

  /// - Throws: ``GraphError`` if parameters are missing.
  init(_ roles: ConvolutionRoles, graph: Graph, parameters: Parameters) throws(GraphError) {
    let node = graph.nodes[roles.node]
    guard let weight = node.parameters.first.flatMap({ parameters[$0] }) else {
      throw GraphError(.missingParameter, node: node.name, "its weights are missing")
    }
    var bias = node.parameters.dropFirst().first.flatMap { parameters[$0]?.elements }
    if let folded = roles.foldedNorm {
      let norm = try BatchNorm(graph.nodes[folded], parameters)
      let depth = weight.count / norm.scale.count
      var elements = weight.elements
      for channel in norm.scale.indices {
        for i in (channel * depth)..<((channel + 1) * depth) {
          elements[i] = Float(norm.scale[channel] * Double(elements[i]))
        }
      }
      filter = WeightBuffer(elements)
      bias = norm.scale.indices.map { c in
        Float(norm.scale[c] * Double(bias?[c] ?? 0) + norm.shift[c])
      }
    } else {
      filter = weight.buffer
    }
    self.bias = bias
    let prologue = try roles.prologueNorm.map { index throws(GraphError) in
      try BatchNorm(graph.nodes[index], parameters).singlePrecision(relu: roles.prologueReLU)
    }
    fusion = Fusion(prologue: prologue, relu: roles.relu)
  }

  /// Moves the weights of each input channel to the channel's place, with zeros between.
  ///
  /// - Parameters:
  ///   - map: Where the input's channels lie.
  ///   - kernelCount: The weights of one input channel for one output channel.
  mutating func spread(by map: ChannelMap, kernelCount: Int) {
    let elements = filter.withElements { weights in weights.indices.map { weights[$0] } }
    filter = WeightBuffer(map.spread(elements, inner: kernelCount))
    if let prologue = fusion.prologue {
      fusion.prologue = ScaleShift(
        scale: map.spread(prologue.scale), shift: map.spread(prologue.shift), relu: prologue.relu)
    }
  }
}

extension ScaleShift {
  /// The factors of some channels.
  subscript(channels: Range<Int>) -> ScaleShift {
    ScaleShift(scale: Array(scale[channels]), shift: Array(shift[channels]), relu: relu)
  }
}

extension BatchNorm {
  /// The scale and shift rounded to single precision.
  func singlePrecision(relu: Bool) -> ScaleShift {
    ScaleShift(scale: scale.map(Float.init), shift: shift.map(Float.init), relu: relu)
  }
}
