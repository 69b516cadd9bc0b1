import CHDF5

/// An attribute that is open for reading, closed at the end of its scope.
struct StoredAttribute: ~Copyable {
  private static let operation = "read the attribute"

  private let file: OpenFile
  private let place: Place
  private let id: hid_t
  private let type: hid_t
  private let space: hid_t
  private let count: Int
  private let elementType: ElementType

  /// Opens an attribute, or returns nil if there is none.
  init?(_ name: String, of object: Object) throws(HDF5Error) {
    let place = Place(file: object.file.path, object: "\(object.path)@\(name)")
    let operation = Self.operation
    if let objection = NodeName.attributeObjection(to: name) {
      throw place.error(operation, objection)
    }
    let exists = try object.call(operation, at: place) { unsafe H5Aexists($0, name) }
    guard exists > 0 else { return nil }
    var opened: [hid_t] = []
    do throws(HDF5Error) {
      let id = try object.call(operation, at: place) { unsafe H5Aopen($0, name, 0) }
      opened.append(id)
      let type = try place.call(operation) { H5Aget_type(id) }
      opened.append(type)
      let space = try place.call(operation) { H5Aget_space(id) }
      opened.append(space)
      let shape = try Extent.shape(of: space, operation, place) ?? [0]
      guard let count = Extent.count(of: shape), count <= Attributes.limit else {
        throw place.error(operation, "it has more than \(Attributes.limit) values")
      }
      elementType = try ElementType(of: type, operation, place)
      file = object.file
      (self.place, self.id, self.type, self.space, self.count) = (place, id, type, space, count)
    } catch {
      opened.reversed().forEach(Library.close)
      throw error
    }
  }

  deinit {
    Library.close(space)
    Library.close(type)
    Library.close(id)
  }

  /// Throws unless there is exactly one value.
  func checkSingle() throws(HDF5Error) {
    guard count == 1 else { throw refusal("it has \(count) values, not one") }
  }

  /// Reads integers in row-major order.
  func integers() throws(HDF5Error) -> [Int64] {
    guard elementType == .integer else { throw refusal("it is not an integer") }
    guard count > 0 else { return [] }
    let sign = try place.call(Self.operation) { H5Tget_sign(type).rawValue }
    guard H5T_sign_t(sign) == H5T_SGN_NONE else {
      var values = [Int64](repeating: 0, count: count)
      try place.call(Self.operation) { unsafe H5Aread(id, chdf5_native_int64(), &values) }
      return values
    }
    // The library would clamp large unsigned values silently.
    var values = [UInt64](repeating: 0, count: count)
    try place.call(Self.operation) { unsafe H5Aread(id, chdf5_native_uint64(), &values) }
    let signed = values.compactMap { Int64(exactly: $0) }
    guard signed.count == count else { throw refusal("it is larger than 2^63 - 1") }
    return signed
  }

  /// Reads one number.
  func double() throws(HDF5Error) -> Double {
    guard elementType != .other else { throw refusal("it is not a number") }
    var value = 0.0
    try place.call(Self.operation) { unsafe H5Aread(id, chdf5_native_double(), &value) }
    return value
  }

  /// Reads one text.
  func text() throws(HDF5Error) -> String {
    let kind = try place.call(Self.operation) { H5Tget_class(type).rawValue }
    guard H5T_class_t(kind) == H5T_STRING else { throw refusal("it is not a text") }
    try checkSingle()
    let isVariable = try place.call(Self.operation) { H5Tis_variable_str(type) } > 0
    guard let text = isVariable ? try variableText() : try fixedText() else {
      throw refusal("it is not valid UTF-8")
    }
    return text
  }

  private func refusal(_ cause: String) -> HDF5Error { place.error(Self.operation, cause) }

  private func fixedText() throws(HDF5Error) -> String? {
    let size = Library.status { Int(H5Tget_size(type)) }
    guard (1...Attributes.limit).contains(size) else { throw refusal("it has \(size) bytes") }
    // The stored encoding, since the library converts none, and room for a terminator.
    let encoding = try place.call(Self.operation) { H5Tget_cset(type).rawValue }
    let memoryType = try place.call(Self.operation) {
      chdf5_make_text(size + 1, H5T_cset_t(encoding))
    }
    defer { Library.close(memoryType) }
    var bytes = [UInt8](repeating: 0, count: size + 1)
    try place.call(Self.operation) { unsafe H5Aread(id, memoryType, &bytes) }
    return String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  private func variableText() throws(HDF5Error) -> String? {
    guard Library.canReadReferences else { throw refusal("the HDF5 library does not allow it") }
    let memoryType = try place.call(Self.operation) { chdf5_make_reference() }
    defer { Library.close(memoryType) }
    var bytes = [UInt8](repeating: 0, count: Int(CHDF5_REFERENCE_SIZE))
    try place.call(Self.operation) { unsafe H5Aread(id, memoryType, &bytes) }
    let reference = HeapReference(bytes)
    guard reference.count > 0 else { return "" }
    let text = try file.heapObject(reference, Self.operation, place)
    return String(validating: text.prefix { $0 != 0 }, as: UTF8.self)
  }
}
