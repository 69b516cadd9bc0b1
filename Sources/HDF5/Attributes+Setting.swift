import CHDF5

extension Attributes {
  private static let setting = "set the attribute"

  /// Sets a text, replacing any value of the attribute.
  ///
  /// - Throws: ``HDF5Error`` if the name is empty, if name or text contain a zero byte, or if the
  ///   file is open for reading.
  package func set(_ value: String, for name: String) throws(HDF5Error) {
    let place = place(of: name)
    guard !value.utf8.contains(0) else {
      throw place.error(Self.setting, "the text contains a zero byte")
    }
    let type = try place.call(Self.setting) { chdf5_make_text(0, H5T_CSET_UTF8) }
    defer { Library.close(type) }
    try create(name, type: { type }, count: nil) { id in
      unsafe value.withCString { text in
        var pointer: UnsafePointer<CChar>? = unsafe text
        return unsafe H5Awrite(id, type, &pointer)
      }
    }
  }

  /// Sets an integer; see the method for texts.
  package func set(_ value: Int64, for name: String) throws(HDF5Error) {
    try create(name, type: chdf5_stored_int64, count: nil) { id in
      var value = value
      return unsafe H5Awrite(id, chdf5_native_int64(), &value)
    }
  }

  /// Sets an integer; see the method for texts.
  package func set(_ value: Int, for name: String) throws(HDF5Error) {
    try set(Int64(value), for: name)
  }

  /// Sets a number; see the method for texts.
  package func set(_ value: Double, for name: String) throws(HDF5Error) {
    try create(name, type: chdf5_stored_float64, count: nil) { id in
      var value = value
      return unsafe H5Awrite(id, chdf5_native_double(), &value)
    }
  }

  /// Sets an array of integers; see the method for texts.
  ///
  /// - Throws: ``HDF5Error`` also for more than 2^20 integers, which would not be read again.
  package func set(_ values: [Int64], for name: String) throws(HDF5Error) {
    guard values.count <= Self.limit else {
      throw place(of: name).error(Self.setting, "it has more than \(Self.limit) values")
    }
    try create(name, type: chdf5_stored_int64, count: values.count) { id in
      values.isEmpty ? 0 : unsafe H5Awrite(id, chdf5_native_int64(), values)
    }
  }

  private func place(of name: String) -> Place {
    Place(file: object.file.path, object: "\(object.path)@\(name)")
  }

  /// Creates an attribute, replacing one of that name, and writes it.
  ///
  /// A `count` of nil makes a scalar.
  private func create(
    _ name: String, type: () -> hid_t, count: Int?, write: (hid_t) -> herr_t
  ) throws(HDF5Error) {
    let place = place(of: name)
    if let objection = NodeName.attributeObjection(to: name) {
      throw place.error(Self.setting, objection)
    }
    let creation = try place.call(Self.setting) { H5Pcreate(chdf5_attribute_creation()) }
    defer { Library.close(creation) }
    try place.call(Self.setting) { H5Pset_char_encoding(creation, H5T_CSET_UTF8) }
    let space = try place.call(Self.setting) { () -> hid_t in
      guard let count else { return H5Screate(H5S_SCALAR) }
      return unsafe H5Screate_simple(1, [hsize_t(count)], nil)
    }
    defer { Library.close(space) }
    if try object.call(Self.setting, at: place, { unsafe H5Aexists($0, name) }) > 0 {
      try object.call(Self.setting, at: place) { unsafe H5Adelete($0, name) }
    }
    let id = try object.call(Self.setting, at: place) {
      unsafe H5Acreate2($0, name, type(), space, creation, 0)
    }
    defer { Library.close(id) }
    try object.call(Self.setting, at: place) { _ in write(id) }
  }
}
