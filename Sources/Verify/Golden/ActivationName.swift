/// How nodes are named in a golden file.
///
/// HDF5 takes a slash for the separator of groups, and `.` for the group itself, so nodes of networks that
/// came from Caffe, TensorFlow or ONNX, such as `conv1/7x7_s2`, cannot be stored under their own names. In
/// a dataset's name a slash is written `%2F`, a zero byte `%00`, and the dots of a name that is `.` or
/// `..` `%2E`; a percent sign is written `%25` where one of these four would be read otherwise. All other
/// names stay as they are.
enum ActivationName {
  private static let codes: [String: Unicode.Scalar] = [
    "2F": "/", "00": "\0", "2E": ".", "25": "%",
  ]

  /// The dataset's name for a node.
  static func escaped(_ node: String) -> String {
    if node == "." || node == ".." { return String(repeating: "%2E", count: node.count) }
    let scalars = Array(node.unicodeScalars)
    var name = String.UnicodeScalarView()
    for (index, scalar) in scalars.enumerated() {
      switch scalar {
      case "/": name += "%2F".unicodeScalars
      case "\0": name += "%00".unicodeScalars
      case "%" where code(after: index, in: scalars) != nil: name += "%25".unicodeScalars
      default: name.append(scalar)
      }
    }
    return String(name)
  }

  /// The node that a dataset's name stands for.
  static func node(_ name: String) -> String {
    let scalars = Array(name.unicodeScalars)
    var node = String.UnicodeScalarView()
    var index = 0
    while index < scalars.count {
      if scalars[index] == "%", let scalar = code(after: index, in: scalars) {
        node.append(scalar)
        index += 3
      } else {
        node.append(scalars[index])
        index += 1
      }
    }
    return String(node)
  }

  /// What the two digits after a percent sign stand for.
  private static func code(after index: Int, in scalars: [Unicode.Scalar]) -> Unicode.Scalar? {
    guard index + 2 < scalars.count else { return nil }
    var digits = String.UnicodeScalarView()
    digits.append(scalars[index + 1])
    digits.append(scalars[index + 2])
    return codes[String(digits)]
  }
}
