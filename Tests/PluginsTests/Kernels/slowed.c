/* Three backends with the same kernel, of which two are slower on purpose, by 1 % and by 3 %: what `densecam compare`
   has to tell apart. See scripts/compare-power. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "direct.h"

typedef struct {
  densecam_problem problem;
  const float *weights, *bias;
  double share; /* how much longer a run takes than it would */
  float copies[];
} state;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int prepare_slowed(
    const densecam_problem *problem, const densecam_operands *operands, void **opaque,
    double share) {
  size_t const weights = (size_t)(problem->output_channels *
                                  (problem->input_channels / problem->groups) *
                                  problem->kernel_height * problem->kernel_width);
  size_t const outputs = (size_t)problem->output_channels;
  state *const self = malloc(sizeof *self + (weights + outputs) * sizeof(float));
  if (self == NULL) return 1;
  self->problem = *problem;
  self->share = share;
  self->weights = memcpy(self->copies, operands->weights, weights * sizeof(float));
  self->bias = operands->bias == NULL
                   ? NULL
                   : memcpy(self->copies + weights, operands->bias, outputs * sizeof(float));
  *opaque = self;
  return 0;
}

static int prepare(const densecam_problem *problem, const densecam_operands *operands, void **opaque) {
  return prepare_slowed(problem, operands, opaque, 0);
}

static int prepare_1(const densecam_problem *problem, const densecam_operands *operands, void **opaque) {
  return prepare_slowed(problem, operands, opaque, 0.01);
}

static int prepare_3(const densecam_problem *problem, const densecam_operands *operands, void **opaque) {
  return prepare_slowed(problem, operands, opaque, 0.03);
}

static const char *refusal(const densecam_problem *problem) {
  return problem->batch == 1 ? NULL : "one picture at a time";
}

static int run(
    void *opaque, int32_t phase, int64_t task, const densecam_view *input,
    const densecam_view *output, const densecam_memory *memory) {
  (void)phase, (void)task, (void)memory;
  const state *const self = opaque;
  double const start = now();
  direct(&self->problem, input->data, self->weights, self->bias, output->data);
  double const end = now() + (now() - start) * self->share;
  while (now() < end) {
  }
  return 0;
}

#define BACKEND(variable, text, function) \
  static const densecam_backend variable = { \
      .size = sizeof variable, \
      .name = text, \
      .refusal = refusal, \
      .prepare = function, \
      .run = run, \
      .release = free, \
  }

BACKEND(even, "even", prepare);
BACKEND(slower_1, "slower-1", prepare_1);
BACKEND(slower_3, "slower-3", prepare_3);

const densecam_plugin *densecam_plugin_entry(const densecam_host *host) {
  (void)host;
  static const densecam_backend *const backends[] = {&even, &slower_1, &slower_3};
  static const densecam_plugin plugin = {sizeof plugin, DENSECAM_ABI_VERSION, 3, backends};
  return &plugin;
}
