/*
 * Two backends that use everything: planes with a fused ReLU and prologue, cut into tasks and phases, and
 * blocks of channels.
 */
#include <stdlib.h>
#include <string.h>

#include "direct.h"

typedef struct {
  densecam_problem problem;
  float *weights, *bias, *scale, *shift;
  int prologue_relu, relu;
} state;

static int32_t lanes;

static float *copied(const float *values, int64_t count) {
  if (values == NULL) return NULL;
  float *const result = malloc((size_t)count * sizeof *values);
  if (result != NULL) memcpy(result, values, (size_t)count * sizeof *values);
  return result;
}

static void release(void *opaque) {
  state *const self = opaque;
  free(self->weights);
  free(self->bias);
  free(self->scale);
  free(self->shift);
  free(self);
}

static int prepare(
    const densecam_problem *problem, const densecam_operands *operands, void **opaque) {
  state *const self = calloc(1, sizeof *self);
  if (self == NULL) return 1;
  self->problem = *problem;
  self->weights = copied(
      operands->weights, problem->output_channels * (problem->input_channels / problem->groups) *
                             problem->kernel_height * problem->kernel_width);
  self->bias = copied(operands->bias, problem->output_channels);
  self->scale = copied(operands->prologue_scale, problem->input_channels);
  self->shift = copied(operands->prologue_shift, problem->input_channels);
  self->prologue_relu = operands->prologue_relu;
  self->relu = operands->relu;
  *opaque = self;
  return 0;
}

/* Where a pixel of a channel lies in an image of a view. */
static float *element(const densecam_view *view, int64_t image, int64_t channel, int64_t pixel) {
  int64_t const block = view->block_width;
  int64_t const place =
      (channel / block * view->height * view->width + pixel) * block + channel % block;
  return (float *)((char *)view->data + image * view->image_stride) + place;
}

static void describe_planes(const densecam_problem *problem, densecam_description *description) {
  (void)problem;
  description->fusions = DENSECAM_FUSE_PROLOGUE | DENSECAM_FUSE_RELU;
}

static void describe_blocks(const densecam_problem *problem, densecam_description *description) {
  (void)problem;
  description->input_block = lanes;
  description->output_block = lanes;
}

/* The first phase puts the input after the prologue into the workspace, the second convolves. */
static void cut(void *opaque, densecam_work *work) {
  const state *const self = opaque;
  work->phases = 2;
  work->tasks[0] = self->problem.batch * self->problem.input_channels;
  work->tasks[1] = self->problem.batch * self->problem.output_channels;
  work->workspace_bytes = input_count(&self->problem) * (int64_t)sizeof(float);
  work->scratch_bytes = sizeof(double);
}

static int run(
    void *opaque, int32_t phase, int64_t task, const densecam_view *input,
    const densecam_view *output, const densecam_memory *memory) {
  const state *const self = opaque;
  const densecam_problem *const p = &self->problem;
  float *const prepared = memory->workspace;
  int64_t const pixels = p->input_height * p->input_width;
  if (phase == 0) {
    int64_t const image = task / p->input_channels, channel = task % p->input_channels;
    for (int64_t i = 0; i < pixels; i++) {
      float value = *element(input, image, channel, i);
      if (self->scale != NULL) value = value * self->scale[channel] + self->shift[channel];
      if (self->scale != NULL && self->prologue_relu && value < 0) value = 0;
      prepared[task * pixels + i] = value;
    }
    return 0;
  }
  int64_t const channels = p->input_channels / p->groups;
  int64_t const image = task / p->output_channels, k = task % p->output_channels;
  int64_t const group = k / (p->output_channels / p->groups);
  double *const sum = memory->scratch;
  for (int64_t y = 0; y < p->output_height; y++) {
    for (int64_t x = 0; x < p->output_width; x++) {
      *sum = self->bias != NULL ? self->bias[k] : 0;
      for (int64_t c = 0; c < channels; c++) {
        int64_t const plane = image * p->input_channels + group * channels + c;
        for (int64_t r = 0; r < p->kernel_height; r++) {
          int64_t const row = y * p->stride_height - p->padding_top + r * p->dilation_height;
          if (row < 0 || row >= p->input_height) continue;
          for (int64_t s = 0; s < p->kernel_width; s++) {
            int64_t const column = x * p->stride_width - p->padding_left + s * p->dilation_width;
            if (column < 0 || column >= p->input_width) continue;
            *sum += (double)self->weights
                        [((k * channels + c) * p->kernel_height + r) * p->kernel_width + s] *
                    prepared[plane * pixels + row * p->input_width + column];
          }
        }
      }
      float const value = (float)*sum;
      *element(output, image, k, y * p->output_width + x) = self->relu && value < 0 ? 0 : value;
    }
  }
  /* Spare lanes hold finite numbers. */
  if (output->block_width > 1 && k == p->output_channels - 1) {
    int64_t const end =
        (p->output_channels + output->block_width - 1) / output->block_width * output->block_width;
    for (int64_t lane = p->output_channels; lane < end; lane++) {
      for (int64_t i = 0; i < p->output_height * p->output_width; i++) {
        *element(output, image, lane, i) = 0;
      }
    }
  }
  return 0;
}

static const densecam_backend planes = {
    .size = sizeof planes,
    .name = "test-planes",
    .summary = "planes, two phases, fused",
    .describe = describe_planes,
    .prepare = prepare,
    .work = cut,
    .run = run,
    .release = release,
};

static const densecam_backend blocks = {
    .size = sizeof blocks,
    .name = "test-blocks",
    .summary = "blocks of channels",
    .describe = describe_blocks,
    .prepare = prepare,
    .work = cut,
    .run = run,
    .release = release,
};

const densecam_plugin *densecam_plugin_entry(const densecam_host *host) {
  static const densecam_backend *const backends[] = {&planes, &blocks};
  static const densecam_plugin plugin = {sizeof plugin, DENSECAM_ABI_VERSION, 2, backends};
  lanes = host->lanes;
  return &plugin;
}
