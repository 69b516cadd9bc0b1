import CHDF5

/// An array of numbers with a shape.
package struct Dataset: Sendable {
  let object: Object

  /// The sides, the last varying fastest; empty for a single element.
  package let shape: [Int]

  /// The type of the elements in the file.
  package let elementType: ElementType

  /// The sides of the chunks in which the elements are stored, or nil if they are stored contiguously.
  package let chunkShape: [Int]?

  /// The filters that guard or compress the elements, in the order in which they are applied when
  /// writing: `shuffle`, `deflate`, `fletcher32`.
  package let filters: [String]

  /// The path inside the file.
  package var path: String { object.path }

  /// The attributes of the dataset.
  package var attributes: Attributes { Attributes(object: object) }

  /// The number of elements, or nil if it is 2^63 or more.
  package var count: Int? { Extent.count(of: shape) }

  init(_ object: Object) throws(HDF5Error) {
    let operation = "open the dataset"
    let place = object.place
    self.object = object

    let creation = try object.call(operation) { H5Dget_create_plist($0) }
    defer { Library.close(creation) }
    _ = try StoredLayout.kind(creation, operation, place)

    let space = try object.call(operation) { H5Dget_space($0) }
    defer { Library.close(space) }
    guard let shape = try Extent.shape(of: space, operation, place) else {
      throw place.error(operation, "it has no elements and no shape")
    }
    self.shape = shape

    let type = try object.call(operation) { H5Dget_type($0) }
    defer { Library.close(type) }
    elementType = try ElementType(of: type, operation, place)

    let stored = try StoredLayout(creation: creation, rank: shape.count, operation, place)
    chunkShape = stored.chunkShape
    filters = stored.filters
  }
}
