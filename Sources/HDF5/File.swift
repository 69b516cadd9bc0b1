import CHDF5
import Files
import Glibc

/// An HDF5 file.
///
/// Groups, datasets and attributes may be used from any thread; their calls are serialised, for all files
/// of the process.
package final class File: Sendable {
  package let path: String

  /// The root group, which contains everything in the file.
  package let root: Group

  /// Opens a file for reading.
  ///
  /// - Throws: ``HDF5Error`` if there is no such regular file, if it is not an HDF5 file, if it is cut
  ///   short or its superblock is damaged, or if it is open for writing, here or in another program.
  package init(reading path: String) throws(HDF5Error) {
    let place = Place(file: path)
    try Self.checkPath(path)
    var status = stat()
    guard unsafe stat(path.systemPath, &status) == 0 else {
      throw place.error(
        "open the file", FileError.text(of: errno).lowercased(), .system)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw place.error("open the file", "it is not a regular file")
    }
    let access = try Self.makeAccess(place)
    defer { Library.close(access) }
    let id = try place.call("open the file") {
      unsafe H5Fopen(path.systemPath, chdf5_read_only(), access)
    }
    let file = try OpenFile(id: id, path: path, isWritable: false)
    var intent: UInt32 = 0
    try place.call("open the file") { unsafe H5Fget_intent(id, &intent) }
    // The library would share the file with its writer, and let us write.
    guard intent == chdf5_read_only() else {
      throw place.error("open the file", "the file is being written in this program", .inUse)
    }
    self.path = path
    root = Group(try file.openRoot())
  }

  /// Creates a file and opens it for writing.
  ///
  /// - Throws: ``HDF5Error`` if something of that name exists or the folder does not allow it to be
  ///   created.
  package convenience init(creating path: String) throws(HDF5Error) {
    try self.init(writing: path, isNew: true)
  }

  /// Opens an existing file for writing, and drops its contents.
  ///
  /// The path may be one of `/proc/self/fd`, for a file that has no name.
  ///
  /// - Throws: ``HDF5Error`` if it cannot be opened.
  package convenience init(filling path: String) throws(HDF5Error) {
    try self.init(writing: path, isNew: false)
  }

  private init(writing path: String, isNew: Bool) throws(HDF5Error) {
    let place = Place(file: path)
    try Self.checkPath(path)
    let access = try Self.makeAccess(place)
    defer { Library.close(access) }
    let creation = try place.call("create the file") { H5Pcreate(chdf5_file_creation()) }
    defer { Library.close(creation) }
    try place.call("create the file") { H5Pset_obj_track_times(creation, false) }
    let id = try place.call("create the file") {
      unsafe H5Fcreate(
        path.systemPath, isNew ? chdf5_create_new() : chdf5_truncate(), creation,
        access)
    }
    self.path = path
    root = Group(try OpenFile(id: id, path: path, isWritable: true).openRoot())
  }

  /// Writes what is pending and closes the file; everything in it becomes unusable.
  ///
  /// A file that is not closed is closed when its last group or dataset is released, but then a full
  /// disk is not reported. Closing twice does no harm.
  ///
  /// - Throws: ``HDF5Error`` if not everything could be written.
  package func close() throws(HDF5Error) {
    try root.object.file.close()
  }

  /// Refuses paths that C would read differently.
  private static func checkPath(_ path: String) throws(HDF5Error) {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw Place(file: path).error("open the file", "the path is empty or contains a zero byte")
    }
  }

  /// How files are opened: closing also closes the objects of the file, and new structures are in the
  /// format of HDF5 1.10, no older and no newer.
  private static func makeAccess(_ place: Place) throws(HDF5Error) -> hid_t {
    let access = try place.call("open the file") { H5Pcreate(chdf5_file_access()) }
    do throws(HDF5Error) {
      try place.call("open the file") { H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) }
      try place.call("open the file") {
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110)
      }
      if place.file.hasPrefix("/proc/self/fd/") {
        let driver = Library.unnamedDriver
        try place.call("open the file") { H5Pset_driver(access, driver, nil) }
      }
    } catch {
      Library.close(access)
      throw error
    }
    return access
  }
}
