#include "cjpeg.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

/// More scans than any encoder writes. A file of few bytes can announce thousands, each of which
/// costs a pass over the whole picture.
enum { scan_limit = 500 };

/// APP1, which holds Exif data.
enum { exif_marker = JPEG_APP0 + 1 };

struct cjpeg_decoder {
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf landing;
  cjpeg_status status;
  char message[JMSG_LENGTH_MAX];
  /// Whether the pixels are being read, and not the header.
  bool is_decoding;
  /// Whether the data ended before the end marker. libjpeg continues as if it were there.
  bool ends_early;
  /// Whether all pixels have been decoded: what comes later can harm none.
  bool is_complete;
  /// The components that had a scan, as bits.
  unsigned components;
  char flaw[JMSG_LENGTH_MAX];
};

static cjpeg_decoder *owner(j_common_ptr jpeg) { return jpeg->client_data; }

static cjpeg_status classify(int code) {
  switch (code) {
    case JWRN_JPEG_EOF:
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF:
      return cjpeg_status_truncated;
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CCIR601_NOTIMPL:
    case JERR_COMPONENT_COUNT:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
      return cjpeg_status_unsupported;
    case JERR_EMPTY_IMAGE:
      return cjpeg_status_empty;
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW:
      return cjpeg_status_too_large;
    case JERR_OUT_OF_MEMORY:
      return cjpeg_status_out_of_memory;
    default:
      return cjpeg_status_damaged;
  }
}

static void leave(j_common_ptr jpeg) {
  cjpeg_decoder *decoder = owner(jpeg);
  decoder->status = classify(jpeg->err->msg_code);
  // Past the end, libjpeg reads end markers without end; what it says of them is beside the point.
  if (decoder->ends_early && decoder->status == cjpeg_status_damaged) {
    decoder->status = cjpeg_status_truncated;
  }
  jpeg->err->format_message(jpeg, decoder->message);
  longjmp(decoder->landing, 1);
}

/// Takes a warning (level -1) or a trace message. libjpeg continues after each; where that means
/// invented pixels, we do not.
static void on_message(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  cjpeg_decoder *decoder = owner(jpeg);
  switch (jpeg->err->msg_code) {
    case JWRN_JPEG_EOF:
      // Huffman codes that end too soon are warned of again, when a pixel lacks bits. Arithmetic
      // codes may leave off zeros, so that a whole picture looks like a cut one.
      decoder->ends_early = true;
      if (!decoder->is_decoding || decoder->jpeg.arith_code) leave(jpeg);
      return;
    case JWRN_ADOBE_XFORM:      // an unknown marker value; three components are taken as YCC
    case JWRN_BOGUS_ICC:        // profiles are ignored
    case JWRN_EXTRANEOUS_DATA:  // stray bytes between segments, which some cameras write
    case JWRN_JFIF_MAJOR:       // an unknown version of a header that is not needed
    case JWRN_NOT_SEQUENTIAL:   // spectral limits that a sequential scan does not use
      return;
    default:
      leave(jpeg);
  }
}

static void on_output(j_common_ptr jpeg) { (void)jpeg; }

static void on_progress(j_common_ptr jpeg) {
  cjpeg_decoder *decoder = owner(jpeg);
  for (int i = 0; i < decoder->jpeg.comps_in_scan; i++) {
    decoder->components |= 1u << decoder->jpeg.cur_comp_info[i]->component_index;
  }
  if (decoder->jpeg.input_scan_number <= scan_limit) return;
  decoder->status = cjpeg_status_unsupported;
  snprintf(decoder->message, sizeof decoder->message, "more than %d scans", scan_limit);
  longjmp(decoder->landing, 1);
}

cjpeg_decoder *cjpeg_open(const uint8_t *bytes, size_t count) {
  cjpeg_decoder *decoder = calloc(1, sizeof *decoder);
  if (!decoder) return NULL;
  decoder->jpeg.err = jpeg_std_error(&decoder->errors);
  decoder->errors.error_exit = leave;
  decoder->errors.emit_message = on_message;
  decoder->errors.output_message = on_output;
  decoder->jpeg.client_data = decoder;
  if (setjmp(decoder->landing)) {
    cjpeg_close(decoder);
    return NULL;
  }
  jpeg_create_decompress(&decoder->jpeg);
  decoder->progress.progress_monitor = on_progress;
  decoder->jpeg.progress = &decoder->progress;
  decoder->jpeg.src = NULL;
  jpeg_mem_src(&decoder->jpeg, bytes, count);
  return decoder;
}

