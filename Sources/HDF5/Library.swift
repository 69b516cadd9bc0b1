import CHDF5
import Synchronization

/// The gateway to the C library: every call of the module goes through it.
///
/// The library is not thread-safe in every build, so calls are serialised. The lock is held for the C
/// call alone; no identifier is closed and no Swift code of callers runs under it, which is why it need
/// not be recursive.
enum Library {
  private static let turn = Mutex(())

  /// Makes one call and converts its status: a negative one is a failure, whose cause is fetched from
  /// the library's error stack before anyone else can overwrite it.
  ///
  /// - Parameters:
  ///   - operation: What the call does, to follow "cannot".
  ///   - place: What the call is about.
  ///   - body: The call. It must neither call this function nor release an identifier.
  /// - Returns: The status, zero or positive.
  /// - Throws: ``HDF5Error`` if the status is negative.
  @discardableResult
  static func call<Status: SignedInteger & Sendable>(
    _ operation: String, at place: Place, _ body: () -> Status
  ) throws(HDF5Error) -> Status {
    let (status, messages) = locked { () -> (Status, [String]) in
      let status = body()
      return (status, status < 0 ? errorMessages() : [])
    }
    guard status >= 0 else {
      let (kind, words) = HDF5Error.cause(of: messages)
      throw place.error(operation, words, kind)
    }
    return status
  }

  /// Makes one call whose failure does not matter or cannot happen.
  static func status<Status: SignedInteger & Sendable>(_ body: () -> Status) -> Status {
    locked(body)
  }

  /// Closes an identifier of any kind.
  static func close(_ id: hid_t) {
    _ = status { H5Idec_ref(id) }
  }

  /// Whether references to texts can be read without following them; set up at the first use.
  static let canReadReferences = status { chdf5_register_references() } >= 0

  /// The driver for files without a name, or a negative value; registered at the first use.
  static let unnamedDriver = status { chdf5_register_unnamed_driver() }

  /// Keeps the library from closing itself at exit, when other threads may still be in it; it would
  /// also print complaints about what damaged files have left behind.
  private static let staysOpen: Bool = H5dont_atexit() >= 0

  private static func locked<Result: Sendable>(_ body: () -> Result) -> Result {
    turn.withLock { _ in
      _ = staysOpen
      // Builds with thread support keep this setting per thread, so it is set each time.
      _ = H5Eset_auto2(hid_t(H5E_DEFAULT), nil, nil)
      return body()
    }
  }

  /// The messages of the error stack, the place where the failure arose first.
  private static func errorMessages() -> [String] {
    var messages: [String] = []
    _ = unsafe withUnsafeMutablePointer(to: &messages) { messages in
      unsafe H5Ewalk2(
        hid_t(H5E_DEFAULT), H5E_WALK_UPWARD,
        { _, error, context in
          guard let text = unsafe error?.pointee.desc,
            let messages = unsafe context?.assumingMemoryBound(to: [String].self)
          else { return 0 }
          unsafe messages.pointee.append(String(cString: text))
          return 0
        }, messages)
    }
    return messages
  }
}

/// The subject of a call: the file and the object in it that an error names.
struct Place: Sendable {
  let file: String
  var object: String?

  func error(
    _ operation: String, _ cause: String, _ kind: HDF5Error.Kind = .other
  ) -> HDF5Error {
    HDF5Error(operation: operation, path: file, object: object, cause: cause, kind: kind)
  }

  @discardableResult
  func call<Status: SignedInteger & Sendable>(
    _ operation: String, _ body: () -> Status
  ) throws(HDF5Error) -> Status {
    try Library.call(operation, at: self, body)
  }
}
