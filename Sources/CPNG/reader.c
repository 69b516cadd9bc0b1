#include "cpng.h"

#include <png.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cpng_reader {
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  size_t count;
  size_t position;
  bool is_lenient;
  cpng_status status;
  char message[200];
};

static void on_error(png_structp png, png_const_charp text) {
  cpng_reader *reader = png_get_error_ptr(png);
  if (reader->status == cpng_status_ok) {
    reader->status =
        strcmp(text, "Out of memory") == 0 ? cpng_status_out_of_memory : cpng_status_damaged;
  }
  snprintf(reader->message, sizeof reader->message, "%s", text);
  png_longjmp(png, 1);
}

/// What may be wrong about a picture whose samples are all there: data behind the last row.
static bool is_harmless(const char *text) {
  static const char *const surplus[] = {"Extra compressed data", "Too much image data",
                                        "Extra compression data in IDAT", "Too many IDATs found"};
  for (size_t i = 0; i < sizeof surplus / sizeof *surplus; i++) {
    if (strstr(text, surplus[i])) return true;
  }
  return false;
}

static void on_warning(png_structp png, png_const_charp text) {
  const cpng_reader *reader = png_get_error_ptr(png);
  if (reader->is_lenient && !is_harmless(text)) png_error(png, text);
}

static void read_bytes(png_structp png, png_bytep to, size_t count) {
  cpng_reader *reader = png_get_io_ptr(png);
  if (count > reader->count - reader->position) {
    reader->status = cpng_status_truncated;
    png_error(png, "the data end early");
  }
  memcpy(to, reader->bytes + reader->position, count);
  reader->position += count;
}

cpng_reader *cpng_open(const uint8_t *bytes, size_t count, bool is_lenient) {
  cpng_reader *reader = calloc(1, sizeof *reader);
  if (!reader) return NULL;
  reader->is_lenient = is_lenient;
  reader->bytes = bytes;
  reader->count = count;
  reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, on_error, on_warning);
  if (reader->png) reader->info = png_create_info_struct(reader->png);
  if (!reader->info) {
    cpng_close(reader);
    return NULL;
  }
  return reader;
}

cpng_status cpng_read_header(cpng_reader *reader, cpng_header *header) {
  png_structp png = reader->png;
  png_infop info = reader->info;
  if (setjmp(png_jmpbuf(png))) return reader->status;

  png_set_read_fn(png, reader, read_bytes);
  // The caller limits the size, with a better message.
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  // Skip text, profiles and all else that does not change a sample: it costs time and memory, and
  // its many harmless defects in the wild would refuse good pictures. Skipped chunks are still
  // checked by CRC.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  // With those gone, what libpng only warns about (a wrong Adler-32 sum, a palette index without a
  // colour) means that pixels are wrong.
  png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_benign_errors(png, reader->is_lenient);
#ifdef PNG_MAXIMUM_INFLATE_WINDOW
  // Some writers announce a smaller window than they reach back.
  if (reader->is_lenient) png_set_option(png, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
#endif

  png_read_info(png, info);
  png_set_expand(png);
  png_set_gray_to_rgb(png);
  const uint16_t one = 1;
  if (*(const uint8_t *)&one == 1) png_set_swap(png);
  bool transparent = (png_get_color_type(png, info) & PNG_COLOR_MASK_ALPHA) != 0 ||
                     png_get_valid(png, info, PNG_INFO_tRNS) != 0;
  header->width = png_get_image_width(png, info);
  header->height = png_get_image_height(png, info);
  header->channels = transparent ? 4 : 3;
  header->bits = png_get_bit_depth(png, info) == 16 ? 16 : 8;
  return cpng_status_ok;
}

cpng_status cpng_read_pixels(cpng_reader *reader, void *pixels, size_t byte_count) {
  png_structp png = reader->png;
  png_infop info = reader->info;
  if (setjmp(png_jmpbuf(png))) return reader->status;

  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  size_t stride = png_get_rowbytes(png, info);
  uint32_t height = png_get_image_height(png, info);
  if (stride == 0 || byte_count / stride != height || byte_count % stride != 0) {
    png_error(png, "the rows do not have the announced length");
  }
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t y = 0; y < height; y++) {
      png_read_row(png, (png_bytep)pixels + y * stride, NULL);
    }
  }
  png_read_end(png, NULL);
  return cpng_status_ok;
}

const char *cpng_reader_message(const cpng_reader *reader) { return reader->message; }

void cpng_close(cpng_reader *reader) {
  png_destroy_read_struct(&reader->png, &reader->info, NULL);
  free(reader);
}
