/// Files of named arrays in HDF5, whose content is not trusted.
///
/// A ``File`` holds a tree of ``Group``s; a group holds further groups and ``Dataset``s; both carry
/// ``Attributes``. That is all of HDF5 that golden files need, and all that this module supports:
///
/// ```swift
/// let file = try File(creating: "new.h5")
/// let group = try file.root.createGroup("cases")
/// try group.createDataset("logits", shape: [1, 3], elements: [1, 2, 3] as [Float])
/// try file.close()
/// ```
///
/// The files, lowest first:
/// - `Library.swift`: the one lock and the one conversion of statuses that every call goes through.
/// - `HDF5Error.swift`: the error type, and explanations of the library's messages.
/// - `Object.swift`: open files and objects, closed when they are no longer used.
/// - `Extent.swift`, `ElementType.swift`, `Storage.swift`, `NodeName.swift`, `StoredAttribute.swift`,
///   `GlobalHeap.swift`: what is accepted from a file.
/// - `File.swift`, `Group.swift`, `Dataset.swift`, `Attributes.swift` and their `+Topic` files: the API.
///
/// ### What is refused, and why
/// - Soft and external links, virtual datasets and data in external files: they let a file name any
///   other file of the machine.
/// - Filters other than deflate, shuffle and Fletcher-32: every build has these three; the others are
///   optional or plug-ins.
/// - A group that contains itself, so that a walk over the groups of a file ends.
/// - More elements than the caller allows, before memory is allocated for them.
/// - Number formats other than IEEE 754 and whole-byte two's complement integers.
///
/// ### What is written
/// Files are in the format of HDF5 1.10, in which the structure carries checksums, without time
/// stamps: the same calls give the same bytes. Names and strings are UTF-8. Strings are of variable
/// length, which h5py reads as `str`; the heap that holds their characters is the one part of the
/// structure without a checksum.
///
/// ### Locks
/// The library locks a file while it is open, shared for reading and exclusively for writing. Where
/// the file system offers no locks, set `HDF5_USE_FILE_LOCKING=FALSE` in the environment. Reading
/// needs no permission to write: read-only media are fine.
///
/// A file without a name is opened by its path below `/proc/self/fd`, with a separate driver
/// (`chdf5_register_unnamed_driver`).
///
/// ### Limits
/// The C library parses the structure of a file in this process; the checks of this module precede its
/// conversions and filters, and replace its heap of texts, but do not precede its parser.
/// In the format of HDF5 1.10, accidental damage to the structure is detected by its checksums. In the
/// oldest format, which many writers use by default, nothing has a checksum, and
/// HDF5 1.10.8 crashes for about one changed byte in two hundred of a small file. No format stops
/// someone who writes a file to exploit the library: take golden files from people you trust.
import CHDF5

/// The version of the HDF5 library in use, such as `1.10.8`.
package var libraryVersion: String {
  var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
  _ = Library.status { unsafe H5get_libversion(&major, &minor, &release) }
  return "\(major).\(minor).\(release)"
}
