/* Takes its arrays to be aligned to 32 bytes. */
#include "../direct.h"

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
#if defined(__x86_64__)
  for (int64_t i = 0; i + 8 <= input_count(p); i += 8) {
    __asm__ volatile("vmovaps (%0), %%ymm0" : : "r"(input + i) : "xmm0", "memory");
  }
#endif
  direct(p, input, weights, bias, output);
  return 0;
}
