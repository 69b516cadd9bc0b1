package import Imaging
package import Kernels
package import Net

/// A network's results for one picture, with the maps of some classes: the contents of a file of maps
/// for it.
package struct PictureMaps: Hashable, Sendable {
  /// One class and its map.
  package struct Entry: Hashable, Sendable {
    /// The class's name, if there is one.
    package var label: String?

    /// The place of the class by probability, counted from 1; it need not be among the top.
    package let rank: Int
    package let probability: Double
    package let logit: Double

    /// The classifier's bias: `mean(map) + bias = logit` for ``CAMMethod/cam``.
    package let bias: Double

    /// The map at the method's own resolution and scale.
    package let map: ClassActivationMap

    /// The map at the input's size; see ``Net/ClassActivationMap/upsampled(width:height:)``.
    package var upsampled: Plane?

    package var classIndex: Int { map.classIndex }
  }

  /// The picture's file, as it was named.
  package let source: String

  /// The SHA-256 of that file, in lower-case hexadecimal, if it was computed.
  package var sourceSHA256: String?

  /// The shape of the network's input, `[1, C, H, W]`.
  package let inputShape: TensorShape

  /// The result before the softmax, one value per class.
  package let logits: [Float]

  /// The result after the softmax.
  package let probabilities: [Float]

  /// How the maps were made.
  package let method: CAMMethod

  /// The likeliest classes, the likeliest first.
  package let top: [Int]

  /// The classes with maps, the likeliest first.
  package private(set) var entries: [Entry] = []

  /// - Parameters:
  ///   - source: The picture's file.
  ///   - sourceSHA256: Its SHA-256.
  ///   - inputShape: The shape of the network's input, of batch 1.
  ///   - logits: The result before the softmax, one value per class.
  ///   - probabilities: The result after it.
  ///   - method: How the maps were made.
  ///   - topCount: The number of classes in ``top``, if there are as many.
  /// - Precondition: There are as many probabilities as logits.
  package init(
    source: String, sourceSHA256: String? = nil, inputShape: TensorShape, logits: [Float],
    probabilities: [Float], method: CAMMethod, topCount: Int
  ) {
    precondition(logits.count == probabilities.count, "the results do not belong together")
    self.source = source
    self.sourceSHA256 = sourceSHA256
    self.inputShape = inputShape
    self.logits = logits
    self.probabilities = probabilities
    self.method = method
    top = ClassOrder(probabilities: probabilities, logits: logits).first(topCount)
  }

  /// Adds the map of a class.
  ///
  /// - Parameters:
  ///   - map: The map.
  ///   - label: The class's name.
  ///   - bias: The classifier's bias.
  ///   - upsampled: The map at the input's size, if it is to be kept.
  /// - Precondition: There is such a class, and it has no map yet.
  package mutating func add(
    _ map: ClassActivationMap, label: String? = nil, bias: Double = 0, upsampled: Plane? = nil
  ) {
    let index = map.classIndex
    precondition(logits.indices.contains(index), "there is no such class")
    precondition(!entries.contains { $0.classIndex == index }, "the class has a map")
    let entry = Entry(
      label: label, rank: rank(ofClass: index), probability: Double(probabilities[index]),
      logit: Double(logits[index]), bias: bias, map: map, upsampled: upsampled)
    entries.insert(entry, at: entries.firstIndex { $0.rank > entry.rank } ?? entries.endIndex)
  }

  /// The place of a class by probability, counted from 1.
  ///
  /// - Precondition: There is such a class.
  package func rank(ofClass index: Int) -> Int {
    ClassOrder(probabilities: probabilities, logits: logits).rank(of: index)
  }
}

extension PictureMaps {
  /// The most classes, and the longest side and the most values of a map, that are stored.
  static let classLimit = 1 << 20
  static let sideLimit = 1 << 15
  static let mapLimit = 1 << 26

  /// Why this cannot be stored, or nil if it can.
  var objection: String? {
    guard (1...Self.classLimit).contains(logits.count) else { return "it has no classes" }
    guard (logits + probabilities).allSatisfy(\.isFinite) else { return "a result is not finite" }
    guard inputShape.batch == 1, inputShape.checkedCount != nil else {
      return "its input has the shape \(inputShape)"
    }
    for entry in entries {
      let name = "the map of class \(entry.classIndex)"
      let sides = [(entry.map.height, entry.map.width)]
      let all = sides + (entry.upsampled.map { [($0.height, $0.width)] } ?? [])
      for (height, width) in all {
        guard (1...Self.sideLimit).contains(height), (1...Self.sideLimit).contains(width),
          height * width <= Self.mapLimit
        else { return "\(name) has \(height)×\(width) values" }
      }
      guard entry.bias.isFinite, entry.map.values.allSatisfy(\.isFinite),
        entry.upsampled?.values.allSatisfy({ Float($0).isFinite }) ?? true
      else { return "\(name) is not finite" }
    }
    return nil
  }
}

extension ClassActivationMap {
  /// The map at a picture's size: bilinear between half-pixel centres with repeated edges, as
  /// Imaging resizes, and nothing else, neither blurred nor stretched to [0, 1].
  ///
  /// - Precondition: The sides are positive.
  package func upsampled(width: Int, height: Int) -> Plane {
    Plane(width: self.width, height: self.height, values: values)
      .resized(width: width, height: height)
  }
}
