/* Needs more stack the larger the problem. */
#include "../direct.h"

__attribute__((noinline)) int deeper(int64_t n) {
  volatile char page[4096];
  page[0] = (char)n;
  return n == 0 ? 0 : deeper(n + 1) + page[0];
}

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  return deeper(1);
}
