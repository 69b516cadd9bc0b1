import CHDF5

/// The named values on a group or dataset.
///
/// Reading asks for a type: an attribute that is missing reads as nil, one of another type throws.
/// A value may be stored as a scalar or as an array of one element, which is how R writes it.
package struct Attributes: Sendable {
  let object: Object

  /// The longest text of fixed length and the longest array that are read.
  static let limit = 1 << 20

  /// The names, sorted by their bytes.
  package var names: [String] {
    get throws(HDF5Error) {
      let operation = "list the attributes"
      var collector = NameCollector()
      try object.call(operation) { id in
        unsafe withUnsafeMutablePointer(to: &collector) { collector in
          unsafe chdf5_visit_attributes(id, collectName, collector)
        }
      }
      if let objection = collector.objection { throw object.place.error(operation, objection) }
      return collector.sorted
    }
  }

  /// Reads a text, of fixed or variable length, in ASCII or UTF-8.
  ///
  /// - Returns: The text without padding, or nil if there is no such attribute.
  /// - Throws: ``HDF5Error`` if it is not one text or not valid UTF-8.
  package func string(_ name: String) throws(HDF5Error) -> String? {
    guard let attribute = try StoredAttribute(name, of: object) else { return nil }
    return try attribute.text()
  }

  /// Reads an integer.
  ///
  /// - Returns: The value, or nil if there is no such attribute.
  /// - Throws: ``HDF5Error`` if it is not one integer or exceeds 64 bits with sign.
  package func integer(_ name: String) throws(HDF5Error) -> Int64? {
    guard let attribute = try StoredAttribute(name, of: object) else { return nil }
    try attribute.checkSingle()
    return try attribute.integers().first
  }

  /// Reads an array of integers; a scalar reads as an array of one.
  ///
  /// - Returns: The values in row-major order, or nil if there is no such attribute.
  /// - Throws: ``HDF5Error`` if they are not integers, exceed 64 bits with sign, or are more than
  ///   2^20.
  package func integers(_ name: String) throws(HDF5Error) -> [Int64]? {
    guard let attribute = try StoredAttribute(name, of: object) else { return nil }
    return try attribute.integers()
  }

  /// Reads a number, an integer included, as a 64-bit float.
  ///
  /// - Returns: The value, or nil if there is no such attribute.
  /// - Throws: ``HDF5Error`` if it is not one number.
  package func double(_ name: String) throws(HDF5Error) -> Double? {
    guard let attribute = try StoredAttribute(name, of: object) else { return nil }
    try attribute.checkSingle()
    return try attribute.double()
  }
}
