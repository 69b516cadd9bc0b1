#define _GNU_SOURCE
#include "ccpu.h"

#include <alloca.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The processors that the process may use, before any thread of it is kept on one. */
static cpu_set_t allowed;
static int allowed_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void note_allowed(void) {
  if (sched_getaffinity(getpid(), sizeof allowed, &allowed) == 0) allowed_count = CPU_COUNT(&allowed);
}

bool ccpu_stay_on(int32_t number) {
  pthread_once(&once, note_allowed);
  if (allowed_count == 0 || number < 0) return false;
  int left = number % allowed_count;
  for (int processor = 0; processor < CPU_SETSIZE; processor++) {
    if (!CPU_ISSET(processor, &allowed) || left-- > 0) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    return sched_setaffinity(0, sizeof one, &one) == 0;
  }
  return false;
}

void ccpu_call_below(int64_t bytes, void (*body)(void *), void *context) {
  volatile char *const gap = alloca((size_t)bytes + 1);
  gap[0] = 0;
  body(context);
  /* So that the gap lives until here. */
  gap[0] = 1;
}

void ccpu_trim_heap(void) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

int32_t ccpu_cycle_counter_error(void) {
  struct perf_event_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.size = sizeof attributes;
  attributes.type = PERF_TYPE_HARDWARE;
  attributes.config = PERF_COUNT_HW_CPU_CYCLES;
  attributes.exclude_kernel = 1;
  attributes.exclude_hv = 1;
  long const descriptor = syscall(SYS_perf_event_open, &attributes, 0, -1, -1, 0);
  if (descriptor < 0) return errno;
  close((int)descriptor);
  return 0;
}

int32_t ccpu_take_precedence(void) {
  /* The highest of all is left to those who look after the machine. */
  return setpriority(PRIO_PROCESS, 0, -15) == 0 ? 0 : errno;
}

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
