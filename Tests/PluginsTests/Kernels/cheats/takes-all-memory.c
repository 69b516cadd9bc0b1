/* Takes memory until there is none, and then more. */
#include <stdlib.h>

#include "../direct.h"

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  for (;;) {
    volatile char *const memory = malloc(1 << 24);
    memory[0] = 1;
  }
}
