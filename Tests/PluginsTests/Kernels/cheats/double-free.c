/* Frees twice. */
#include <stdlib.h>

#include "../direct.h"

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  direct(p, input, weights, bias, output);
  void *volatile memory = malloc(100);
  free(memory);
  free(memory);
  return 0;
}
