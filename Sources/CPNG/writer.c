#include "cpng.h"

#include <isa-l/igzip_lib.h>
#include <png.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/// A buffer that grows.
typedef struct {
  uint8_t *bytes;
  size_t count;
  size_t capacity;
} sink;

static void on_error(png_structp png, png_const_charp text) {
  (void)text;
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void write_bytes(png_structp png, png_bytep from, size_t count) {
  sink *to = png_get_io_ptr(png);
  if (count > SIZE_MAX / 2 - to->count) png_error(png, "Out of memory");
  if (to->count + count > to->capacity) {
    size_t capacity = 2 * (to->count + count);
    uint8_t *bytes = realloc(to->bytes, capacity);
    if (!bytes) png_error(png, "Out of memory");
    to->bytes = bytes;
    to->capacity = capacity;
  }
  memcpy(to->bytes + to->count, from, count);
  to->count += count;
}

static void flush(png_structp png) { (void)png; }

enum {
  bytes_per_pixel = 3,
  /// The bytes of a chunk of compressed data.
  chunk_capacity = 1 << 16,
  /// Rows are filtered and compressed in bands of about this many bytes.
  band_capacity = 1 << 18,
};

/// The state that compresses pixels into the file. Too large for a thread's stack.
typedef struct {
  struct isal_zstream stream;
  uint8_t tables[ISAL_DEF_LVL1_DEFAULT];
  /// Compressed bytes that are not in the file yet.
  uint8_t compressed[chunk_capacity];
  /// A band of filtered rows, each after the byte that names its filter.
  uint8_t rows[];
} compressor;

static uint8_t lesser(uint8_t a, uint8_t b) { return a < b ? a : b; }

static uint8_t greater(uint8_t a, uint8_t b) { return a < b ? b : a; }

/// The neighbour that is next to left + up - corner; the first of them in a tie.
///
/// Bytes suffice, and 16 of them make a vector: where the corner is not between the other two, the
/// sum lies beyond both, next to the one that is farther from the corner. Where it is, the sum's
/// distance from the corner is the difference of the other distances.
static uint8_t paeth(uint8_t left, uint8_t up, uint8_t corner) {
  uint8_t low = lesser(left, up);
  uint8_t high = greater(left, up);
  uint8_t from_left = greater(up, corner) - lesser(up, corner);
  uint8_t from_up = greater(left, corner) - lesser(left, corner);
  uint8_t from_corner = greater(from_left, from_up) - lesser(from_left, from_up);
  uint8_t vertical = from_up <= from_corner ? up : corner;
  uint8_t between = from_left <= lesser(from_up, from_corner) ? left : vertical;
  uint8_t above_corner = corner <= low ? high : between;
  return corner >= high ? low : above_corner;
}

/// Filters a row with the predictor of Paeth (PNG specification, section 9.4).
///
/// `above` is null for the first row.
static void filter(const uint8_t *row, const uint8_t *above, size_t count, uint8_t *filtered) {
  if (!above) {
    // Everything above is zero, so the best predictor is the pixel on the left.
    *filtered++ = PNG_FILTER_VALUE_SUB;
    memcpy(filtered, row, bytes_per_pixel);
    for (size_t i = bytes_per_pixel; i < count; i++) {
      filtered[i] = (uint8_t)(row[i] - row[i - bytes_per_pixel]);
    }
    return;
  }
  *filtered++ = PNG_FILTER_VALUE_PAETH;
  // Enlarged pictures repeat their rows; of a row like the one above, nothing is left.
  if (memcmp(row, above, count) == 0) {
    memset(filtered, 0, count);
    return;
  }
  for (size_t i = 0; i < bytes_per_pixel; i++) filtered[i] = (uint8_t)(row[i] - above[i]);
  for (size_t i = bytes_per_pixel; i < count; i++) {
    size_t before = i - bytes_per_pixel;
    filtered[i] = (uint8_t)(row[i] - paeth(row[before], above[i], above[before]));
  }
}

static void start(compressor *with) {
  isal_deflate_init(&with->stream);
  with->stream.gzip_flag = IGZIP_ZLIB;
  with->stream.level = 1;
  with->stream.level_buf = with->tables;
  with->stream.level_buf_size = sizeof with->tables;
  with->stream.next_out = with->compressed;
  with->stream.avail_out = chunk_capacity;
}

/// Compresses the first `count` bytes of the band. Chunks are written when they are full, and
/// behind the last band.
static void compress(png_structp png, compressor *with, size_t count, bool is_last) {
  struct isal_zstream *stream = &with->stream;
  stream->next_in = with->rows;
  stream->avail_in = (uint32_t)count;
  stream->end_of_stream = is_last;
  bool is_done = false;
  do {
    if (isal_deflate(stream) != COMP_OK) png_error(png, "the pixels cannot be compressed");
    is_done = is_last ? stream->internal_state.state == ZSTATE_END
                      : stream->avail_in == 0 && stream->avail_out > 0;
    if (stream->avail_out == 0 || (is_last && is_done)) {
      png_write_chunk(png, (png_const_bytep) "IDAT", with->compressed,
                      chunk_capacity - stream->avail_out);
      stream->next_out = with->compressed;
      stream->avail_out = chunk_capacity;
    }
  } while (!is_done);
}

/// Writes it all. Keeps setjmp apart from the variables that its caller needs after a jump.
///
/// Deflating is nearly all of the time. ISA-L at level 1 takes a quarter of that of zlib at level 1,
/// and with Paeth's predictor its files are smaller than those of zlib with the cheaper ones. So the
/// pixels go past libpng, which writes the frame around them.
static cpng_status encode(png_structp png, png_infop info, const uint8_t *pixels, uint32_t width,
                          uint32_t height, compressor *with, size_t band_height, sink *to) {
  // Arguments apart, only memory can fail.
  if (setjmp(png_jmpbuf(png))) return cpng_status_out_of_memory;
  png_set_write_fn(png, to, write_bytes, flush);
  png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  start(with);
  size_t stride = (size_t)width * bytes_per_pixel;
  for (size_t y = 0; y < height; y += band_height) {
    size_t count = height - y < band_height ? height - y : band_height;
    for (size_t i = 0; i < count; i++) {
      const uint8_t *row = pixels + (y + i) * stride;
      filter(row, y + i == 0 ? NULL : row - stride, stride, with->rows + i * (stride + 1));
    }
    compress(png, with, count * (stride + 1), y + count == height);
  }
  png_write_chunk(png, (png_const_bytep) "IEND", NULL, 0);
  return cpng_status_ok;
}

cpng_status cpng_encode_rgb(const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t **bytes,
                            size_t *count) {
  *bytes = NULL;
  *count = 0;
  size_t row_count = (size_t)width * bytes_per_pixel + 1;
  size_t band_height = band_capacity / row_count + 1;
  compressor *with = malloc(sizeof *with + band_height * row_count);
  if (!with) return cpng_status_out_of_memory;
  sink to = {NULL, 0, 0};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  cpng_status status = info ? encode(png, info, pixels, width, height, with, band_height, &to)
                            : cpng_status_out_of_memory;
  png_destroy_write_struct(&png, &info);
  free(with);
  if (status != cpng_status_ok) {
    free(to.bytes);
    return status;
  }
  *bytes = to.bytes;
  *count = to.count;
  return status;
}
