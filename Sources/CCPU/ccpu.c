#include "ccpu.h"

#if defined(__x86_64__)
bool ccpu_supports_x86_64_v3(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("x86-64-v3");
}
bool ccpu_supports_x86_64_v4(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("x86-64-v4");
}
bool ccpu_supports_avx(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx");
}
#else
bool ccpu_supports_avx(void) { return false; }
bool ccpu_supports_x86_64_v3(void) { return false; }
bool ccpu_supports_x86_64_v4(void) { return false; }
#endif
