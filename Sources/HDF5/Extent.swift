import CHDF5

/// Sides of datasets and attributes, as far as a file is trusted.
enum Extent {
  /// The most sides that HDF5 allows.
  static let maximumRank = 32

  /// The product of sides, or nil if one is negative or the product overflows.
  ///
  /// Overflow counts even if another side is zero.
  static func count(of shape: [Int]) -> Int? {
    var product = 1
    var isEmpty = false
    for side in shape {
      guard side >= 0 else { return nil }
      guard side > 0 else {
        isEmpty = true
        continue
      }
      let (value, overflow) = product.multipliedReportingOverflow(by: side)
      guard !overflow else { return nil }
      product = value
    }
    return isEmpty ? 0 : product
  }

  /// Reads the sides of a data space, empty for a single element.
  ///
  /// - Returns: The sides, or nil for a space without elements.
  static func shape(
    of space: hid_t, _ operation: String, _ place: Place
  ) throws(HDF5Error) -> [Int]? {
    let kind = try place.call(operation) { H5Sget_simple_extent_type(space).rawValue }
    guard H5S_class_t(kind) != H5S_NULL else { return nil }
    let rank = try place.call(operation) { H5Sget_simple_extent_ndims(space) }
    guard rank <= maximumRank else { throw place.error(operation, "it has \(rank) sides") }
    guard rank > 0 else { return [] }
    var sides = [hsize_t](repeating: 0, count: Int(rank))
    try place.call(operation) { unsafe H5Sget_simple_extent_dims(space, &sides, nil) }
    let shape = sides.compactMap { Int(exactly: $0) }
    guard shape.count == sides.count else {
      throw place.error(operation, "a side is longer than 2^63 - 1")
    }
    return shape
  }
}
