import Files
import Glibc
import HDF5
import Imaging
import Kernels
import Net

/// A file of maps, as written by ``HDF5MapsWriter``, opened for reading.
///
/// Nothing in it is trusted: sizes are limited before memory is allocated, and redundant values in the
/// file must agree with each other. A picture is read on demand.
package struct MapsFile: Sendable {
  package let path: String
  package let header: MapsHeader

  /// The number of pictures, in the order in which they were written.
  package let count: Int
  private let pictures: Group

  /// Opens a file and checks its schema and that no picture is missing.
  ///
  /// - Throws: ``MapsError`` that says what is wrong.
  package init(path: String) throws(MapsError) {
    self.path = path
    guard unsafe access(path.systemPath, F_OK) == 0 else {
      throw MapsError(.missing, path: path, "there is no such file")
    }
    (header, pictures, count) = try Self.reading(path) {
      let root = try File(reading: path).root
      let header = try MapsHeader(root.attributes, path: path)
      let pictures = try root.group("pictures")
      let names = try pictures.groupNames
      guard try pictures.attributes.integer("count").map({ Int($0) }) == names.count,
        names == names.indices.map(Self.name(ofPicture:))
      else {
        throw MapsError(.unreadable, path: path, "a picture is missing or extra")
      }
      return (header, pictures, names.count)
    }
  }

  /// The name of a picture's group: its place from 0 on, with six digits at least.
  static func name(ofPicture index: Int) -> String {
    let digits = "\(index)"
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }

  /// Reads one picture.
  ///
  /// Values are as they were written, except for upsampled maps, which are stored as 32-bit floats.
  ///
  /// - Throws: ``MapsError`` if it is damaged or contradicts itself.
  /// - Precondition: `index` is below ``count``.
  package func picture(_ index: Int) throws(MapsError) -> PictureMaps {
    precondition((0..<count).contains(index), "there is no such picture")
    return try Self.reading(path) {
      try StoredPicture(group: pictures.group(Self.name(ofPicture: index)), path: path)
        .read(method: header.method)
    }
  }

  /// The file that a picture was read from, as it was named.
  ///
  /// - Throws: ``MapsError`` if it is not stored.
  /// - Precondition: `index` is below ``count``.
  package func source(ofPicture index: Int) throws(MapsError) -> String {
    precondition((0..<count).contains(index), "there is no such picture")
    let name = Self.name(ofPicture: index)
    return try Self.reading(path) {
      guard let source = try pictures.group(name).attributes.string("source") else {
        throw MapsError(.unreadable, path: path, "/pictures/\(name) has no source")
      }
      return source
    }
  }

  /// Converts errors from reading to ``MapsError``.
  private static func reading<Result>(
    _ path: String, _ body: () throws -> Result
  ) throws(MapsError) -> Result {
    do {
      return try body()
    } catch let error as MapsError {
      throw error
    } catch let error as HDF5Error {
      throw MapsError(reading: path, error)
    } catch {
      throw MapsError(.unreadable, path: path, "cannot be read: \(error)")
    }
  }
}
