/// The annotations of a file that name no box to score, by the reason; each is counted once.
package struct LeftOutAnnotations: Hashable, Sendable {
  /// `iscrowd` is 1: the outline of a group.
  package var crowds = 0

  /// Their picture is not in the file.
  package var withoutPicture = 0

  /// There is no `bbox`.
  package var withoutBox = 0

  /// There is no `category_id`.
  package var withoutCategory = 0

  /// The box has no width or no height.
  package var withoutArea = 0

  /// The box is outside its picture.
  package var outside = 0

  package init() {}

  private var parts: [(count: Int, reason: String)] {
    [
      (crowds, "of a crowd"), (withoutPicture, "of a picture that is not listed"),
      (withoutBox, "without a box"), (withoutCategory, "without a category"),
      (withoutArea, "with a box without area"), (outside, "with a box beside the picture"),
    ].filter { $0.0 > 0 }
  }

  /// How many there are.
  package var count: Int { parts.reduce(0) { $0 + $1.count } }
}

extension LeftOutAnnotations: CustomStringConvertible {
  /// Such as `left out 3 annotations: 2 of a crowd, 1 without a category`.
  package var description: String {
    "left out \(count) annotation\(count == 1 ? "" : "s")"
      + (count == 0 ? "" : ": " + parts.map { "\($0.count) \($0.reason)" }.joined(separator: ", "))
  }
}
