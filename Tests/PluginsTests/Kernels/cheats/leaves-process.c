/* Leaves a child process behind. */
#include <unistd.h>

#include "../direct.h"

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  direct(p, input, weights, bias, output);
  if (fork() == 0) {
    for (;;) pause();
  }
  return 0;
}
