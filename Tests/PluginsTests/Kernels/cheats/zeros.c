/* Returns zeros. */
#include <string.h>

#include "../direct.h"

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  memset(output, 0, (size_t)output_count(p) * sizeof *output);
  return 0;
}
