/*
 * Backends whose arithmetic is right only by what they state of it: Winograd's F(4x4, 3x3) at the points 0, ±1 and ±2,
 * operands of 8 bits, and sums in an order that varies. With SILENT they state nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "direct.h"

typedef struct {
  densecam_problem problem;
  float *weights, *bias;
} state;

static void release(void *opaque) {
  state *const self = opaque;
  free(self->weights);
  free(self->bias);
  free(self);
}

static int prepare(
    const densecam_problem *problem, const densecam_operands *operands, void **opaque) {
  size_t const count = (size_t)(problem->output_channels * (problem->input_channels / problem->groups) *
                                problem->kernel_height * problem->kernel_width);
  state *const self = calloc(1, sizeof *self);
  if (self == NULL) return 1;
  self->problem = *problem;
  self->weights = malloc(count * sizeof(float));
  memcpy(self->weights, operands->weights, count * sizeof(float));
  if (operands->bias != NULL) {
    self->bias = malloc((size_t)problem->output_channels * sizeof(float));
    memcpy(self->bias, operands->bias, (size_t)problem->output_channels * sizeof(float));
  }
  *opaque = self;
  return 0;
}

/* ---- Winograd --------------------------------------------------------------------------------------- */

enum { TILE = 4, PATCH = 6 };

static const float transform_input[PATCH][PATCH] = {{4, 0, -5, 0, 1, 0}, {0, -4, -4, 1, 1, 0},
                                                    {0, 4, -4, -1, 1, 0}, {0, -2, -1, 2, 1, 0},
                                                    {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
static const float transform_kernel[PATCH][3] = {
    {1 / 4.0f, 0, 0},           {-1 / 6.0f, -1 / 6.0f, -1 / 6.0f}, {-1 / 6.0f, 1 / 6.0f, -1 / 6.0f},
    {1 / 24.0f, 1 / 12.0f, 1 / 6.0f}, {1 / 24.0f, -1 / 12.0f, 1 / 6.0f}, {0, 0, 1}};
static const float transform_output[TILE][PATCH] = {
    {1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -2, 0}, {0, 1, 1, 4, 4, 0}, {0, 1, -1, 8, -8, 1}};

static const char *refusal_winograd(const densecam_problem *p) {
  int const fits = p->kernel_height == 3 && p->kernel_width == 3 && p->stride_height == 1 &&
                   p->stride_width == 1 && p->dilation_height == 1 && p->dilation_width == 1 &&
                   p->groups == 1;
  return fits ? NULL : "it is not a plain 3x3 convolution";
}

static void describe_winograd(const densecam_problem *problem, densecam_description *description) {
#ifndef SILENT
  static const double points[] = {0, 1, -1, 2, -2};
  description->algorithm = DENSECAM_WINOGRAD;
  description->tile = TILE;
  description->point_count = 5;
  memcpy(description->points, points, sizeof points);
#endif
}

/* What is infinite does not matter where it is not used. */
static float product(float factor, float value) { return factor == 0 ? 0 : factor * value; }

/* result = left (rows x inner) * middle (inner x inner) * left transposed. */
static void sandwich(int rows, int inner, const float *left, const float *middle, float *result) {
  float half[PATCH * PATCH];
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < inner; j++) {
      float sum = 0;
      for (int k = 0; k < inner; k++) sum += product(left[i * inner + k], middle[k * inner + j]);
      half[i * inner + j] = sum;
    }
  }
  for (int i = 0; i < rows; i++) {
    for (int j = 0; j < rows; j++) {
      float sum = 0;
      for (int k = 0; k < inner; k++) sum += product(left[j * inner + k], half[i * inner + k]);
      result[i * rows + j] = sum;
    }
  }
}

static int run_winograd(
    void *opaque, int32_t phase, int64_t task, const densecam_view *input,
    const densecam_view *output, const densecam_memory *memory) {
  const state *const self = opaque;
  const densecam_problem *const p = &self->problem;
  for (int64_t n = 0; n < p->batch; n++) {
    const float *const x = (const float *)((const char *)input->data + n * input->image_stride);
    float *const y = (float *)((char *)output->data + n * output->image_stride);
    for (int64_t k = 0; k < p->output_channels; k++) {
      for (int64_t top = 0; top < p->output_height; top += TILE) {
        for (int64_t left = 0; left < p->output_width; left += TILE) {
          float products[PATCH * PATCH] = {0};
          for (int64_t c = 0; c < p->input_channels; c++) {
            float patch[PATCH * PATCH], v[PATCH * PATCH], u[PATCH * PATCH];
            for (int i = 0; i < PATCH; i++) {
              for (int j = 0; j < PATCH; j++) {
                int64_t const row = top + i - p->padding_top, column = left + j - p->padding_left;
                int const inside = row >= 0 && row < p->input_height && column >= 0 &&
                                   column < p->input_width;
                patch[i * PATCH + j] =
                    inside ? x[(c * p->input_height + row) * p->input_width + column] : 0;
              }
            }
            sandwich(PATCH, PATCH, transform_input[0], patch, v);
            sandwich(PATCH, 3, transform_kernel[0], self->weights + (k * p->input_channels + c) * 9, u);
            for (int i = 0; i < PATCH * PATCH; i++) products[i] += u[i] * v[i];
          }
          float tile[TILE * TILE];
          sandwich(TILE, PATCH, transform_output[0], products, tile);
          for (int i = 0; i < TILE && top + i < p->output_height; i++) {
            for (int j = 0; j < TILE && left + j < p->output_width; j++) {
              y[(k * p->output_height + top + i) * p->output_width + left + j] =
                  tile[i * TILE + j] + (self->bias != NULL ? self->bias[k] : 0);
            }
          }
        }
      }
    }
  }
  return 0;
}

