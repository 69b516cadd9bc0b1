/* Loses a megabyte at each call. */
#include <stdlib.h>
#include <string.h>

#include "../direct.h"

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  char *volatile lost = malloc(1 << 20);
  if (lost != NULL) memset(lost, 1, 1 << 20);
  direct(p, input, weights, bias, output);
  return 0;
}
