// What the HDF5 library offers as macros, or under names that change with its version, as functions
// that Swift can import. Compiles against 1.10, 1.12 and 1.14.
#ifndef CHDF5_SHIM_H
#define CHDF5_SHIM_H

#include <hdf5.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

// MARK: - Constants that are macros because they open the library first

static inline unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned chdf5_create_new(void) { return H5F_ACC_EXCL; }
static inline unsigned chdf5_truncate(void) { return H5F_ACC_TRUNC; }

static inline hid_t chdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t chdf5_file_creation(void) { return H5P_FILE_CREATE; }
static inline hid_t chdf5_group_creation(void) { return H5P_GROUP_CREATE; }
static inline hid_t chdf5_dataset_creation(void) { return H5P_DATASET_CREATE; }
static inline hid_t chdf5_attribute_creation(void) { return H5P_ATTRIBUTE_CREATE; }
static inline hid_t chdf5_link_creation(void) { return H5P_LINK_CREATE; }

static inline hid_t chdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t chdf5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t chdf5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t chdf5_native_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t chdf5_stored_float32(void) { return H5T_IEEE_F32LE; }
static inline hid_t chdf5_stored_float64(void) { return H5T_IEEE_F64LE; }
static inline hid_t chdf5_stored_int64(void) { return H5T_STD_I64LE; }

// MARK: - Types

/// The float formats that are recognised; all others are refused.
enum chdf5_float_format { CHDF5_OTHER = 0, CHDF5_FLOAT16, CHDF5_FLOAT32, CHDF5_FLOAT64 };

/// Tells which IEEE 754 binary format a type of class float has, in either byte order.
///
/// Returns a `chdf5_float_format`, or a negative value on failure.
static inline int chdf5_float_format(hid_t type) {
  const hid_t singles[] = {H5T_IEEE_F32LE, H5T_IEEE_F32BE};
  const hid_t doubles[] = {H5T_IEEE_F64LE, H5T_IEEE_F64BE};
  for (int order = 0; order < 2; order++) {
    htri_t same = H5Tequal(type, singles[order]);
    if (same != 0) return same < 0 ? -1 : CHDF5_FLOAT32;
    same = H5Tequal(type, doubles[order]);
    if (same != 0) return same < 0 ? -1 : CHDF5_FLOAT64;
    // There is no constant for half precision: sign bit 15, exponent from bit 10, 5 bits long,
    // fraction from bit 0, 10 bits long, bias 15.
    hid_t half = H5Tcopy(singles[order]);
    if (half < 0) return -1;
    if (H5Tset_fields(half, 15, 10, 5, 0, 10) < 0 || H5Tset_size(half, 2) < 0 ||
        H5Tset_ebias(half, 15) < 0) {
      H5Tclose(half);
      return -1;
    }
    same = H5Tequal(type, half);
    H5Tclose(half);
    if (same != 0) return same < 0 ? -1 : CHDF5_FLOAT16;
  }
  return CHDF5_OTHER;
}

/// Makes a type for zero-terminated text of at most `size` bytes, the terminator included, or of any
/// length if `size` is 0.
static inline hid_t chdf5_make_text(size_t size, H5T_cset_t encoding) {
  hid_t type = H5Tcopy(H5T_C_S1);
  if (type < 0) return -1;
  if (H5Tset_size(type, size == 0 ? H5T_VARIABLE : size) < 0 || H5Tset_cset(type, encoding) < 0 ||
      H5Tset_strpad(type, H5T_STR_NULLTERM) < 0) {
    H5Tclose(type);
    return -1;
  }
  return type;
}

/// The bytes of a stored reference to a text of variable length.
enum { CHDF5_REFERENCE_SIZE = 16 };

static inline hid_t chdf5_make_reference(void) {
  return H5Tcreate(H5T_OPAQUE, CHDF5_REFERENCE_SIZE);
}

/// A conversion from variable-length text to opaque bytes that leaves the bytes as they are.
static inline herr_t chdf5_keep_bytes(hid_t source, hid_t target, H5T_cdata_t *data, size_t count,
                                      size_t stride, size_t background_stride, void *buffer,
                                      void *background, hid_t properties) {
  (void)count, (void)stride, (void)background_stride, (void)buffer, (void)background;
  (void)properties;
  if (data->command != H5T_CONV_INIT) return 0;
  data->need_bkg = H5T_BKG_NO;
  return H5Tis_variable_str(source) > 0 && H5Tget_size(target) == CHDF5_REFERENCE_SIZE ? 0 : -1;
}

