/*
 * Small matrix products that libxsmm generates code for: https://github.com/libxsmm/libxsmm
 *
 * A convolution without im2col. For each tap of the window, the weights are a matrix of output and
 * input channels, and what they are multiplied with is the input, shifted: a matrix of input
 * channels and pixels, whose rows are planes. So a task, of which densecam runs one on each of its
 * threads, sums one product for each tap.
 *
 * The zeros around the input are not there, and a stride leaves gaps between the pixels of a row. A
 * task copies the rows that it reads to scratch memory, with zeros around them. Rows and columns
 * that are the stride apart come side by side there, in as many parts as there are remainders. Then
 * each tap reads consecutive pixels of one part, from its own place on; all rows are computed at
 * once, with the pixels between them, which are not kept.
 */
#include <densecam/kernel.h>
#include <libxsmm.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* How a problem is cut into panels of rows and columns for slices of output channels. */
typedef struct {
  bool is_pointwise;     /* Planes are used as they are, as a single row. */
  int64_t height, width; /* Of the output. */
  int64_t rows, columns; /* Of the largest panel. */
  int64_t row_panels, column_panels;
  int64_t parts_down, parts_across, part_rows, pitch; /* Of a channel in scratch. */
  int64_t channels, outputs;                          /* Of a group. */
  int64_t slice, slices;
} cut;

/* Products for panels and slices, whole and last. */
typedef libxsmm_smmfunction products[2][2];

typedef struct {
  densecam_problem problem;
  cut cut;
  products products;
  float *weights; /* [group][tap][output][channel] */
  float *bias;
  bool relu;
} state;

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
static int64_t quotient_up(int64_t a, int64_t b) { return (a + b - 1) / b; }

static cut cut_of(const densecam_problem *p) {
  cut it = {
      .height = p->output_height,
      .width = p->output_width,
      .channels = p->input_channels / p->groups,
      .outputs = p->output_channels / p->groups,
  };
  it.is_pointwise = p->kernel_height == 1 && p->kernel_width == 1 && p->stride_height == 1 &&
                    p->stride_width == 1 && p->padding_top == 0 && p->padding_left == 0 &&
                    p->output_height == p->input_height && p->output_width == p->input_width;
  if (it.is_pointwise) {
    it.width *= it.height;
    it.height = 1;
  }
  /* Panels of about 200 pixels, whose sums and inputs stay in the first two levels of cache. */
  it.column_panels = quotient_up(it.width, 256);
  it.columns = quotient_up(it.width, it.column_panels);
  it.row_panels = quotient_up(it.height, larger(smaller(200 / it.columns, it.height), 1));
  it.rows = quotient_up(it.height, it.row_panels);
  /* The last panels may have become superfluous, as all were made equal. */
  it.column_panels = quotient_up(it.width, it.columns);
  it.row_panels = quotient_up(it.height, it.rows);
  int64_t const reach_down = (p->kernel_height - 1) * p->dilation_height;
  int64_t const reach_across = (p->kernel_width - 1) * p->dilation_width;
  it.parts_down = smaller(p->stride_height, reach_down + 1);
  it.parts_across = smaller(p->stride_width, reach_across + 1);
  it.part_rows = it.rows + reach_down / p->stride_height;
  it.pitch = it.columns + reach_across / p->stride_width;
  it.slice = smaller(it.outputs, 64);
  it.slices = quotient_up(it.outputs, it.slice);
  return it;
}

/* The elements of a channel in scratch. */
static int64_t channel_count(const cut *it) {
  return it->parts_down * it->parts_across * it->part_rows * it->pitch;
}

/* The sums of a panel for one output, those between rows included. */
static int64_t sum_count(const cut *it, int64_t columns) {
  return (it->rows - 1) * it->pitch + columns;
}

/* How far apart channels are where they are read. */
static int64_t channel_stride(const cut *it) {
  return it->is_pointwise ? it->width : channel_count(it);
}

/*
 * Generates the code. Matrices are column by column for libxsmm: pixels times channels, channels
 * times outputs, pixels times outputs. Only where planes are used as they are does the last panel
 * have to be narrower: scratch has room.
 */
