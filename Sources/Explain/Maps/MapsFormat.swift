import Files

/// A writer that takes the maps of one picture after the other and makes a file of them, which gets its
/// name when it is complete.
///
/// A writer that ends without ``finish()`` leaves nothing behind, and an existing file as it was.
package protocol MapsWriter: AnyObject {
  /// Stores the maps of the next picture.
  ///
  /// - Throws: ``MapsError`` if they cannot be stored, with nothing of this picture written.
  func append(_ picture: PictureMaps) throws(MapsError)

  /// Completes the file and gives it its name, replacing any existing file; the last call.
  ///
  /// - Throws: ``MapsError`` if the disk is full or fails.
  func finish() throws(MapsError)
}

/// The formats of files with maps.
package enum MapsFormat: String, CaseIterable, Hashable, Sendable {
  /// All results for each picture, in HDF5; see ``MapsFile``.
  case hdf5 = "h5"

  /// The maps alone, as one NumPy array; see ``NumPyMapsWriter``.
  case numPy = "npy"

  /// The format that a file's name specifies: `.h5` or `.npy`, in letters of either case.
  package init?(path: String) {
    guard let ending = FileName.fileExtension(of: path) else { return nil }
    self.init(rawValue: ending)
  }

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: Where it goes; an existing file stays until the end.
  ///   - header: Where the maps come from; an array has no room for it.
  ///   - folder: Where it is until it is complete, in the same file system; next to its name unless
  ///     given.
  ///   - replacing: Whether a file of that name is replaced.
  /// - Returns: The writer.
  /// - Throws: ``MapsError`` if the file cannot be written.
  package func writer(
    path: String, header: MapsHeader, in folder: String? = nil, replacing: Bool = true
  ) throws(MapsError) -> any MapsWriter {
    switch self {
    case .hdf5: try HDF5MapsWriter(path: path, header: header, in: folder, replacing: replacing)
    case .numPy: try NumPyMapsWriter(path: path, in: folder, replacing: replacing)
    }
  }
}