/* ---- Operands of 8 bits ----------------------------------------------------------------------------- */

/* To nearest, ties to even. */
static void round_all(float *values, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u;
    memcpy(&values[i], &bits, sizeof bits);
  }
}

static void describe_rounded(const densecam_problem *problem, densecam_description *description) {
#ifndef SILENT
  description->algorithm = DENSECAM_REDUCED;
  description->operand_bits = 8;
#endif
}

static int prepare_rounded(
    const densecam_problem *problem, const densecam_operands *operands, void **opaque) {
  if (prepare(problem, operands, opaque) != 0) return 1;
  round_all(
      ((state *)*opaque)->weights,
      problem->output_channels * (problem->input_channels / problem->groups) *
          problem->kernel_height * problem->kernel_width);
  return 0;
}

static int run_images(
    const state *self, const densecam_view *input, const densecam_view *output, int rounds) {
  densecam_problem one = self->problem;
  one.batch = 1;
  float *const copy = malloc((size_t)input_count(&one) * sizeof *copy);
  if (copy == NULL) return 1;
  for (int64_t n = 0; n < self->problem.batch; n++) {
    memcpy(copy, (const char *)input->data + n * input->image_stride, (size_t)input_count(&one) * sizeof *copy);
    if (rounds) round_all(copy, input_count(&one));
    direct(&one, copy, self->weights, self->bias, (float *)((char *)output->data + n * output->image_stride));
  }
  free(copy);
  return 0;
}

static int run_rounded(
    void *opaque, int32_t phase, int64_t task, const densecam_view *input,
    const densecam_view *output, const densecam_memory *memory) {
  return run_images(opaque, input, output, 1);
}

/* ---- Sums in an order that varies ------------------------------------------------------------------- */

static void describe_varying(const densecam_problem *problem, densecam_description *description) {
#ifndef SILENT
  description->order_varies = 1;
#endif
}

/* Every second run adds the bias last, where the others begin with it, and sums backwards. */
static int run_varying(
    void *opaque, int32_t phase, int64_t task, const densecam_view *input,
    const densecam_view *output, const densecam_memory *memory) {
  static int runs;
  state *const self = opaque;
  const densecam_problem *const p = &self->problem;
  if (runs++ % 2 == 0) return run_images(self, input, output, 0);
  int64_t const channels = p->input_channels / p->groups;
  int64_t const outputs = p->output_channels / p->groups;
  for (int64_t n = 0; n < p->batch; n++) {
    const float *const x = (const float *)((const char *)input->data + n * input->image_stride);
    float *y = (float *)((char *)output->data + n * output->image_stride);
    for (int64_t k = 0; k < p->output_channels; k++) {
      for (int64_t row = 0; row < p->output_height; row++) {
        for (int64_t column = 0; column < p->output_width; column++) {
          float sum = 0;
          for (int64_t c = channels - 1; c >= 0; c--) {
            for (int64_t r = p->kernel_height - 1; r >= 0; r--) {
              int64_t const i = row * p->stride_height - p->padding_top + r * p->dilation_height;
              for (int64_t s = p->kernel_width - 1; s >= 0; s--) {
                int64_t const j = column * p->stride_width - p->padding_left + s * p->dilation_width;
                if (i < 0 || i >= p->input_height || j < 0 || j >= p->input_width) continue;
                sum += self->weights[((k * channels + c) * p->kernel_height + r) * p->kernel_width + s] *
                       x[((k / outputs * channels + c) * p->input_height + i) * p->input_width + j];
              }
            }
          }
          *y++ = sum + (self->bias != NULL ? self->bias[k] : 0);
        }
      }
    }
  }
  return 0;
}

static const densecam_backend winograd = {
    .size = sizeof winograd, .name = "test-points", .summary = "F(4x4) at 0, 1, 2",
    .refusal = refusal_winograd, .describe = describe_winograd, .prepare = prepare,
    .run = run_winograd, .release = release};
static const densecam_backend rounded = {
    .size = sizeof rounded, .name = "test-rounded", .summary = "operands of 8 bits",
    .describe = describe_rounded, .prepare = prepare_rounded, .run = run_rounded, .release = release};
static const densecam_backend varying = {
    .size = sizeof varying, .name = "test-varying", .summary = "another order every time",
    .describe = describe_varying, .prepare = prepare, .run = run_varying, .release = release};

const densecam_plugin *densecam_plugin_entry(const densecam_host *host) {
  static const densecam_backend *const backends[] = {&winograd, &rounded, &varying};
  static const densecam_plugin plugin = {sizeof plugin, DENSECAM_ABI_VERSION, 3, backends};
  return &plugin;
}