static bool generate(const cut *it, products result) {
  float const one = 1;
  int const flags = LIBXSMM_GEMM_FLAG_NONE, prefetch = LIBXSMM_GEMM_PREFETCH_NONE;
  int64_t const rest =
      it->is_pointwise ? it->width - (it->column_panels - 1) * it->columns : it->columns;
  int64_t const counts[] = {sum_count(it, it->columns), sum_count(it, rest)};
  int64_t const outputs[] = {it->slice, it->outputs - (it->slices - 1) * it->slice};
  int const stride = (int)channel_stride(it), depth = (int)it->channels, pitch = (int)counts[0];
  for (int last = 0; last < 2; last++) {
    for (int slice = 0; slice < 2; slice++) {
      result[last][slice] = libxsmm_smmdispatch(
          (int)counts[last], (int)outputs[slice], depth, &stride, &depth, &pitch, &one, &one,
          &flags, &prefetch);
      if (result[last][slice] == NULL) return false;
    }
  }
  return true;
}

static const char *refusal(const densecam_problem *problem) {
  cut const it = cut_of(problem);
  /* Sizes are of type int, and code may count them in bytes. */
  if (channel_stride(&it) > INT_MAX / 64 || it.channels > INT_MAX / 64) {
    return "its matrices are too large for libxsmm";
  }
  products products;
  return generate(&it, products) ? NULL : "libxsmm generates no code for its matrices";
}

static void describe(const densecam_problem *problem, densecam_description *description) {
  (void)problem;
  description->algorithm = DENSECAM_REASSOCIATED;
  description->fusions = DENSECAM_FUSE_RELU;
  description->threading = DENSECAM_THREADS_OF_HOST;
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
  self->cut = cut_of(p);
  self->relu = operands->relu != 0;
  int64_t const channels = self->cut.channels, outputs = self->cut.outputs;
  int64_t const taps = p->kernel_height * p->kernel_width;
  self->weights = malloc((size_t)(p->output_channels * taps * channels) * sizeof(float));
  self->bias = calloc((size_t)p->output_channels, sizeof(float));
  if (self->weights == NULL || self->bias == NULL || !generate(&self->cut, self->products)) {
    release(self);
    return 1;
  }
  for (int64_t k = 0; k < p->output_channels; k++) {
    for (int64_t c = 0; c < channels; c++) {
      for (int64_t tap = 0; tap < taps; tap++) {
        int64_t const row = (k / outputs * taps + tap) * outputs + k % outputs;
        self->weights[row * channels + c] = operands->weights[(k * channels + c) * taps + tap];
      }
    }
    if (operands->bias != NULL) self->bias[k] = operands->bias[k];
  }
  *opaque = self;
  return 0;
}

/* The bytes of a panel's sums, which come first in scratch. */
static int64_t sum_bytes(const cut *it) {
  return (sum_count(it, it->columns) * it->slice * (int64_t)sizeof(float) + 63) / 64 * 64;
}

static void work(void *opaque, densecam_work *work) {
  const state *const self = opaque;
  const densecam_problem *const p = &self->problem;
  const cut *const it = &self->cut;
  work->tasks[0] = p->batch * p->groups * it->slices * it->row_panels * it->column_panels;
  work->scratch_bytes = sum_bytes(it);
  if (!it->is_pointwise) {
    work->scratch_bytes += it->channels * channel_count(it) * (int64_t)sizeof(float);
  }
  work->packed_bytes = p->output_channels *
                       (it->channels * p->kernel_height * p->kernel_width + 1) *
                       (int64_t)sizeof(float);
}

/* The first pixel of a channel. */
static float *plane(const densecam_view *view, int64_t image, int64_t channel) {
  float *const start = (float *)((char *)view->data + image * view->image_stride);
  return start + channel * view->height * view->width;
}

/* Copies what a panel reads of a channel, beginning at a row and a column of the input. */
static void copy_rows(
    const densecam_problem *p, const cut *it, const float *from, int64_t top, int64_t left,
    float *to) {
  for (int64_t down = 0; down < it->parts_down; down++) {
    for (int64_t across = 0; across < it->parts_across; across++) {
      for (int64_t i = 0; i < it->part_rows; i++) {
        int64_t const row = top + i * p->stride_height + down;
        bool const is_inside = row >= 0 && row < p->input_height;
        for (int64_t j = 0; j < it->pitch; j++) {
          int64_t const column = left + j * p->stride_width + across;
          bool const is_value = is_inside && column >= 0 && column < p->input_width;
          *to++ = is_value ? from[row * p->input_width + column] : 0;
        }
      }
    }
  }
}

