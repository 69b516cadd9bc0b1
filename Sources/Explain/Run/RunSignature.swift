import Kernels

/// What the results of a run depend on, besides its pictures.
///
/// A run continues another one only if all of this is the same, except for when and by which command the
/// header was made.
package struct RunSignature {
  package let header: MapsHeader
  package let classes: MappedClasses
  package let scoreCAM: ScoreCAM
  package let occlusion: Occlusion

  /// Whether maps at the size of the network's input are kept, too, where maps are kept.
  package let keepsUpsampled: Bool

  /// The file of the classes' names; nil for the model's own.
  package let labels: String?

  /// How pictures are drawn, in any words.
  package let style: String

  package init(
    header: MapsHeader, classes: MappedClasses, scoreCAM: ScoreCAM, occlusion: Occlusion,
    keepsUpsampled: Bool, labels: String?, style: String
  ) {
    self.header = header
    self.classes = classes
    self.scoreCAM = scoreCAM
    self.occlusion = occlusion
    self.keepsUpsampled = keepsUpsampled
    self.labels = labels
    self.style = style
  }

  /// The settings of a journal; the names are shown where a setting differs.
  func settings(keepsMaps: Bool) -> [String: String] {
    [
      "weights": header.weightsSHA256, "symbol": header.symbolSHA256,
      "preprocessing": header.preprocessing, "method": header.method.rawValue,
      "score-cam and occlusion":
        "\(scoreCAM.channelLimit.map(String.init) ?? "all") \(occlusion.window.height) "
        + "\(occlusion.stride.height)",
      "classes": "\(classes.topCount) \(classes.named)", "labels": labels ?? "the model's",
      "style": style, "upsampled maps": keepsMaps ? "\(keepsUpsampled)" : "none",
    ]
  }
}
