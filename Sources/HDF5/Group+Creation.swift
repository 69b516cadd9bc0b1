import CHDF5

extension Group {
  /// Creates a group in this one.
  ///
  /// - Throws: ``HDF5Error`` if the name is taken or cannot be a name, or if the file is open for
  ///   reading.
  @discardableResult
  package func createGroup(_ name: String) throws(HDF5Error) -> Group {
    let operation = "create the group"
    let place = try checkFree(name, operation)
    let link = try makeLinkCreation(operation, place)
    defer { Library.close(link) }
    let creation = try place.call(operation) { H5Pcreate(chdf5_group_creation()) }
    defer { Library.close(creation) }
    try place.call(operation) { H5Pset_obj_track_times(creation, false) }
    let id = try object.call(operation, at: place) {
      unsafe H5Gcreate2($0, name, link, creation, 0)
    }
    Library.close(id)
    return try group(name)
  }

  /// Creates a dataset of 32-bit floats.
  ///
  /// - Parameters:
  ///   - name: The name, free in this group, without slashes.
  ///   - shape: The sides, the last varying fastest; empty for a single element.
  ///   - elements: As many as `shape` says.
  ///   - compressed: Whether to shuffle and deflate the elements and guard them by a Fletcher-32
  ///     checksum, in chunks of at most 256 KiB.
  /// - Returns: The dataset, with its elements written.
  /// - Throws: ``HDF5Error`` if the elements do not fill the shape, if the name is taken or cannot be
  ///   a name, or if writing fails.
  @discardableResult
  package func createDataset(
    _ name: String, shape: [Int], elements: [Float], compressed: Bool = false
  ) throws(HDF5Error) -> Dataset {
    let layout = NewDataset(shape: shape, elementSize: 4, count: elements.count, compressed)
    return try create(name, layout, chdf5_stored_float32) { id in
      unsafe H5Dwrite(id, chdf5_native_float(), 0, 0, 0, elements)
    }
  }

  /// Creates a dataset of 64-bit floats; see the method for 32-bit ones.
  @discardableResult
  package func createDataset(
    _ name: String, shape: [Int], elements: [Double], compressed: Bool = false
  ) throws(HDF5Error) -> Dataset {
    let layout = NewDataset(shape: shape, elementSize: 8, count: elements.count, compressed)
    return try create(name, layout, chdf5_stored_float64) { id in
      unsafe H5Dwrite(id, chdf5_native_double(), 0, 0, 0, elements)
    }
  }

  private func create(
    _ name: String, _ layout: NewDataset, _ type: () -> hid_t, write: (hid_t) -> herr_t
  ) throws(HDF5Error) -> Dataset {
    let operation = "create the dataset"
    let place = try checkFree(name, operation)
    if let objection = layout.objection { throw place.error(operation, objection) }
    let link = try makeLinkCreation(operation, place)
    defer { Library.close(link) }
    let space = try layout.makeSpace(operation, place)
    defer { Library.close(space) }
    let creation = try layout.makeCreation(operation, place)
    defer { Library.close(creation) }
    let id = try object.call(operation, at: place) {
      unsafe H5Dcreate2($0, name, type(), space, link, creation, 0)
    }
    defer { Library.close(id) }
    try object.call("write the elements", at: place) { _ in write(id) }
    return try dataset(name)
  }

  /// Refuses a name that cannot be one or is taken.
  private func checkFree(_ name: String, _ operation: String) throws(HDF5Error) -> Place {
    let place = place(of: name)
    guard try link(name, operation) == CHDF5_MISSING.rawValue else {
      throw place.error(operation, "it exists already")
    }
    return place
  }

  /// Properties of a new link: its name is UTF-8.
  private func makeLinkCreation(
    _ operation: String, _ place: Place
  ) throws(HDF5Error) -> hid_t {
    let link = try place.call(operation) { H5Pcreate(chdf5_link_creation()) }
    _ = Library.status { H5Pset_char_encoding(link, H5T_CSET_UTF8) }
    return link
  }
}
