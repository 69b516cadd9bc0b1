extension Program {
  /// Removes Dropout, identity and flatten: their value is an alias of their input.
  mutating func dropNoOps() {
    steps = steps.filter { step in
      guard case .copy(let node) = step.kind else { return true }
      aliases[node] = step.inputs[0]
      return false
    }
  }
}
