import HDF5

/// Where the activations of a case are in its file, by node name.
///
/// A node whose name has slashes is one dataset under an escaped name (``ActivationName``), or one in
/// nested groups, which is what h5py makes of such a name.
struct StoredActivations {
  /// The group and the name of each dataset.
  private(set) var places: [String: (group: Group, name: String)] = [:]

  /// Nested groups, and groups in all: far more than networks need, and few enough for files that link one
  /// group from many places.
  private static let mostLevels = 32
  private static let mostGroups = 1 << 14
  private var groupCount = 0

  /// Finds all datasets below a group.
  ///
  /// - Throws: ``GoldenError`` if a node is stored twice or the groups are too many; errors from reading
  ///   the group.
  init(_ group: Group, path: String) throws {
    try add(group, prefix: "", level: 0, path: path)
  }

  private mutating func add(_ group: Group, prefix: String, level: Int, path: String) throws {
    groupCount += 1
    guard level <= Self.mostLevels, groupCount <= Self.mostGroups else {
      throw GoldenError.faulty(path, "\(group.path) holds too many groups")
    }
    for name in try group.datasetNames {
      let node = prefix + ActivationName.node(name)
      guard places.updateValue((group, name), forKey: node) == nil else {
        throw GoldenError.faulty(path, "\(group.path) stores a second activation of \(node)")
      }
    }
    for name in try group.groupNames {
      try add(
        group.group(name), prefix: prefix + ActivationName.node(name) + "/", level: level + 1,
        path: path)
    }
  }
}
