#include "direct.h"

const char *densecam_simple_refusal(const densecam_problem *problem) {
  return problem->groups > 1 ? "it has groups" : NULL;
}

int densecam_simple_convolve(
    const densecam_problem *problem, const float *input, const float *weights, const float *bias,
    float *output) {
  direct(problem, input, weights, bias, output);
  return 0;
}
