#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// libpng behind functions that return.
//
// libpng reports errors with longjmp, which Swift frames cannot survive. Here every jump lands
// inside the function that was called, so that a caller sees a status and a message and nothing
// else. libpng's simplified API needs no setjmp either, but it converts 16-bit samples to linear
// light.

/// How a call ended.
typedef enum __attribute__((enum_extensibility(closed))) {
  cpng_status_ok,
  /// The data end before the picture does.
  cpng_status_truncated,
  /// A checksum is wrong, or the data break the format.
  cpng_status_damaged,
  cpng_status_out_of_memory,
} cpng_status;

/// What a picture is once read: 3 channels (RGB) or 4 (RGB and alpha) of 8 or 16 bits.
typedef struct {
  uint32_t width;
  uint32_t height;
  uint32_t channels;
  uint32_t bits;
} cpng_header;

/// A picture that is being read. One thread at a time may use it.
typedef struct cpng_reader cpng_reader;

/// Starts to read a PNG file in memory.
///
/// A lenient reader passes over data behind the last row, and over a compression window that is
/// announced too small: neither touches a sample, and checksums are still checked. The bytes must
/// outlive the reader. Returns null if there is no memory. Free with `cpng_close`.
cpng_reader *_Nullable cpng_open(const uint8_t *_Nonnull bytes, size_t count, bool is_lenient);

/// Reads everything before the pixels. Call it once, first.
///
/// Nothing that depends on the picture's size is allocated.
cpng_status cpng_read_header(cpng_reader *_Nonnull reader, cpng_header *_Nonnull header);

/// Reads the pixels and everything behind them, once, after `cpng_read_header`.
///
/// Palettes and fewer than 8 bits become 8 bits, grey becomes RGB, a transparent colour becomes an
/// alpha channel, interlaced rows are put in order, and 16-bit samples are in the machine's byte
/// order. Samples are otherwise as stored: gamma and colour profiles are ignored. `pixels` holds
/// `height` rows without gaps; `byte_count` must be their exact size. After any other status than
/// ok its contents are indeterminate.
cpng_status cpng_read_pixels(cpng_reader *_Nonnull reader, void *_Nonnull pixels,
                             size_t byte_count);

/// What went wrong, in libpng's words; empty while nothing did. Lives as long as the reader.
const char *_Nonnull cpng_reader_message(const cpng_reader *_Nonnull reader);

void cpng_close(cpng_reader *_Nonnull reader);

/// Encodes 8-bit RGB rows without gaps as a PNG file in memory.
///
/// Rows are filtered by Paeth's predictor and compressed by ISA-L, level 1. The same pixels give the
/// same bytes on processors of one kind, as long as ISA-L stays the same: it searches for repeats
/// with the widest vectors there are. On success `*bytes` holds `*count` bytes for the caller to
/// free; otherwise it is null.
cpng_status cpng_encode_rgb(const uint8_t *_Nonnull pixels, uint32_t width, uint32_t height,
                            uint8_t *_Nullable *_Nonnull bytes, size_t *_Nonnull count);
