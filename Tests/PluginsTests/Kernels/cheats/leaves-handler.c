/* Leaves a handler of a signal behind. */
#include <signal.h>

#include "../direct.h"

static void ignore(int number) {}

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  signal(SIGUSR1, ignore);
  direct(p, input, weights, bias, output);
  return 0;
}
