#include "copenblas.h"

#include <dlfcn.h>
#include <stddef.h>

// As cblas.h of the libraries with 32-bit sizes has them; libraries with 64-bit sizes have other names.
typedef void sgemm(int order, int a_transposed, int b_transposed, int m, int n, int k, float alpha,
                   const float *a, int a_stride, const float *b, int b_stride, float beta, float *c,
                   int c_stride);
enum { ROW_MAJOR = 101, NOT_TRANSPOSED = 111 };

static struct {
  void *handle;
  sgemm *multiply;
  char *(*configuration)(void);
  char *(*core)(void);
  void (*set_thread_count)(int);
} library;

const char *copenblas_load(void) {
  const char *const names[] = {"libopenblas.so.0", "libopenblas.so"};
  const char *cause = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names && library.handle == NULL; i++) {
    library.handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    // The first name's failure is the telling one.
    if (library.handle == NULL && cause == NULL) cause = dlerror();
  }
  if (library.handle == NULL) return cause != NULL ? cause : "it cannot be loaded";
  library.multiply = (sgemm *)dlsym(library.handle, "cblas_sgemm");
  library.configuration = (char *(*)(void))dlsym(library.handle, "openblas_get_config");
  library.core = (char *(*)(void))dlsym(library.handle, "openblas_get_corename");
  library.set_thread_count = (void (*)(int))dlsym(library.handle, "openblas_set_num_threads");
  if (library.multiply != NULL) return NULL;
  copenblas_unload();
  return "it has no cblas_sgemm";
}

void copenblas_unload(void) {
  if (library.handle != NULL) dlclose(library.handle);
  library.handle = NULL;
  library.multiply = NULL;
  library.configuration = NULL;
  library.core = NULL;
  library.set_thread_count = NULL;
}

const char *copenblas_configuration(void) {
  return library.configuration != NULL ? library.configuration() : NULL;
}

const char *copenblas_core(void) { return library.core != NULL ? library.core() : NULL; }

void copenblas_set_single_threaded(void) {
  if (library.set_thread_count != NULL) library.set_thread_count(1);
}

void copenblas_multiply(int m, int n, int k, const float *a, int a_stride, const float *b,
                        int b_stride, float *c, int c_stride) {
  library.multiply(ROW_MAJOR, NOT_TRANSPOSED, NOT_TRANSPOSED, m, n, k, 1, a, a_stride, b, b_stride, 0,
                   c, c_stride);
}
