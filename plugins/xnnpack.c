/*
 * XNNPACK's 32-bit convolution operator: https://github.com/google/XNNPACK
 *
 * A kernel with threads of its own, and with another layout than densecam's. The operator wants all
 * channels of a pixel side by side. Since neither planes nor blocks are that, a run puts the input
 * in that order in the workspace, has it convolved there, and takes the output apart again; that is
 * part of its time.
 */
#include <densecam/kernel.h>
#include <math.h>
#include <pthread.h>
#include <pthreadpool.h>
#include <stdlib.h>
#include <xnnpack.h>

typedef struct {
  densecam_problem problem;
  int64_t read_height, read_width; /* The part of an input that is read. */
  xnn_operator_t convolution;
} state;

/* What the threads that reorder values are given. */
typedef struct {
  const densecam_view *view;
  int64_t height, width;
  float *pixels; /* [batch][height][width][channels] */
} reordering;

typedef struct pool {
  struct pool *next;
  int32_t threads;
  pthreadpool_t pool;
} pool;

/*
 * The pools of threads, by their number of threads. All convolutions share them, as a network has
 * hundreds; a pool does one thing after the other, and stays until the process ends.
 */
static pool *pools;
static pthread_mutex_t pools_lock = PTHREAD_MUTEX_INITIALIZER;

/* Finds a pool of so many threads. That of one thread is NULL, which means the caller. */
static bool find_pool(int32_t threads, pthreadpool_t *result) {
  *result = NULL;
  if (threads <= 1) return true;
  pthread_mutex_lock(&pools_lock);
  pool *it = pools;
  while (it != NULL && it->threads != threads) it = it->next;
  if (it == NULL && (it = calloc(1, sizeof *it)) != NULL) {
    it->threads = threads;
    it->pool = pthreadpool_create((size_t)threads);
    if (it->pool != NULL) {
      it->next = pools;
      pools = it;
    } else {
      free(it);
      it = NULL;
    }
  }
  if (it != NULL) *result = it->pool;
  pthread_mutex_unlock(&pools_lock);
  return it != NULL;
}

static const char *refusal(const densecam_problem *p) {
  if (p->padding_bottom <= -p->input_height || p->padding_right <= -p->input_width) {
    return "nothing of the input is read";
  }
  return NULL;
}

static void describe(const densecam_problem *problem, densecam_description *description) {
  (void)problem;
  description->algorithm = DENSECAM_REASSOCIATED;
  description->fusions = DENSECAM_FUSE_RELU;
  description->threading = DENSECAM_THREADS_OF_KERNEL;
}

/* The weights with the channels of a tap side by side, which is how the operator takes them. */
static float *reordered(const densecam_problem *p, const float *weights) {
  int64_t const channels = p->input_channels / p->groups;
  int64_t const taps = p->kernel_height * p->kernel_width;
  float *const result = malloc((size_t)(p->output_channels * taps * channels) * sizeof *result);
  if (result == NULL) return NULL;
  for (int64_t k = 0; k < p->output_channels; k++) {
    for (int64_t c = 0; c < channels; c++) {
      for (int64_t tap = 0; tap < taps; tap++) {
        result[(k * taps + tap) * channels + c] = weights[(k * channels + c) * taps + tap];
      }
    }
  }
  return result;
}

static int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }

/* A padding as the operator takes it; where it is negative, the input is cut instead. */
static uint32_t padding(int64_t count) { return count > 0 ? (uint32_t)count : 0; }

static int prepare(const densecam_problem *p, const densecam_operands *operands, void **opaque) {
  float *const weights = reordered(p, operands->weights);
  state *const self = calloc(1, sizeof *self);
  if (weights == NULL || self == NULL) {
    free(weights);
    free(self);
    return 1;
  }
  self->problem = *p;
  self->read_height = p->input_height + smaller(p->padding_bottom, 0);
  self->read_width = p->input_width + smaller(p->padding_right, 0);
  enum xnn_status const status = xnn_create_convolution2d_nhwc_f32(
      (uint32_t)p->padding_top, padding(p->padding_right), padding(p->padding_bottom),
      (uint32_t)p->padding_left, (uint32_t)p->kernel_height, (uint32_t)p->kernel_width,
      (uint32_t)p->stride_height, (uint32_t)p->stride_width, (uint32_t)p->dilation_height,
      (uint32_t)p->dilation_width, (uint32_t)p->groups, (size_t)(p->input_channels / p->groups),
      (size_t)(p->output_channels / p->groups), (size_t)p->input_channels,
      (size_t)p->output_channels, weights, operands->bias, operands->relu ? 0 : -INFINITY, INFINITY,
      0, &self->convolution);
  free(weights);
  if (status != xnn_status_success) {
    free(self);
    return (int)status;
  }
  *opaque = self;
  return 0;
}

