extension MapsFile {
  /// Writes pictures as one file, whole or not at all.
  ///
  /// - Parameters:
  ///   - pictures: The pictures, in order.
  ///   - header: Where they come from.
  ///   - path: Where the file goes; an existing file is replaced.
  /// - Throws: ``MapsError`` if a picture does not fit or the file cannot be written.
  package static func write(
    _ pictures: [PictureMaps], header: MapsHeader, to path: String
  ) throws(MapsError) {
    let writer = try HDF5MapsWriter(path: path, header: header)
    for picture in pictures { try writer.append(picture) }
    try writer.finish()
  }

  /// Merges several files into one, whole or not at all: the pictures of the first, then those of the
  /// second, and so on.
  ///
  /// Every number is read, checked and written again, one picture at a time.
  ///
  /// - Parameters:
  ///   - parts: The files, at least one, all of the same model, method, preprocessing and program.
  ///   - path: Where the file goes; an existing file is replaced, which may be one of the parts.
  ///   - header: Where the new file comes from; if nil, it is the first part's header.
  /// - Throws: ``MapsError`` if a part cannot be read or does not belong to the others, or if the file
  ///   cannot be written.
  package static func merge(
    _ parts: [String], into path: String, header: MapsHeader? = nil
  ) throws(MapsError) {
    guard let first = parts.first else {
      throw MapsError(.missing, path: path, "there are no parts to make it of")
    }
    let header = if let header { header } else { try MapsFile(path: first).header }
    let writer = try HDF5MapsWriter(path: path, header: header)
    for part in parts {
      let file = try MapsFile(path: part)
      if let what = file.header.disagreement(with: header) {
        throw MapsError(.mismatch, path: part, "does not belong to \(path): its \(what) differs")
      }
      for index in 0..<file.count { try writer.append(file.picture(index)) }
    }
    try writer.finish()
  }
}
