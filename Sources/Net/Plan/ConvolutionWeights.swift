import Kernels

/// The weights of one convolution step, with the batch norms around it worked in.
struct ConvolutionWeights {
  /// `[outputChannels, groupInputChannels, kH, kW]`.
  let filter: WeightBuffer

  /// `[outputChannels]`, or nil for none.
  let bias: [Float]?
  let fusion: Fusion

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
}

extension BatchNorm {
  /// The scale and shift rounded to single precision.
  func singlePrecision(relu: Bool) -> ScaleShift {
    ScaleShift(scale: scale.map(Float.init), shift: shift.map(Float.init), relu: relu)
  }
}
