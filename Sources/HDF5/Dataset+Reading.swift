import CHDF5

extension Dataset {
  /// The most elements that are read unless a caller says otherwise: 2^28, 1 GiB of 32-bit floats.
  package static let maximumCount = 1 << 28

  /// The most chunks that a dataset may be scattered over; the library keeps a record of each while
  /// it reads.
  static let maximumChunkCount = 1 << 20

  /// Reads all elements as 32-bit floats.
  ///
  /// Other numeric types are converted, rounding to the nearest; values that are too large become
  /// infinite.
  ///
  /// - Parameter maximumCount: The most elements to allocate memory for. A caller that raises it vouches
  ///   that there is as much memory.
  /// - Returns: The elements in row-major order.
  /// - Throws: ``HDF5Error`` if there are more elements, if they are not numbers, or if they are
  ///   damaged or missing in the file.
  package func readFloats(maximumCount: Int = Dataset.maximumCount) throws(HDF5Error) -> [Float] {
    var elements = [Float](repeating: 0, count: try checkedCount(maximumCount))
    guard !elements.isEmpty else { return [] }
    try object.call(Self.reading) { id in
      unsafe H5Dread(id, chdf5_native_float(), 0, 0, 0, &elements)
    }
    return elements
  }

  /// Reads all elements as 64-bit floats; see ``readFloats(maximumCount:)``.
  package func readDoubles(maximumCount: Int = Dataset.maximumCount) throws(HDF5Error) -> [Double] {
    var elements = [Double](repeating: 0, count: try checkedCount(maximumCount))
    guard !elements.isEmpty else { return [] }
    try object.call(Self.reading) { id in
      unsafe H5Dread(id, chdf5_native_double(), 0, 0, 0, &elements)
    }
    return elements
  }

  private static let reading = "read the elements"

  /// The number of elements, after all checks that must precede the allocation of memory for them.
  private func checkedCount(_ maximumCount: Int) throws(HDF5Error) -> Int {
    func refusal(_ cause: String) -> HDF5Error { object.place.error(Self.reading, cause) }
    guard elementType != .other else { throw refusal("they are not numbers of a known format") }
    guard let count, count <= maximumCount else {
      throw refusal("the shape \(shape) has more than \(maximumCount) elements")
    }
    guard let chunkShape, count > 0 else { return count }
    guard let chunk = Extent.count(of: chunkShape), chunk <= max(maximumCount, 1 << 16) else {
      throw refusal("a chunk of shape \(chunkShape) has more than \(maximumCount) elements")
    }
    // Each factor is at most the side, so that the product cannot overflow.
    let chunkCount = zip(shape, chunkShape).reduce(1) { $0 * (($1.0 - 1) / $1.1 + 1) }
    guard chunkCount <= Self.maximumChunkCount else {
      throw refusal("they are scattered over \(chunkCount) chunks")
    }
    return count
  }
}
