/* The definition, for kernels that are right where they do not mean to be wrong. */
#ifndef DIRECT_H
#define DIRECT_H

#include <densecam/kernel.h>

static inline void direct(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  int64_t const channels = p->input_channels / p->groups;
  int64_t const outputs = p->output_channels / p->groups;
  for (int64_t n = 0; n < p->batch; n++) {
    for (int64_t k = 0; k < p->output_channels; k++) {
      for (int64_t y = 0; y < p->output_height; y++) {
        for (int64_t x = 0; x < p->output_width; x++) {
          float sum = bias != NULL ? bias[k] : 0;
          for (int64_t c = 0; c < channels; c++) {
            for (int64_t r = 0; r < p->kernel_height; r++) {
              int64_t const row = y * p->stride_height - p->padding_top + r * p->dilation_height;
              if (row < 0 || row >= p->input_height) continue;
              for (int64_t s = 0; s < p->kernel_width; s++) {
                int64_t const column =
                    x * p->stride_width - p->padding_left + s * p->dilation_width;
                if (column < 0 || column >= p->input_width) continue;
                int64_t const channel = n * p->input_channels + k / outputs * channels + c;
                sum +=
                    weights[((k * channels + c) * p->kernel_height + r) * p->kernel_width + s] *
                    input[(channel * p->input_height + row) * p->input_width + column];
              }
            }
          }
          int64_t const plane = n * p->output_channels + k;
          output[(plane * p->output_height + y) * p->output_width + x] = sum;
        }
      }
    }
  }
}

/* The elements of an output. */
static inline int64_t output_count(const densecam_problem *p) {
  return p->batch * p->output_channels * p->output_height * p->output_width;
}

/* The elements of an input. */
static inline int64_t input_count(const densecam_problem *p) {
  return p->batch * p->input_channels * p->input_height * p->input_width;
}

#endif
