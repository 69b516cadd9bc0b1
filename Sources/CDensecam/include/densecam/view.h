/* How kernels see the feature maps that they read and write. */
#ifndef DENSECAM_VIEW_H
#define DENSECAM_VIEW_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The format of an element. */
enum {
  DENSECAM_F32 = 0 /* IEEE 754 binary32 */
};

/*
 * A batch of feature maps in memory that somebody else owns.
 *
 * The element of image n, channel c and pixel p = y * width + x is number
 *     (c / block_width * height * width + p) * block_width + c % block_width
 * of those that begin n * image_stride bytes after data.
 *
 * Where block_width does not divide the channels, the last block has spare lanes. A kernel leaves finite
 * numbers in those of its output, and does not depend on what is in those of its input.
 */
typedef struct densecam_view {
  void *data;
  int64_t batch;
  int64_t channels;
  int64_t height;
  int64_t width;
  int64_t image_stride; /* bytes from one image to the next */
  int32_t block_width;  /* channels that lie side by side; 1: one plane after the other */
  int32_t element;      /* DENSECAM_F32 */
} densecam_view;

#ifdef __cplusplus
}
#endif

#endif
