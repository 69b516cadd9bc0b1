import Glibc
import HDF5

/// One object of an HDF5 file as it should be; an input decides what becomes of it.
enum StoredItem {
  /// A path below the root, in a group that is there.
  case group(String)

  /// An attribute of a group or of an array: the path, the name, and what it should be.
  case attribute(String, String, Value)

  /// An array of 32-bit floats: the path and the sides.
  case array(String, [Int])

  enum Value {
    case text(String)
    case integer(Int64)
    case integers([Int64])
    case number(Double)
  }

  /// A golden of a case with an input, an activation, results and a map.
  static let golden: [StoredItem] =
    [
      ("schema", "densecam.golden/1"), ("generator", "a"), ("generator_version", "1"),
      ("reference_precision", "f64"), ("model", "m"), ("weights_sha256", "w"),
      ("symbol_sha256", "s"), ("created", "c"), ("command", "d"), ("instruction_set", "avx2"),
      ("blas", "b"), ("noise_backend", "n"),
    ].map { .attribute("", $0, .text($1)) } + [
      .group("cases"), .group("cases/a"), .attribute("cases/a", "source", .text("a.png")),
      .attribute("cases/a", "preprocessing", .text("seed 1x1 rgb")),
      .attribute("cases/a", "activation_count", .integer(1)),
      .array("cases/a/input", [1, 3, 2, 2]), .array("cases/a/logits", [1, 3]),
      .attribute("cases/a/logits", "f32_noise", .number(0)),
      .array("cases/a/probabilities", [1, 3]), .group("cases/a/activations"),
      .array("cases/a/activations/conv", [1, 2, 2, 2]),
      .attribute("cases/a/activations/conv", "f32_noise", .number(1e-7)),
      .attribute("cases/a/activations/conv", "op", .text("Convolution")),
      .group("cases/a/cams"), .array("cases/a/cams/1", [2, 2]),
      .attribute("cases/a/cams/1", "rank", .integer(1)),
      .attribute("cases/a/cams/1", "label", .text("cat")),
      .attribute("cases/a/cams/1", "probability", .number(0.5)),
    ]

  /// A file of the maps of one picture.
  static let maps: [StoredItem] =
    [
      ("schema", "densecam.maps/1"), ("method", "cam"), ("generator", "a"), ("model", "m"),
      ("weights_sha256", "w"), ("symbol_sha256", "s"), ("preprocessing", "p"), ("created", "c"),
      ("command", "d"),
    ].map { .attribute("", $0, .text($1)) } + [
      .group("pictures"), .attribute("pictures", "count", .integer(1)), .group("pictures/000000"),
      .attribute("pictures/000000", "source", .text("a.png")),
      .attribute("pictures/000000", "top", .integers([0])),
      .attribute("pictures/000000", "input_shape", .integers([1, 3, 4, 4])),
      .array("pictures/000000/logits", [3]), .array("pictures/000000/probabilities", [3]),
      .group("pictures/000000/cam"), .array("pictures/000000/cam/0", [2, 2]),
      .attribute("pictures/000000/cam/0", "rank", .integer(1)),
      .attribute("pictures/000000/cam/0", "probability", .number(0.75)),
      .attribute("pictures/000000/cam/0", "logit", .number(0.75)),
      .attribute("pictures/000000/cam/0", "bias", .number(0)),
      .group("pictures/000000/upsampled"), .array("pictures/000000/upsampled/0", [4, 4]),
    ]
}

extension [StoredItem] {
  /// Writes the file; where the choices are zeros, everything is as it should be.
  ///
  /// What does not fit after what has changed, such as an array in a group that is not there, is left
  /// out.
  ///
  /// - Returns: The path.
  func write(_ path: String, _ choices: inout Choices) throws -> String {
    unsafe unlink(path)
    let file = try File(creating: path)
    for item in self { try? item.write(to: file.root, &choices) }
    try file.close()
    return path
  }
}

extension StoredItem {
  fileprivate func write(to root: Group, _ choices: inout Choices) throws {
    let choice = choices.next()
    guard choice != 1 else { return }
    switch self {
    case .group(let path):
      let (group, name) = try Self.place(path, in: root)
      try group.createGroup(choice == 2 ? choices.text() : name)
    case .attribute(let path, let name, let value):
      let (group, last) = try Self.place(path, in: root)
      let attributes =
        last.isEmpty
        ? group.attributes
        : try group.hasDataset(named: last)
          ? group.dataset(last).attributes : group.group(last).attributes
      try Self.set(value, for: name, of: attributes, choice, &choices)
    case .array(let path, let sides):
      let (group, name) = try Self.place(path, in: root)
      var sides = sides
      if choice & 2 != 0 { sides = (0..<choices.next() % 6).map { _ in choices.next() % 5 } }
      let count = sides.reduce(1, *)
      let values = (0..<count).map { choice & 4 != 0 ? choices.number() : Double(count - $0) / 4 }
      let newName = choice & 8 != 0 ? choices.text() : name
      if choice & 16 != 0 {
        try group.createDataset(newName, shape: sides, elements: values)
      } else {
        try group.createDataset(
          newName, shape: sides, elements: values.map { Float($0) }, compressed: choice & 32 != 0)
      }
    }
  }

  private static func set(
    _ value: Value, for name: String, of attributes: Attributes, _ choice: Int,
    _ choices: inout Choices
  ) throws {
    switch (choice, value) {
    case (2, _): try attributes.set(choices.text(), for: name)
    case (3, _): try attributes.set(choices.integer(), for: name)
    case (4, _): try attributes.set(choices.number(), for: name)
    case (5, _):
      try attributes.set((0..<choices.next() % 6).map { _ in choices.integer() }, for: name)
    case (_, .text(let text)): try attributes.set(text, for: name)
    case (_, .integer(let integer)): try attributes.set(integer, for: name)
    case (_, .integers(let integers)): try attributes.set(integers, for: name)
    case (_, .number(let number)): try attributes.set(number, for: name)
    }
  }

  /// The group of a path, and the name in it; the root's own name is empty.
  private static func place(_ path: String, in root: Group) throws -> (Group, String) {
    var group = root
    let names = path.split(separator: "/").map(String.init)
    for name in names.dropLast() { group = try group.group(name) }
    return (group, names.last ?? "")
  }
}
