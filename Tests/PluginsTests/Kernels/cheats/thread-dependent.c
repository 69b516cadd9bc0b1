/* Sums in another order on two threads than on one, and says that it does not. */
#include <stdlib.h>

#include "../direct.h"

typedef struct {
  densecam_problem problem;
  const float *weights, *bias;
} state;

static int prepare(
    const densecam_problem *problem, const densecam_operands *operands, void **opaque) {
  int64_t const count = problem->output_channels * (problem->input_channels / problem->groups) *
                        problem->kernel_height * problem->kernel_width;
  float *const weights = malloc((size_t)(count + problem->output_channels) * sizeof *weights);
  state *const self = malloc(sizeof *self);
  if (weights == NULL || self == NULL) return 1;
  for (int64_t i = 0; i < count; i++) weights[i] = operands->weights[i];
  for (int64_t k = 0; k < problem->output_channels; k++) {
    weights[count + k] = operands->bias != NULL ? operands->bias[k] : 0;
  }
  *self = (state){*problem, weights, weights + count};
  *opaque = self;
  return 0;
}

static int run(
    void *opaque, int32_t phase, int64_t task, const densecam_view *input,
    const densecam_view *output, const densecam_memory *memory) {
  const state *const self = opaque;
  const densecam_problem *const p = &self->problem;
  for (int64_t n = 0; n < p->batch; n++) {
    densecam_problem one = *p;
    one.batch = 1;
    const float *const from = (const float *)((char *)input->data + n * input->image_stride);
    float *const to = (float *)((char *)output->data + n * output->image_stride);
    direct(&one, from, self->weights, memory->threads == 1 ? self->bias : NULL, to);
    int64_t const plane = p->output_height * p->output_width;
    /* The bias comes last instead of first. */
    for (int64_t i = 0; memory->threads > 1 && i < p->output_channels * plane; i++) {
      to[i] += self->bias[i / plane];
    }
  }
  return 0;
}

const densecam_plugin *densecam_plugin_entry(const densecam_host *host) {
  static const densecam_backend backend = {
      .size = sizeof backend, .name = "thread-dependent", .prepare = prepare, .run = run};
  static const densecam_backend *const backends[] = {&backend};
  static const densecam_plugin plugin = {sizeof plugin, DENSECAM_ABI_VERSION, 1, backends};
  return &plugin;
}