/// Lets references to texts be read as what `chdf5_make_reference` makes, for the whole process.
///
/// The library follows such references without checking them against the heap that they point into,
/// and has no type of memory that reads them as they are.
static inline herr_t chdf5_register_references(void) {
  hid_t text = chdf5_make_text(0, H5T_CSET_UTF8);
  hid_t reference = chdf5_make_reference();
  herr_t status = -1;
  if (text >= 0 && reference >= 0)
    status = H5Tregister(H5T_PERS_SOFT, "keep bytes", text, reference, chdf5_keep_bytes);
  if (text >= 0) H5Tclose(text);
  if (reference >= 0) H5Tclose(reference);
  return status;
}

// MARK: - Files

/// The descriptor of a file that is open with the default driver, or a negative value on failure.
static inline int chdf5_descriptor(hid_t file) {
  void *handle = NULL;
  if (H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) < 0 || handle == NULL) return -1;
  return *(int *)handle;
}

typedef herr_t (*chdf5_query)(const H5FD_t *file, unsigned long *flags);

/// Where the default driver's answer about its features is kept.
static inline chdf5_query *chdf5_default_query(void) {
  static chdf5_query query;
  return &query;
}

static inline herr_t chdf5_unnamed_query(const H5FD_t *file, unsigned long *flags) {
  herr_t status = (*chdf5_default_query())(file, flags);
  if (flags != NULL) *flags &= ~(unsigned long)H5FD_FEAT_POSIX_COMPAT_HANDLE;
  return status;
}

/// Registers a driver for files below `/proc/self/fd`, for the whole process.
///
/// It is the default driver but for one feature, without which the library does not ask where a link leads:
/// those do not lead to any path.
///
/// Returns the driver, or a negative value on failure.
static inline hid_t chdf5_register_unnamed_driver(void) {
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (access < 0) return -1;
  // The description of a driver is to be had from a file that is open with it.
  H5FD_t *file = NULL;
  if (H5Pset_fapl_sec2(access) >= 0)
    file = H5FDopen("/dev/null", H5F_ACC_RDONLY, access, HADDR_UNDEF);
  H5Pclose(access);
  if (file == NULL) return -1;
  static H5FD_class_t driver;
  driver = *file->cls;
  H5FDclose(file);
  *chdf5_default_query() = driver.query;
  driver.name = "densecam_unnamed";
  driver.query = chdf5_unnamed_query;
  driver.terminate = NULL;
  return H5FDregister(&driver);
}

// MARK: - Links and objects

enum chdf5_link { CHDF5_MISSING = 0, CHDF5_HARD = 1, CHDF5_FOREIGN = 2 };

/// Tells whether a group has a link of this name, and whether it is a hard one.
///
/// Returns a `chdf5_link`, or a negative value on failure.
static inline int chdf5_link(hid_t group, const char *name) {
  htri_t exists = H5Lexists(group, name, H5P_DEFAULT);
  if (exists <= 0) return exists;
  H5L_info_t info;
  if (H5Lget_info(group, name, &info, H5P_DEFAULT) < 0) return -1;
  return info.type == H5L_TYPE_HARD ? CHDF5_HARD : CHDF5_FOREIGN;
}

typedef herr_t (*chdf5_visitor)(const char *name, void *context);

struct chdf5_visit {
  chdf5_visitor visitor;
  void *context;
};

static inline herr_t chdf5_visit_link(hid_t group, const char *name, const H5L_info_t *info,
                                      void *visit) {
  (void)group;
  if (info->type != H5L_TYPE_HARD) return 0;
  struct chdf5_visit *target = (struct chdf5_visit *)visit;
  return target->visitor(name, target->context);
}

/// Visits the hard links of a group until the visitor returns something other than 0.
static inline herr_t chdf5_visit_links(hid_t group, chdf5_visitor visitor, void *context) {
  struct chdf5_visit visit = {visitor, context};
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, chdf5_visit_link, &visit);
}

static inline herr_t chdf5_visit_attribute(hid_t object, const char *name, const H5A_info_t *info,
                                           void *visit) {
  (void)object, (void)info;
  struct chdf5_visit *target = (struct chdf5_visit *)visit;
  return target->visitor(name, target->context);
}

/// Visits the attributes of an object until the visitor returns something other than 0.
static inline herr_t chdf5_visit_attributes(hid_t object, chdf5_visitor visitor, void *context) {
  struct chdf5_visit visit = {visitor, context};
  return H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, chdf5_visit_attribute, &visit);
}

#if H5_VERSION_GE(1, 12, 0)
typedef H5O_info1_t chdf5_info;
#else
typedef H5O_info_t chdf5_info;
#endif

/// Tells what a member of a group is and where it starts in the file.
///
/// Returns an `H5O_type_t`, or a negative value on failure.
static inline int chdf5_object(hid_t group, const char *name, unsigned long long *address) {
  chdf5_info info;
  if (H5Oget_info_by_name2(group, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return -1;
  *address = info.addr;
  return info.type;
}

#endif
