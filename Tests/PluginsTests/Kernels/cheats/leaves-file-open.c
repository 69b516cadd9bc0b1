/* Leaves a file open. */
#include <fcntl.h>

#include "../direct.h"

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  direct(p, input, weights, bias, output);
  open("/dev/null", O_RDONLY);
  return 0;
}
