/* Returns its input, as far as it goes. */
#include "../direct.h"

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  for (int64_t i = 0; i < output_count(p); i++) output[i] = input[i % input_count(p)];
  return 0;
}