static int64_t input_bytes(const state *self) {
  const densecam_problem *const p = &self->problem;
  int64_t const count = p->batch * p->input_channels * self->read_height * self->read_width;
  /* The operator reads beyond the end. */
  return (count * (int64_t)sizeof(float) + XNN_EXTRA_BYTES + 63) / 64 * 64;
}

static void work(void *opaque, densecam_work *work) {
  const state *const self = opaque;
  const densecam_problem *const p = &self->problem;
  int64_t const taps = p->kernel_height * p->kernel_width;
  work->workspace_bytes = input_bytes(self) + p->batch * p->output_channels * p->output_height *
                                                  p->output_width * (int64_t)sizeof(float);
  work->packed_bytes =
      (p->input_channels / p->groups * taps + 1) * p->output_channels * (int64_t)sizeof(float);
}

/* The first channel of a row of an image; the next is a plane further. */
static float *row_of(const densecam_view *view, size_t image, size_t row) {
  char *const start = (char *)view->data + (int64_t)image * view->image_stride;
  return (float *)start + (int64_t)row * view->width;
}

static float *pixels_of(const reordering *it, size_t image, size_t row) {
  return it->pixels + ((int64_t)image * it->height + (int64_t)row) * it->width * it->view->channels;
}

static void join_channels(void *opaque, size_t image, size_t row) {
  const reordering *const it = opaque;
  int64_t const channels = it->view->channels, plane = it->view->height * it->view->width;
  const float *const from = row_of(it->view, image, row);
  float *const to = pixels_of(it, image, row);
  for (int64_t x = 0; x < it->width; x++) {
    for (int64_t c = 0; c < channels; c++) to[x * channels + c] = from[c * plane + x];
  }
}

static void part_channels(void *opaque, size_t image, size_t row) {
  const reordering *const it = opaque;
  int64_t const channels = it->view->channels, plane = it->view->height * it->view->width;
  const float *const from = pixels_of(it, image, row);
  float *const to = row_of(it->view, image, row);
  for (int64_t c = 0; c < channels; c++) {
    for (int64_t x = 0; x < it->width; x++) to[c * plane + x] = from[x * channels + c];
  }
}

static int run(
    void *opaque, int32_t phase, int64_t task, const densecam_view *input,
    const densecam_view *output, const densecam_memory *memory) {
  const state *const self = opaque;
  (void)phase;
  (void)task;
  pthreadpool_t pool;
  if (!find_pool(memory->threads, &pool)) return (int)xnn_status_out_of_memory;
  reordering before = {input, self->read_height, self->read_width, memory->workspace};
  reordering after = {
      output, output->height, output->width,
      (float *)((char *)memory->workspace + input_bytes(self))};
  pthreadpool_parallelize_2d(
      pool, join_channels, &before, (size_t)input->batch, (size_t)before.height, 0);
  enum xnn_status status = xnn_setup_convolution2d_nhwc_f32(
      self->convolution, (size_t)input->batch, (size_t)before.height, (size_t)before.width,
      before.pixels, after.pixels, pool);
  if (status != xnn_status_success) return (int)status;
  status = xnn_run_operator(self->convolution, pool);
  if (status != xnn_status_success) return (int)status;
  pthreadpool_parallelize_2d(
      pool, part_channels, &after, (size_t)output->batch, (size_t)after.height, 0);
  return 0;
}

static void release(void *opaque) {
  state *const self = opaque;
  xnn_delete_operator(self->convolution);
  free(self);
}

static const densecam_backend backend = {
    .size = sizeof backend,
    .name = "xnnpack",
    .summary = "XNNPACK's convolution operator, with planes reordered",
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
  (void)host;
  return xnn_initialize(NULL) == xnn_status_success ? &plugin : NULL;
}
