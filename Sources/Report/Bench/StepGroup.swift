import Bench
import Kernels
import Verify

/// Steps that are reported together: those of one kind, or of one kind and output size.
struct StepGroup {
  var title: String
  var steps: [StepTiming]

  var count: Int { steps.count }

  var verdict: Verdict? { steps.verdict }

  var operations: Int { steps.reduce(0) { $0 + $1.operations } }

  /// The steps with equal titles together, in the order in which the titles first appear.
  static func groups(
    of steps: [StepTiming], by title: (StepTiming) -> String
  ) -> [StepGroup] {
    var places: [String: Int] = [:]
    var groups: [StepGroup] = []
    for step in steps {
      let title = title(step)
      if let place = places[title] {
        groups[place].steps.append(step)
      } else {
        places[title] = groups.count
        groups.append(StepGroup(title: title, steps: [step]))
      }
    }
    return groups
  }
}

extension StepTiming {
  /// What the step does, such as `3×3 conv`, `1×1 conv /2`, `Pooling`.
  var kind: String {
    guard let problem, operation == "Convolution" else { return operation }
    var text = Self.sides(problem.kernel) + " conv"
    if problem.stride != Size(1) {
      let stride = problem.stride
      text += " /" + (stride.height == stride.width ? "\(stride.height)" : Self.sides(stride))
    }
    if problem.dilation != Size(1) { text += " dilated \(Self.sides(problem.dilation))" }
    if problem.groups > 1 { text += " in \(problem.groups) groups" }
    return text
  }

  /// The kind and the size of what comes out, such as `3×3 conv → 56×56`.
  var problemClass: String {
    "\(kind) → \(Self.sides(Size(height: outputShape.height, width: outputShape.width)))"
  }

  private static func sides(_ size: Size) -> String { "\(size.height)×\(size.width)" }
}
