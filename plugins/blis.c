/*
 * im2col before the matrix product of BLIS: https://github.com/flame/blis
 *
 * A kernel whose tasks densecam shares out to its threads. A task computes a panel of pixels for
 * all output channels of a group: it writes what the window covers, zeros included, into a column
 * for each pixel, and multiplies the weights by these columns. The columns are in scratch memory,
 * which each thread has.
 */
#include <blis.h>
#include <densecam/kernel.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  densecam_problem problem;
  float *weights, *bias;
  bool relu;
  int64_t depth;         /* Products of a sum. */
  int64_t width, panels; /* Pixels of a panel, and panels of an image. */
} state;

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t rounded(int64_t a, int64_t unit) { return (a + unit - 1) / unit * unit; }

static void describe(const densecam_problem *problem, densecam_description *description) {
  (void)problem;
  description->algorithm = DENSECAM_REASSOCIATED;
  description->fusions = DENSECAM_FUSE_RELU;
  description->threading = DENSECAM_THREADS_OF_HOST;
}

/* Whether each pixel is made of the pixel at its place alone: then planes are columns. */
static bool is_pointwise(const densecam_problem *p) {
  return p->kernel_height == 1 && p->kernel_width == 1 && p->stride_height == 1 &&
         p->stride_width == 1 && p->padding_top == 0 && p->padding_left == 0 &&
         p->output_height == p->input_height && p->output_width == p->input_width;
}

static float *copied(const float *values, int64_t count) {
  float *const result = malloc((size_t)count * sizeof *values);
  if (result != NULL) memcpy(result, values, (size_t)count * sizeof *values);
  return result;
}

static void release(void *opaque) {
  state *const self = opaque;
  free(self->weights);
  free(self->bias);
  free(self);
}

static int prepare(const densecam_problem *p, const densecam_operands *operands, void **opaque) {
  state *const self = calloc(1, sizeof *self);
  if (self == NULL) return 1;
  self->problem = *p;
  self->relu = operands->relu != 0;
  self->depth = p->input_channels / p->groups * p->kernel_height * p->kernel_width;
  self->weights = copied(operands->weights, p->output_channels * self->depth);
  if (operands->bias != NULL) self->bias = copied(operands->bias, p->output_channels);
  if (self->weights == NULL || (operands->bias != NULL && self->bias == NULL)) {
    release(self);
    return 1;
  }
  /*
   * A few panels, so that there is work for several threads; no more, as each packs all weights
   * again. Not so many columns that they leave the second-level cache. The number of threads has no
   * say: sums at the edge of a panel may be added up in another order.
   */
  int64_t const pixels = p->output_height * p->output_width;
  int64_t const most = (1 << 20) / (self->depth * (int64_t)sizeof(float));
  self->width = rounded(larger(smaller(pixels / 4, smaller(most, 1024)), 64), 16);
  self->panels = (pixels + self->width - 1) / self->width;
  *opaque = self;
  return 0;
}

static void work(void *opaque, densecam_work *work) {
  const state *const self = opaque;
  const densecam_problem *const p = &self->problem;
  work->tasks[0] = p->batch * p->groups * self->panels;
  if (!is_pointwise(p)) {
    work->scratch_bytes = self->depth * self->width * (int64_t)sizeof(float);
  }
  work->packed_bytes = p->output_channels * (self->depth + 1) * (int64_t)sizeof(float);
}

/* The first pixel of a channel. */
static float *plane(const densecam_view *view, int64_t image, int64_t channel) {
  float *const start = (float *)((char *)view->data + image * view->image_stride);
  return start + channel * view->height * view->width;
}

/* How many of the numbers from 0 on, times a stride and plus a shift, are less than a limit. */
static int64_t count_below(int64_t limit, int64_t stride, int64_t shift) {
  return limit > shift ? (limit - shift + stride - 1) / stride : 0;
}

