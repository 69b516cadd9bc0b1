// OpenBLAS, loaded while the program runs and not before: it looks at OPENBLAS_CORETYPE once, when it
// is loaded, and a program that has it linked is too late to set that.
#pragma once
#include <stdbool.h>

/// Loads the library, which must not be loaded.
///
/// Returns null, or why it cannot be loaded, a text that lives until the next call.
const char *_Nullable copenblas_load(void);

/// Unloads the library, so that it can be loaded again with other settings.
void copenblas_unload(void);

/// What the library says of itself, and the processor family that it picked its kernels for; null if
/// it is not loaded or does not report it.
const char *_Nullable copenblas_configuration(void);
const char *_Nullable copenblas_core(void);

/// Makes the library compute each call on the calling thread.
void copenblas_set_single_threaded(void);

/// `C = A · B` for row-major matrices, `A` being `m × k` and `B` `k × n`; the library must be loaded.
void copenblas_multiply(int m, int n, int k, const float *_Nonnull a, int a_stride,
                        const float *_Nonnull b, int b_stride, float *_Nonnull c, int c_stride);
