extension Program {
  /// Lets Dropout, identity and flatten vanish: their value is another name of their input.
  mutating func dropNoOps() {
    steps = steps.filter { step in
      guard case .copy(let node) = step.kind else { return true }
      aliases[node] = step.inputs[0]
      return false
    }
  }
}
