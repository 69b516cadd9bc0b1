/* Wrong at every hundredth call. */
#include "../direct.h"

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  static int calls;
  direct(p, input, weights, bias, output);
  if (++calls % 100 == 0) output[output_count(p) / 2] *= 1.5f;
  return 0;
}
