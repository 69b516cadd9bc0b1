/* Reads a row above its input. */
#include "../direct.h"

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  volatile float sink = input[-1];
  (void)sink;
  direct(p, input, weights, bias, output);
  return 0;
}
