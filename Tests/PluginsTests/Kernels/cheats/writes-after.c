/* Writes one element beyond its output, and puts back what was there. */
#include "../direct.h"

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  volatile float *const end = output + output_count(p);
  float const kept = *end;
  *end = 1;
  direct(p, input, weights, bias, output);
  *end = kept;
  return 0;
}
