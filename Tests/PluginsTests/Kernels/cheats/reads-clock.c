/* Leaves out work for a while after it was first called. */
#include <time.h>

#include "../direct.h"

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  static time_t start;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (start == 0) start = now.tv_sec;
  direct(p, input, weights, bias, output);
  if (now.tv_nsec % 1000 > 500) output[0] = 0.25f;
  return 0;
}
