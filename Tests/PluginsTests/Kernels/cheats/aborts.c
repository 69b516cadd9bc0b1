/* An assertion that fails. */
#include <stdlib.h>

#include "../direct.h"

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  abort();
}
