import CHDF5

/// The type of a dataset's elements.
package enum ElementType: Hashable, Sendable {
  /// IEEE 754 binary16, binary32 or binary64, in either byte order.
  case float16, float32, float64

  /// Two's complement or unsigned integers of one, two, four or eight whole bytes, in either byte
  /// order.
  case integer

  /// Anything else: strings, records, enumerations (which is how h5py stores `bool`), odd formats.
  case other
}

extension ElementType {
  /// Classifies a type.
  ///
  /// Numbers in formats that no hardware has count as ``other``, since only the formats named here use the
  /// library's well-tested conversions.
  init(of type: hid_t, _ operation: String, _ place: Place) throws(HDF5Error) {
    let kind = try place.call(operation) { H5Tget_class(type).rawValue }
    switch H5T_class_t(kind) {
    case H5T_FLOAT:
      let format = try place.call(operation) { chdf5_float_format(type) }
      switch UInt32(format) {
      case CHDF5_FLOAT16.rawValue: self = .float16
      case CHDF5_FLOAT32.rawValue: self = .float32
      case CHDF5_FLOAT64.rawValue: self = .float64
      default: self = .other
      }
    case H5T_INTEGER:
      self = Self.isWholeInteger(type) ? .integer : .other
    default:
      self = .other
    }
  }

  /// Whether the bits of an integer fill one, two, four or eight bytes in a plain byte
  /// order.
  private static func isWholeInteger(_ type: hid_t) -> Bool {
    let size = Library.status { Int(H5Tget_size(type)) }
    let precision = Library.status { Int(H5Tget_precision(type)) }
    let offset = Library.status { H5Tget_offset(type) }
    let order = H5T_order_t(Library.status { H5Tget_order(type).rawValue })
    return [1, 2, 4, 8].contains(size) && precision == 8 * size && offset == 0
      && (order == H5T_ORDER_LE || order == H5T_ORDER_BE)
  }
}
