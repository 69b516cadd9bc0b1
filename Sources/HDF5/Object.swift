import CHDF5
import Glibc
import Synchronization

/// An open file of the library, which lives until its last object is released.
final class OpenFile: Sendable {
  let path: String
  let isWritable: Bool

  /// The offset in the file to which all addresses in it refer.
  private let baseAddress: Int
  private let id: hid_t
  private let isOpen = Atomic<Bool>(true)

  /// Takes ownership of the identifier of a file that was opened so that closing it closes its objects.
  ///
  /// - Throws: ``HDF5Error`` if addresses and lengths are not stored in eight bytes.
  init(id: hid_t, path: String, isWritable: Bool) throws(HDF5Error) {
    self.id = id
    self.path = path
    self.isWritable = isWritable
    let place = Place(file: path)
    let operation = "open the file"
    do throws(HDF5Error) {
      let creation = try place.call(operation) { H5Fget_create_plist(id) }
      defer { Library.close(creation) }
      var userBlock: hsize_t = 0
      try place.call(operation) { unsafe H5Pget_userblock(creation, &userBlock) }
      var (addressSize, lengthSize) = (0, 0)
      try place.call(operation) { unsafe H5Pget_sizes(creation, &addressSize, &lengthSize) }
      guard addressSize == 8, lengthSize == 8, let base = Int(exactly: userBlock) else {
        throw place.error(operation, "its addresses are not of 64 bits")
      }
      baseAddress = base
      // Child processes would keep the file, and its lock, open.
      let descriptor = try place.call(operation) { chdf5_descriptor(id) }
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    } catch {
      _ = Library.status { H5Fclose(id) }
      throw error
    }
  }

  deinit { try? close() }

  /// Writes what is pending and closes the file, in any case.
  func close() throws(HDF5Error) {
    guard isOpen.exchange(false, ordering: .acquiringAndReleasing) else { return }
    let place = Place(file: path)
    let lock = isWritable ? LockHandle(sharedWith: Library.status { chdf5_descriptor(id) }) : nil
    defer { lock?.release() }
    if isWritable {
      do throws(HDF5Error) {
        try place.call("write the file") { H5Fflush(id, H5F_SCOPE_LOCAL) }
      } catch {
        _ = Library.status { H5Fclose(id) }
        throw error
      }
    }
    try place.call("close the file") { H5Fclose(id) }
  }

  /// Opens the root group.
  func openRoot() throws(HDF5Error) -> Object {
    let place = Place(file: path, object: "/")
    var address: UInt64 = 0
    let kind = try place.call("find the root group") { unsafe chdf5_object(id, "/", &address) }
    guard H5O_type_t(kind) == H5O_TYPE_GROUP else {
      throw place.error("open the root group", "it is not a group")
    }
    let root = try place.call("open the root group") { unsafe H5Oopen(id, "/", 0) }
    extendLifetime(self)
    return Object(id: root, path: "/", file: self, lineage: [address])
  }

  /// Reads bytes of the file past the library.
  ///
  /// The offset is relative to the base address. The result is nil if the bytes are not all in the
  /// file.
  func bytes(
    at offset: Int, count: Int, _ operation: String, _ place: Place
  ) throws(HDF5Error) -> [UInt8]? {
    defer { extendLifetime(self) }
    try checkOpen(operation, place)
    if isWritable { try place.call(operation) { H5Fflush(id, H5F_SCOPE_LOCAL) } }
    let (position, overflow) = baseAddress.addingReportingOverflow(offset)
    guard !overflow, position >= 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    let readCount = Library.status {
      let descriptor = chdf5_descriptor(id)
      return descriptor < 0 ? -1 : unsafe pread(descriptor, &bytes, count, position)
    }
    return readCount == count ? bytes : nil
  }

  /// Throws if the file has been closed.
  func checkOpen(_ operation: String, _ place: Place) throws(HDF5Error) {
    guard isOpen.load(ordering: .acquiring) else {
      throw place.error(operation, "the file has been closed")
    }
  }
}

/// A second descriptor of an open file, by which its lock is released once the library has closed it.
///
/// Closing alone leaves the file locked while there is another copy of its descriptor, such as one in a
/// process that is just being started.
private struct LockHandle {
  private let descriptor: Int32

  /// Makes one for a file, or returns nil if there is no descriptor left for it.
  init?(sharedWith other: Int32) {
    descriptor = fcntl(other, F_DUPFD_CLOEXEC, 0)
    guard descriptor >= 0 else { return nil }
  }

  func release() {
    _ = flock(descriptor, LOCK_UN)
    _ = Glibc.close(descriptor)
  }
}

/// An open group or dataset, closed when the last reference is released.
final class Object: Sendable {
  let path: String
  let file: OpenFile

  /// Where the object and the groups that contain it start in the file, outermost first.
  let lineage: [UInt64]
  private let id: hid_t

  /// Takes ownership of an identifier.
  init(id: hid_t, path: String, file: OpenFile, lineage: [UInt64]) {
    self.id = id
    self.path = path
    self.file = file
    self.lineage = lineage
  }

  deinit { Library.close(id) }

  var place: Place { Place(file: file.path, object: path) }

  /// Makes one call about the object, or about `place`, and gives it the identifier; see
  /// ``Library/call(_:at:_:)``.
  @discardableResult
  func call<Status: SignedInteger & Sendable>(
    _ operation: String, at place: Place? = nil, _ body: (hid_t) -> Status
  ) throws(HDF5Error) -> Status {
    // The identifier must not be closed between being read and being used.
    defer { extendLifetime(self) }
    let place = place ?? self.place
    try file.checkOpen(operation, place)
    return try Library.call(operation, at: place) { body(id) }
  }
}
