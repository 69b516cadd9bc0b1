import CHDF5

/// How a new dataset is laid out.
struct NewDataset {
  /// Small enough for the library's cache of 1 MiB, large enough for deflate to be effective
  /// and the index stays small.
  static let chunkByteLimit = 256 << 10

  let shape: [Int]
  let elementSize: Int
  let count: Int
  let compressed: Bool

  init(shape: [Int], elementSize: Int, count: Int, _ compressed: Bool) {
    self.shape = shape
    self.elementSize = elementSize
    self.count = count
    self.compressed = compressed
  }

  /// Why such a dataset cannot be, or nil if it can.
  var objection: String? {
    if shape.count > Extent.maximumRank { return "more than \(Extent.maximumRank) sides" }
    guard let product = Extent.count(of: shape) else { return "the shape \(shape) is impossible" }
    return product == count ? nil : "\(count) elements do not fill the shape \(shape)"
  }

  /// The sides of a chunk, or nil if the elements are stored contiguously.
  ///
  /// The last sides stay whole as long as a chunk fits the limit; the side at which it stops fitting
  /// is split evenly, since a chunk that reaches beyond the dataset is stored in full. For `[N, C, H,
  /// W]` that is a batch of small images, some channels of a large one, or rows of a huge channel.
  var chunkShape: [Int]? {
    guard compressed, !shape.isEmpty, count > 0 else { return nil }
    var chunk = [Int](repeating: 1, count: shape.count)
    var room = Self.chunkByteLimit / elementSize
    for axis in shape.indices.reversed() {
      let pieces = (shape[axis] + room - 1) / room
      chunk[axis] = (shape[axis] + pieces - 1) / pieces
      if pieces > 1 { break }
      room /= chunk[axis]
    }
    return chunk
  }

  func makeSpace(_ operation: String, _ place: Place) throws(HDF5Error) -> hid_t {
    let sides = shape.map { hsize_t($0) }
    return try place.call(operation) {
      sides.isEmpty
        ? H5Screate(H5S_SCALAR) : unsafe H5Screate_simple(Int32(sides.count), sides, nil)
    }
  }

  func makeCreation(_ operation: String, _ place: Place) throws(HDF5Error) -> hid_t {
    let creation = try place.call(operation) { H5Pcreate(chdf5_dataset_creation()) }
    do throws(HDF5Error) {
      try place.call(operation) { H5Pset_obj_track_times(creation, false) }
      if let chunk = chunkShape?.map({ hsize_t($0) }) {
        try place.call(operation) { unsafe H5Pset_chunk(creation, Int32(chunk.count), chunk) }
        try place.call(operation) { H5Pset_shuffle(creation) }
        try place.call(operation) { H5Pset_deflate(creation, 6) }
        // Last, so that the checksum guards the bytes as they are stored.
        try place.call(operation) { H5Pset_fletcher32(creation) }
      }
    } catch {
      Library.close(creation)
      throw error
    }
    return creation
  }
}

/// How an existing dataset is laid out, if that layout is accepted.
struct StoredLayout {
  /// The sides of a chunk, or nil if the elements are not stored in chunks.
  let chunkShape: [Int]?

  /// The names of the filters that the elements pass when written, in order.
  let filters: [String]

  /// Reads the layout from a dataset's creation properties.
  ///
  /// - Throws: ``HDF5Error`` if the elements are in other files or use filters other than the three
  ///   that are known.
  init(creation: hid_t, rank: Int, _ operation: String, _ place: Place) throws(HDF5Error) {
    let layout = try Self.kind(creation, operation, place)
    guard try place.call(operation, { H5Pget_external_count(creation) }) == 0 else {
      throw place.error(operation, Self.elsewhere, .unsupported)
    }
    filters = try Self.filters(creation, operation, place)
    guard layout == H5D_CHUNKED else {
      chunkShape = nil
      return
    }
    var sides = [hsize_t](repeating: 0, count: max(rank, 1))
    let chunkRank = try place.call(operation) {
      unsafe H5Pget_chunk(creation, Int32(sides.count), &sides)
    }
    let chunk = sides.compactMap { Int(exactly: $0) }
    guard Int(chunkRank) == rank, chunk.count == rank, !chunk.contains(0) else {
      throw place.error(operation, "its chunks do not fit its shape")
    }
    chunkShape = chunk
  }

  /// Reads whether elements are stored contiguously, in chunks or in the header.
  ///
  /// - Throws: ``HDF5Error`` for a virtual dataset. This must be known before its shape is read,
  ///   since that opens other files.
  static func kind(
    _ creation: hid_t, _ operation: String, _ place: Place
  ) throws(HDF5Error) -> H5D_layout_t {
    let layout = H5D_layout_t(try place.call(operation) { H5Pget_layout(creation).rawValue })
    guard layout != H5D_VIRTUAL else { throw place.error(operation, Self.elsewhere, .unsupported) }
    return layout
  }

  /// Common names of the filters that files name otherwise, or not at all: those of the library and
  /// some that are registered with The HDF Group.
  private static let knownFilters: [Int32: String] = [
    4: "SZIP", 5: "N-bit", 6: "scale-offset", 307: "BZIP2", 32000: "LZF, which h5py has",
    32001: "Blosc", 32004: "LZ4", 32008: "bitshuffle", 32013: "ZFP", 32015: "Zstandard",
    32026: "Blosc2",
  ]

  /// A text that ends with a zero, or with the buffer.
  private static func text(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private static let elsewhere = "its elements lie in other files, which are not opened"

  private static func filters(
    _ creation: hid_t, _ operation: String, _ place: Place
  ) throws(HDF5Error) -> [String] {
    let count = try place.call(operation) { H5Pget_nfilters(creation) }
    var names: [String] = []
    for index in 0..<UInt32(count) {
      var storedName = [CChar](repeating: 0, count: 64)
      let filter = try place.call(operation) { () -> Int32 in
        var (flags, valueCount, configuration): (UInt32, Int, UInt32) = (0, 0, 0)
        return unsafe H5Pget_filter2(
          creation, index, &flags, &valueCount, nil, storedName.count, &storedName, &configuration)
      }
      switch filter {
      case H5Z_FILTER_DEFLATE: names.append("deflate")
      case H5Z_FILTER_SHUFFLE: names.append("shuffle")
      case H5Z_FILTER_FLETCHER32: names.append("fletcher32")
      default:
        let name = Self.knownFilters[filter] ?? Self.text(storedName)
        throw place.error(
          operation,
          "it is packed with the filter \(filter)\(name.isEmpty ? "" : " (\(name))"), which is not "
            + "supported: repack it with `h5repack -f SHUF -f GZIP=6 OLD NEW`, where that filter is "
            + "installed, or with h5py and compression=\"gzip\"", .unsupported)
      }
    }
    return names
  }
}