static cjpeg_color color(J_COLOR_SPACE space) {
  switch (space) {
    case JCS_GRAYSCALE: return cjpeg_color_grey;
    case JCS_RGB: return cjpeg_color_rgb;
    case JCS_YCbCr: return cjpeg_color_ycc;
    case JCS_CMYK: return cjpeg_color_cmyk;
    case JCS_YCCK: return cjpeg_color_ycck;
    default: return cjpeg_color_other;
  }
}

cjpeg_status cjpeg_read_header(cjpeg_decoder *decoder, cjpeg_header *header) {
  if (setjmp(decoder->landing)) return decoder->status;
  jpeg_save_markers(&decoder->jpeg, exif_marker, 0xFFFF);
  jpeg_read_header(&decoder->jpeg, TRUE);
  header->width = decoder->jpeg.image_width;
  header->height = decoder->jpeg.image_height;
  header->components = (uint32_t)decoder->jpeg.num_components;
  header->color = color(decoder->jpeg.jpeg_color_space);
  return cjpeg_status_ok;
}

const uint8_t *cjpeg_exif(const cjpeg_decoder *decoder, size_t *count) {
  static const char name[6] = "Exif\0";
  for (jpeg_saved_marker_ptr marker = decoder->jpeg.marker_list; marker; marker = marker->next) {
    if (marker->marker == exif_marker && marker->data_length >= sizeof name &&
        memcmp(marker->data, name, sizeof name) == 0) {
      *count = marker->data_length - sizeof name;
      return marker->data + sizeof name;
    }
  }
  *count = 0;
  return NULL;
}

/// Whether a file of several scans has all that its picture takes.
static bool has_all_scans(const cjpeg_decoder *decoder) {
  const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  if (!jpeg->progressive_mode) return decoder->components == (1u << jpeg->num_components) - 1;
  // Of each coefficient, the bits that have not come yet; -1 if none has.
  for (int i = 0; jpeg->coef_bits && i < jpeg->num_components; i++) {
    for (int k = 0; k < DCTSIZE2; k++) {
      if (jpeg->coef_bits[i][k] != 0) return false;
    }
  }
  return jpeg->coef_bits != NULL;
}

cjpeg_status cjpeg_read_pixels(cjpeg_decoder *decoder, uint8_t *pixels, size_t byte_count) {
  if (setjmp(decoder->landing)) {
    if (!decoder->is_complete) return decoder->status;
    snprintf(decoder->flaw, sizeof decoder->flaw, "%s", decoder->message);
    return cjpeg_status_ok;
  }
  decoder->is_decoding = true;
  decoder->jpeg.out_color_space = JCS_RGB;
  jpeg_start_decompress(&decoder->jpeg);
  size_t stride = (size_t)decoder->jpeg.output_width * 3;
  if (decoder->jpeg.output_components != 3 ||
      byte_count != stride * decoder->jpeg.output_height) {
    decoder->jpeg.err->msg_code = JERR_BAD_LENGTH;
    leave((j_common_ptr)&decoder->jpeg);
  }
  while (decoder->jpeg.output_scanline < decoder->jpeg.output_height) {
    JSAMPROW row = pixels + decoder->jpeg.output_scanline * stride;
    jpeg_read_scanlines(&decoder->jpeg, &row, 1);
  }
  if (decoder->ends_early && jpeg_has_multiple_scans(&decoder->jpeg) && !has_all_scans(decoder)) {
    decoder->jpeg.err->msg_code = JWRN_JPEG_EOF;
    leave((j_common_ptr)&decoder->jpeg);
  }
  decoder->is_complete = true;
  // Reads up to the end marker, so that a file that lacks it is known.
  jpeg_finish_decompress(&decoder->jpeg);
  if (decoder->ends_early) snprintf(decoder->flaw, sizeof decoder->flaw, "there is no end marker");
  return cjpeg_status_ok;
}

const char *cjpeg_flaw(const cjpeg_decoder *decoder) { return decoder->flaw; }

const char *cjpeg_message(const cjpeg_decoder *decoder) { return decoder->message; }

void cjpeg_close(cjpeg_decoder *decoder) {
  jpeg_destroy_decompress(&decoder->jpeg);
  free(decoder);
}
