extension GoldenDiff {
  /// The largest ``Item/noiseRatio`` of the arrays that differ; nil if none has any.
  public var noiseRatio: Double? {
    items.filter { !$0.isIdentical }.compactMap(\.noiseRatio).max()
  }

  /// One sentence that says which side explains the difference, such as `the weights changed; the
  /// inputs are the same`.
  public var explanation: String {
    guard !items.isEmpty else { return "the files have no case in common" }
    if items.allSatisfy(\.isIdentical) { return sameValues }
    switch (modelChange, hasChanged(.input, "input_sha256")) {
    case (let change?, false): return "\(change) changed; the inputs are the same"
    case (nil, true): return "the inputs changed; the model is the same"
    case (let change?, true):
      return "\(change) changed, and so did the inputs: either may explain the difference"
    case (nil, false): return sameModelAndInputs
    }
  }

  private func hasChanged(_ side: Side, _ attributes: String...) -> Bool {
    changes.contains { $0.side == side && attributes.contains($0.attribute) }
  }

  /// What changed of the model, to precede "changed".
  private var modelChange: String? {
    switch (hasChanged(.model, "symbol_sha256"), hasChanged(.model, "weights_sha256")) {
    case (true, true): "the network and its weights"
    case (true, false): "the network"
    case (false, true): "the weights"
    case (false, false): nil
    }
  }

  private var sameValues: String {
    let arrays = items.count == 1 ? "the one array" : "all \(items.count) arrays"
    var text = "\(arrays) in both files have the same bits"
    if let modelChange { text += ", although \(modelChange) changed" }
    if !onlyInOld.isEmpty || !onlyInNew.isEmpty {
      text += "; the files differ in which arrays they hold"
    }
    return text
  }

  private var sameModelAndInputs: String {
    var text = "model and inputs are the same; "
    if hasChanged(.generator, "generator", "generator_version", "reference_precision") {
      text += "the generator changed"
    } else if hasChanged(.generator, "instruction_set") {
      text += "the instruction set changed"
    } else {
      text += "nothing that is recorded explains the difference"
    }
    guard let noiseRatio else { return text }
    if noiseRatio <= 1 { return text + "; all is within the f32 noise floor" }
    let factor =
      switch noiseRatio {
      case ..<9.95: "\((noiseRatio * 10).rounded() / 10)"
      case ..<1e6: "\(Int(noiseRatio.rounded()))"
      default: "more than a million"
      }
    return text + "; the values are up to \(factor) times the f32 noise floor apart"
  }
}