/* What a tap of the window reads of a plane for pixels in a row. */
static void gather(
    const densecam_problem *p, const float *from, int64_t r, int64_t s, int64_t first,
    int64_t count, float *to) {
  int64_t const stride = p->stride_width;
  int64_t const shift = s * p->dilation_width - p->padding_left;
  int64_t y = first / p->output_width, x = first % p->output_width;
  while (count > 0) {
    int64_t const end = smaller(p->output_width, x + count);
    int64_t const row = y * p->stride_height - p->padding_top + r * p->dilation_height;
    bool const is_inside = row >= 0 && row < p->input_height;
    /* The columns of the output whose window's tap lies in the input. */
    int64_t const low = is_inside ? count_below(0, stride, shift) : end;
    int64_t const high = is_inside ? count_below(p->input_width, stride, shift) : end;
    count -= end - x;
    for (; x < smaller(low, end); x++) *to++ = 0;
    int64_t const start = row * p->input_width + shift;
    for (; x < smaller(high, end); x++) *to++ = from[start + x * stride];
    for (; x < end; x++) *to++ = 0;
    x = 0;
    y++;
  }
}

static int run(
    void *opaque, int32_t phase, int64_t task, const densecam_view *input,
    const densecam_view *output, const densecam_memory *memory) {
  const state *const self = opaque;
  const densecam_problem *const p = &self->problem;
  (void)phase;
  int64_t const panel = task % self->panels;
  int64_t const group = task / self->panels % p->groups;
  int64_t const image = task / self->panels / p->groups;
  int64_t const pixels = output->height * output->width;
  int64_t const first = panel * self->width;
  int64_t const count = smaller(self->width, pixels - first);
  int64_t const channels = p->input_channels / p->groups;
  int64_t const outputs = p->output_channels / p->groups;

  float *columns = plane(input, image, group * channels) + first;
  int64_t pitch = pixels;
  if (!is_pointwise(p)) {
    columns = memory->scratch;
    pitch = self->width;
    float *to = columns;
    for (int64_t c = 0; c < channels; c++) {
      const float *const from = plane(input, image, group * channels + c);
      for (int64_t r = 0; r < p->kernel_height; r++) {
        for (int64_t s = 0; s < p->kernel_width; s++, to += pitch) {
          gather(p, from, r, s, first, count, to);
        }
      }
    }
  }

  /*
   * BLIS may be called on several threads at once, and takes its own number of threads with each
   * call. Its code for small matrices is left out: at the end of a result, that of version 0.9 for
   * AVX2 reads one float too many, and beyond our output there need not be memory.
   */
  rntm_t runtime = BLIS_RNTM_INITIALIZER;
  bli_rntm_set_num_threads(1, &runtime);
  bli_rntm_disable_l3_sup(&runtime);
  float one = 1, zero = 0;
  float *const result = plane(output, image, group * outputs) + first;
  bli_sgemm_ex(
      BLIS_NO_TRANSPOSE, BLIS_NO_TRANSPOSE, outputs, count, self->depth, &one,
      self->weights + group * outputs * self->depth, self->depth, 1, columns, pitch, 1, &zero,
      result, pixels, 1, NULL, &runtime);

  for (int64_t k = 0; k < outputs; k++) {
    float const bias = self->bias != NULL ? self->bias[group * outputs + k] : 0;
    float *const values = result + k * pixels;
    for (int64_t i = 0; i < count; i++) {
      float const value = values[i] + bias;
      values[i] = self->relu && value < 0 ? 0 : value;
    }
  }
  return 0;
}

static const densecam_backend backend = {
    .size = sizeof backend,
    .name = "blis",
    .summary = "im2col, then the matrix product of BLIS",
    .describe = describe,
    .prepare = prepare,
    .work = work,
    .run = run,
    .release = release,
};

const densecam_plugin *densecam_plugin_entry(const densecam_host *host) {
  static const densecam_backend *const backends[] = {&backend};
  static const densecam_plugin plugin = {sizeof plugin, DENSECAM_ABI_VERSION, 1, backends};
  (void)host;
  return &plugin;
}