static int run(
    void *opaque, int32_t phase, int64_t task, const densecam_view *input,
    const densecam_view *output, const densecam_memory *memory) {
  const state *const self = opaque;
  const densecam_problem *const p = &self->problem;
  const cut *const it = &self->cut;
  (void)phase;
  int64_t const column_panel = task % it->column_panels;
  int64_t const row_panel = (task /= it->column_panels) % it->row_panels;
  int64_t const slice = (task /= it->row_panels) % it->slices;
  int64_t const group = (task /= it->slices) % p->groups;
  int64_t const image = task / p->groups;
  int64_t const x = column_panel * it->columns, y = row_panel * it->rows;
  int64_t const columns = smaller(it->columns, it->width - x);
  int64_t const rows = smaller(it->rows, it->height - y);
  int64_t const first = slice * it->slice;
  int64_t const outputs = smaller(it->slice, it->outputs - first);

  const float *values = plane(input, image, group * it->channels) + x;
  if (!it->is_pointwise) {
    float *const copies = (float *)((char *)memory->scratch + sum_bytes(it));
    for (int64_t c = 0; c < it->channels; c++) {
      copy_rows(
          p, it, plane(input, image, group * it->channels + c),
          y * p->stride_height - p->padding_top, x * p->stride_width - p->padding_left,
          copies + c * channel_count(it));
    }
    values = copies;
  }

  float *const sums = memory->scratch;
  int64_t const sum_pitch = sum_count(it, it->columns);
  for (int64_t k = 0; k < outputs; k++) {
    float const bias = self->bias[group * it->outputs + first + k];
    for (int64_t i = 0; i < sum_pitch; i++) sums[k * sum_pitch + i] = bias;
  }
  libxsmm_smmfunction const product =
      self->products[column_panel == it->column_panels - 1][slice == it->slices - 1];
  for (int64_t r = 0; r < p->kernel_height; r++) {
    for (int64_t s = 0; s < p->kernel_width; s++) {
      int64_t const down = r * p->dilation_height, across = s * p->dilation_width;
      int64_t const part = down % p->stride_height * it->parts_across + across % p->stride_width;
      int64_t const row = part * it->part_rows + down / p->stride_height;
      int64_t const tap = (group * p->kernel_height + r) * p->kernel_width + s;
      product(
          values + row * it->pitch + across / p->stride_width,
          self->weights + (tap * it->outputs + first) * it->channels, sums);
    }
  }

  for (int64_t k = 0; k < outputs; k++) {
    float *const to = plane(output, image, group * it->outputs + first + k) + y * it->width + x;
    for (int64_t i = 0; i < rows; i++) {
      const float *const from = sums + k * sum_pitch + i * it->pitch;
      for (int64_t j = 0; j < columns; j++) {
        to[i * it->width + j] = self->relu && from[j] < 0 ? 0 : from[j];
      }
    }
  }
  return 0;
}

static const densecam_backend backend = {
    .size = sizeof backend,
    .name = "libxsmm",
    .summary = "a small matrix product of libxsmm for each tap",
    .refusal = refusal,
    .describe = describe,
    .prepare = prepare,
    .work = work,
    .run = run,
    .release = release,
};

const densecam_plugin *densecam_plugin_entry(const densecam_host *host) {
  static const densecam_backend *const backends[] = {&backend};
  static const densecam_plugin plugin = {sizeof plugin, DENSECAM_ABI_VERSION, 1, backends};
  libxsmm_init();
  /* Keep to the instruction set that densecam reports; with AVX-512, whatever there is of it. */
  if (strcmp(host->instruction_set, "avx2") == 0) {
    libxsmm_set_target_archid(LIBXSMM_X86_AVX2);
  } else if (strcmp(host->instruction_set, "avx512") != 0) {
    libxsmm_set_target_archid(LIBXSMM_X86_SSE3);
  }
  return &plugin;
}
