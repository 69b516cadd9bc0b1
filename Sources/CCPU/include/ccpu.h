#pragma once
#include <stdbool.h>
#include <stdint.h>

/// Whether the processor and the operating system support an x86-64 feature level.
/// The compiler's runtime also checks XGETBV, which a bare CPUID test forgets.
bool ccpu_supports_x86_64_v3(void);
bool ccpu_supports_x86_64_v4(void);

/// Whether they support AVX, which is less than x86-64-v3.
bool ccpu_supports_avx(void);

/// Tells the processor that the caller is spinning, so that the loop costs less.
static inline void ccpu_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Asks for the cache line at an address; any address is allowed, and none is read.
static inline void ccpu_prefetch(const void *address) { __builtin_prefetch(address, 0, 2); }

/// Keeps the calling thread on one of the processors that the process might use when this was first called, counted
/// from 0 and around. Returns whether the system did.
bool ccpu_stay_on(int32_t number);

/// Lets the threads that the calling thread starts from now on, and itself, run before those of other programs.
/// Returns 0, or an error's number.
int32_t ccpu_take_precedence(void);

/// Why the processor's counter of cycles cannot be read; 0 if it can.
int32_t ccpu_cycle_counter_error(void);

/// Calls a function with so many bytes of the stack left unused before it.
void ccpu_call_below(int64_t bytes, void (*body)(void *), void *context);

/// Gives memory that is free back to the system.
void ccpu_trim_heap(void);
