#pragma once
#include <stddef.h>
#include <stdint.h>

// libjpeg behind functions that return.
//
// libjpeg's default error handler ends the process, and its documented replacement is longjmp,
// which Swift frames cannot survive. Here every jump lands inside the function that was called, so
// that a caller sees a status and a message and nothing else.

/// How a call ended.
typedef enum __attribute__((enum_extensibility(closed))) {
  cjpeg_status_ok,
  /// The data end before the picture does.
  cjpeg_status_truncated,
  /// The data break the format, or pixels had to be guessed.
  cjpeg_status_damaged,
  /// A kind of JPEG that libjpeg does not decode, such as lossless or 12 bits.
  cjpeg_status_unsupported,
  /// The picture is 0 pixels wide or high.
  cjpeg_status_empty,
  /// A side exceeds what libjpeg decodes, 65500.
  cjpeg_status_too_large,
  cjpeg_status_out_of_memory,
} cjpeg_status;

/// How a file stores colour.
typedef enum __attribute__((enum_extensibility(closed))) {
  cjpeg_color_grey,
  cjpeg_color_rgb,
  cjpeg_color_ycc,
  cjpeg_color_cmyk,
  cjpeg_color_ycck,
  cjpeg_color_other,
} cjpeg_color;

typedef struct {
  uint32_t width;
  uint32_t height;
  uint32_t components;
  cjpeg_color color;
} cjpeg_header;

/// A picture that is being decoded. One thread at a time may use it.
typedef struct cjpeg_decoder cjpeg_decoder;

/// Starts to decode a JPEG file in memory.
///
/// The bytes must outlive the decoder. Returns null if there is no memory. Free with `cjpeg_close`.
cjpeg_decoder *_Nullable cjpeg_open(const uint8_t *_Nonnull bytes, size_t count);

/// Reads everything up to the first scan. Call it once, first.
///
/// Nothing that depends on the picture's size is allocated.
cjpeg_status cjpeg_read_header(cjpeg_decoder *_Nonnull decoder, cjpeg_header *_Nonnull header);

/// The Exif data before the first scan, without the name that begins them; null if there are none.
///
/// Call it after `cjpeg_read_header`. They live as long as the decoder.
const uint8_t *_Nullable cjpeg_exif(const cjpeg_decoder *_Nonnull decoder, size_t *_Nonnull count);

/// Decodes all rows as 8-bit RGB and reads to the end of the file, once, after `cjpeg_read_header`.
///
/// A file that lacks its end marker, or has something else in its place, but all that its pixels take,
/// is ok, and `cjpeg_flaw` says what is wrong with it.
///
/// With libjpeg's defaults: the slow integer transform and smooth chroma upsampling. Grey, RGB and
/// YCC files only. `pixels` holds `height` rows of `3 * width` bytes; `byte_count` must be their
/// exact size. After any other status than ok its contents are indeterminate.
cjpeg_status cjpeg_read_pixels(cjpeg_decoder *_Nonnull decoder, uint8_t *_Nonnull pixels,
                               size_t byte_count);

/// What went wrong, in libjpeg's words; empty while nothing did. Lives as long as the decoder.
const char *_Nonnull cjpeg_message(const cjpeg_decoder *_Nonnull decoder);

/// What is wrong with a file whose pixels are all there; empty if nothing is. Lives as long as the
/// decoder.
const char *_Nonnull cjpeg_flaw(const cjpeg_decoder *_Nonnull decoder);

void cjpeg_close(cjpeg_decoder *_Nonnull decoder);
