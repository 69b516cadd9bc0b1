import CHDF5

/// A group, HDF5's counterpart of a folder.
///
/// Members are found by name, one level at a time. Only hard links count as members; a soft or
/// external link is left out of the lists and refused when named.
package struct Group: Sendable {
  let object: Object

  init(_ object: Object) { self.object = object }

  /// The path inside the file, `/` for the root.
  package var path: String { object.path }

  /// The attributes of the group.
  package var attributes: Attributes { Attributes(object: object) }

  /// The names of the groups in this one, sorted by their bytes.
  ///
  /// Cost: reads each member of the group in the file.
  package var groupNames: [String] {
    get throws(HDF5Error) { try names(of: H5O_TYPE_GROUP) }
  }

  /// The names of the datasets in this group, sorted by their bytes.
  ///
  /// Cost: reads each member of the group in the file.
  package var datasetNames: [String] {
    get throws(HDF5Error) { try names(of: H5O_TYPE_DATASET) }
  }

  /// Whether the group contains a group of this name.
  package func hasGroup(named name: String) throws(HDF5Error) -> Bool {
    try member(name, "look for a group")?.kind == H5O_TYPE_GROUP
  }

  /// Whether the group contains a dataset of this name.
  package func hasDataset(named name: String) throws(HDF5Error) -> Bool {
    try member(name, "look for a dataset")?.kind == H5O_TYPE_DATASET
  }

  /// Opens a group in this one.
  ///
  /// - Throws: ``HDF5Error`` if there is none, or if it is a link, this group or one that contains it.
  package func group(_ name: String) throws(HDF5Error) -> Group {
    Group(try open(name, H5O_TYPE_GROUP, called: "group"))
  }

  /// Opens a dataset in this group.
  ///
  /// - Throws: ``HDF5Error`` if there is none, if it is a link, or if its elements are stored in a
  ///   way that is refused. Which types of elements can be read is a different question: see
  ///   ``Dataset/elementType``.
  package func dataset(_ name: String) throws(HDF5Error) -> Dataset {
    try Dataset(open(name, H5O_TYPE_DATASET, called: "dataset"))
  }
}

extension Group {
  /// The place of a member, for errors.
  func place(of name: String) -> Place {
    Place(file: object.file.path, object: memberPath(name))
  }

  func memberPath(_ name: String) -> String {
    path == "/" ? "/\(name)" : "\(path)/\(name)"
  }

  /// Looks up the target of a link.
  ///
  /// - Returns: The link as a `chdf5_link`.
  func link(_ name: String, _ operation: String) throws(HDF5Error) -> UInt32 {
    let place = place(of: name)
    if let objection = NodeName.objection(to: name) { throw place.error(operation, objection) }
    return UInt32(try object.call(operation, at: place) { unsafe chdf5_link($0, name) })
  }

  /// Finds a member by a hard link, or returns nil if there is none.
  private func member(_ name: String, _ operation: String) throws(HDF5Error) -> (
    kind: H5O_type_t, address: UInt64
  )? {
    guard try link(name, operation) == CHDF5_HARD.rawValue else { return nil }
    var address: UInt64 = 0
    let kind = try object.call(operation, at: place(of: name)) {
      unsafe chdf5_object($0, name, &address)
    }
    return (H5O_type_t(kind), address)
  }

  private func open(
    _ name: String, _ kind: H5O_type_t, called kindName: String
  ) throws(HDF5Error) -> Object {
    let operation = "open the \(kindName)"
    let place = place(of: name)
    guard let member = try member(name, operation) else {
      let exists = try link(name, operation) != CHDF5_MISSING.rawValue
      throw place.error(
        operation, exists ? "it is a soft or external link, which is not followed" : "there is none"
      )
    }
    guard member.kind == kind else { throw place.error(operation, "it is not a \(kindName)") }
    guard !object.lineage.contains(member.address) else {
      throw place.error(operation, "it contains itself")
    }
    let id = try object.call(operation, at: place) { unsafe H5Oopen($0, name, 0) }
    return Object(
      id: id, path: memberPath(name), file: object.file, lineage: object.lineage + [member.address])
  }

  private func names(of kind: H5O_type_t) throws(HDF5Error) -> [String] {
    let operation = "list the members"
    var collector = NameCollector()
    try object.call(operation) { id in
      unsafe withUnsafeMutablePointer(to: &collector) { collector in
        unsafe chdf5_visit_links(id, collectName, collector)
      }
    }
    if let objection = collector.objection { throw object.place.error(operation, objection) }
    var names: [String] = []
    for name in collector.sorted where try member(name, operation)?.kind == kind {
      names.append(name)
    }
    return names
  }
}

/// Adds a name to the ``NameCollector`` that `context` points to.
func collectName(_ name: UnsafePointer<CChar>?, _ context: UnsafeMutableRawPointer?) -> herr_t {
  guard let name = unsafe name,
    let collector = unsafe context?.assumingMemoryBound(to: NameCollector.self)
  else { return 1 }
  return unsafe collector.pointee.add(String(validatingCString: name)) ? 0 : 1
}
