/* Reads one vector beyond its input. */
#include "../direct.h"

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  volatile float sink = 0;
  for (int64_t i = 0; i < 8; i++) sink += input[input_count(p) + i];
  direct(p, input, weights, bias, output);
  return 0;
}
