import Kernels

extension Program {
  /// Gives each value that is concatenated its place in the concatenation's buffer, so that its step
  /// writes there directly.
  ///
  /// A value that two concatenations read is placed in the first of them and is copied to the other. In a
  /// dense block each concatenation begins with the one before it, so all of them end up as prefixes
  /// of one buffer.
  mutating func placeConcatenations() {
    let places = producers()
    var stays: [Step] = []
    for step in steps {
      guard case .concatenation(let node) = step.kind else {
        stays.append(step)
        continue
      }
      var channel = 0
      var copies = false
      for input in step.inputs {
        let value = resolved(input)
        // An alias may have another shape, as a flatten's has; the picture's buffer is the caller's.
        if aliases[input] == nil, places[value] != nil, placements[value] == nil {
          placements[value] = Placement(parent: node, channel: channel)
        } else {
          copies = true
        }
        channel += shapes[input].channels
      }
      if copies { stays.append(step) }
    }
    steps = stays
  }
}
