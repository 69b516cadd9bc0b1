/*
 * oneDNN's direct convolutions, through its C interface: https://github.com/oneapi-src/oneDNN
 *
 * A kernel with threads of its own and a choice of layouts. oneDNN decides for a number of threads
 * how to cut the work when a primitive is created, and its descriptors say where each image begins,
 * while densecam says both when it runs. So a state holds one primitive for each combination that
 * has occurred.
 */
#include <densecam/kernel.h>
#include <dnnl.h>
#include <omp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#if DNNL_VERSION_MAJOR != 2
#error "this is written for version 2 of oneDNN, whose operations have descriptors"
#endif
#if DNNL_CPU_RUNTIME != DNNL_RUNTIME_OMP
#error "the number of threads is set through OpenMP, and this oneDNN is built without it"
#endif

static int32_t lanes;
static dnnl_engine_t engine;

/* What a primitive is created for besides the problem. */
typedef struct {
  int64_t images;
  int32_t input_block, output_block;
  bool bias, relu;
} variant;

/* A primitive and the memory that it works on. */
typedef struct kernel {
  struct kernel *next;
  int64_t images;
  int32_t threads;
  dnnl_primitive_t primitive;
  dnnl_memory_t input, weights, bias, output;
} kernel;

typedef struct {
  densecam_problem problem;
  variant variant;
  float *bias;
  dnnl_stream_t stream;
  kernel *kernels; /* Not empty. */
  int64_t packed_bytes;
} state;

static dnnl_format_tag_t tag(int32_t block) {
  switch (block) {
    case 8: return dnnl_nChw8c;
    case 16: return dnnl_nChw16c;
    default: return dnnl_nchw;
  }
}

/* Describes the weights as densecam has them, or leaves their order to oneDNN. */
static dnnl_status_t describe_weights(
    const densecam_problem *p, dnnl_memory_desc_t *weights, bool as_given) {
  dnnl_dims_t const whole = {
      p->output_channels, p->input_channels, p->kernel_height, p->kernel_width};
  dnnl_dims_t const groups = {
      p->groups, p->output_channels / p->groups, p->input_channels / p->groups, p->kernel_height,
      p->kernel_width};
  bool const grouped = p->groups > 1;
  dnnl_format_tag_t const given = grouped ? dnnl_goihw : dnnl_oihw;
  return dnnl_memory_desc_init_by_tag(
      weights, grouped ? 5 : 4, grouped ? groups : whole, dnnl_f32,
      as_given ? given : dnnl_format_tag_any);
}

/* Describes the operation, and has oneDNN choose an implementation. */
static dnnl_status_t choose(
    const densecam_problem *p, const variant *variant, dnnl_primitive_desc_t *choice) {
  dnnl_dims_t const input_shape = {
      variant->images, p->input_channels, p->input_height, p->input_width};
  dnnl_dims_t const output_shape = {
      variant->images, p->output_channels, p->output_height, p->output_width};
  dnnl_dims_t const bias_shape = {p->output_channels};
  dnnl_dims_t const strides = {p->stride_height, p->stride_width};
  /* oneDNN counts the gaps between taps. */
  dnnl_dims_t const gaps = {p->dilation_height - 1, p->dilation_width - 1};
  dnnl_dims_t const before = {p->padding_top, p->padding_left};
  dnnl_dims_t const after = {p->padding_bottom, p->padding_right};

  dnnl_memory_desc_t input, weights, bias, output;
  dnnl_status_t status =
      dnnl_memory_desc_init_by_tag(&input, 4, input_shape, dnnl_f32, tag(variant->input_block));
  if (status != dnnl_success) return status;
  status = describe_weights(p, &weights, false);
  if (status != dnnl_success) return status;
  status = dnnl_memory_desc_init_by_tag(&bias, 1, bias_shape, dnnl_f32, dnnl_x);
  if (status != dnnl_success) return status;
  status =
      dnnl_memory_desc_init_by_tag(&output, 4, output_shape, dnnl_f32, tag(variant->output_block));
  if (status != dnnl_success) return status;

  /* Not dnnl_convolution_auto, which may mean Winograd: that has other bounds. */
  dnnl_convolution_desc_t operation;
  status = dnnl_dilated_convolution_forward_desc_init(
      &operation, dnnl_forward_inference, dnnl_convolution_direct, &input, &weights,
      variant->bias ? &bias : NULL, &output, strides, gaps, before, after);
  if (status != dnnl_success) return status;

  dnnl_primitive_attr_t attributes = NULL;
  dnnl_post_ops_t after_it = NULL;
  status = dnnl_primitive_attr_create(&attributes);
  /* An environment variable could allow products of less than single precision. */
  if (status == dnnl_success) {
    status = dnnl_primitive_attr_set_fpmath_mode(attributes, dnnl_fpmath_mode_strict);
  }
  if (status == dnnl_success && variant->relu) {
    status = dnnl_post_ops_create(&after_it);
    if (status == dnnl_success) {
      status = dnnl_post_ops_append_eltwise(after_it, 1, dnnl_eltwise_relu, 0, 0);
    }
    if (status == dnnl_success) status = dnnl_primitive_attr_set_post_ops(attributes, after_it);
  }
  if (status == dnnl_success) {
    status = dnnl_primitive_desc_create(choice, &operation, attributes, engine, NULL);
  }
  if (after_it != NULL) dnnl_post_ops_destroy(after_it);
  if (attributes != NULL) dnnl_primitive_attr_destroy(attributes);
  return status;
}

static void discard(kernel *it) {
  if (it->primitive != NULL) dnnl_primitive_destroy(it->primitive);
  if (it->input != NULL) dnnl_memory_destroy(it->input);
  if (it->weights != NULL) dnnl_memory_destroy(it->weights);
  if (it->bias != NULL) dnnl_memory_destroy(it->bias);
  if (it->output != NULL) dnnl_memory_destroy(it->output);
  free(it);
}

/* Brings weights into the order that a primitive wants. */
static dnnl_status_t reorder(dnnl_memory_t from, dnnl_memory_t to, dnnl_stream_t stream) {
  const dnnl_memory_desc_t *source, *target;
  dnnl_status_t status = dnnl_memory_get_memory_desc(from, &source);
  if (status != dnnl_success) return status;
  status = dnnl_memory_get_memory_desc(to, &target);
  if (status != dnnl_success) return status;
  dnnl_primitive_desc_t choice = NULL;
  status = dnnl_reorder_primitive_desc_create(&choice, source, engine, target, engine, NULL);
  if (status != dnnl_success) return status;
  dnnl_primitive_t primitive = NULL;
  status = dnnl_primitive_create(&primitive, choice);
  dnnl_primitive_desc_destroy(choice);
  if (status != dnnl_success) return status;
  dnnl_exec_arg_t const operands[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
  status = dnnl_primitive_execute(primitive, stream, 2, operands);
  if (status == dnnl_success) status = dnnl_stream_wait(stream);
  dnnl_primitive_destroy(primitive);
  return status;
}

/* Creates all parts of a kernel from weights in any order. */
static dnnl_status_t fill(kernel *it, state *self, dnnl_memory_t weights) {
  variant variant = self->variant;
  variant.images = it->images;
  dnnl_primitive_desc_t choice = NULL;
  dnnl_status_t status = choose(&self->problem, &variant, &choice);
  if (status != dnnl_success) return status;
  const dnnl_memory_desc_t *const input =
      dnnl_primitive_desc_query_md(choice, dnnl_query_src_md, 0);
  const dnnl_memory_desc_t *const packed =
      dnnl_primitive_desc_query_md(choice, dnnl_query_weights_md, 0);
  const dnnl_memory_desc_t *const bias =
      dnnl_primitive_desc_query_md(choice, dnnl_query_weights_md, 1);
  const dnnl_memory_desc_t *const output =
      dnnl_primitive_desc_query_md(choice, dnnl_query_dst_md, 0);
  status = dnnl_primitive_create(&it->primitive, choice);
  if (status == dnnl_success) {
    status = dnnl_memory_create(&it->input, input, engine, DNNL_MEMORY_NONE);
  }
  if (status == dnnl_success) {
    status = dnnl_memory_create(&it->weights, packed, engine, DNNL_MEMORY_ALLOCATE);
  }
  if (status == dnnl_success && self->bias != NULL) {
    status = dnnl_memory_create(&it->bias, bias, engine, self->bias);
  }
  if (status == dnnl_success) {
    status = dnnl_memory_create(&it->output, output, engine, DNNL_MEMORY_NONE);
  }
  if (status == dnnl_success) status = reorder(weights, it->weights, self->stream);
  self->packed_bytes += (int64_t)dnnl_memory_desc_get_size(packed);
  dnnl_primitive_desc_destroy(choice);
  return status;
}

/* Adds a kernel to a state; NULL if that fails. */
static kernel *add(state *self, int64_t images, int32_t threads, dnnl_memory_t weights) {
  kernel *const it = calloc(1, sizeof *it);
  if (it == NULL) return NULL;
  it->images = images;
  it->threads = threads;
  if (fill(it, self, weights) != dnnl_success) {
    discard(it);
    return NULL;
  }
  it->next = self->kernels;
  self->kernels = it;
  return it;
}

static const char *refusal(const densecam_problem *problem) {
  variant const planes = {problem->batch, 1, 1, true, true};
  dnnl_primitive_desc_t choice = NULL;
  switch (choose(problem, &planes, &choice)) {
    case dnnl_success: dnnl_primitive_desc_destroy(choice); return NULL;
    case dnnl_invalid_arguments:
      return "a stride or more of the input is not read, which oneDNN takes for a mistake";
    case dnnl_unimplemented: return "oneDNN has no implementation";
    default: return "oneDNN fails to describe it";
  }
}

/* Whether oneDNN has fast code for a problem in blocks of these widths. */
static bool is_fast(const densecam_problem *problem, int32_t input_block, int32_t output_block) {
  variant const variant = {problem->batch, input_block, output_block, true, true};
  dnnl_primitive_desc_t choice = NULL;
  if (choose(problem, &variant, &choice) != dnnl_success) return false;
  const char *name = NULL;
  dnnl_status_t const status =
      dnnl_primitive_desc_query(choice, dnnl_query_impl_info_str, 0, &name);
  bool const result = status == dnnl_success && strncmp(name, "ref", 3) != 0;
  dnnl_primitive_desc_destroy(choice);
  return result;
}

/*
 * Blocks where densecam's are as wide as oneDNN's and oneDNN has code for them; it has such code
 * for the few channels of a picture, too, in planes. Channels have to fill their blocks: oneDNN
 * takes spare lanes to be zeros.
 */
static void describe(const densecam_problem *problem, densecam_description *description) {
  description->algorithm = DENSECAM_REASSOCIATED;
  description->fusions = DENSECAM_FUSE_RELU;
  description->threading = DENSECAM_THREADS_OF_KERNEL;
  if ((lanes != 8 && lanes != 16) || problem->output_channels % lanes != 0) return;
  if (problem->input_channels % lanes == 0 && is_fast(problem, lanes, lanes)) {
    description->input_block = lanes;
    description->output_block = lanes;
  } else if (is_fast(problem, 1, lanes)) {
    description->output_block = lanes;
  }
}

static void release(void *opaque) {
  state *const self = opaque;
  for (kernel *it = self->kernels; it != NULL;) {
    kernel *const next = it->next;
    discard(it);
    it = next;
  }
  if (self->stream != NULL) dnnl_stream_destroy(self->stream);
  free(self->bias);
  free(self);
}

static dnnl_status_t pack(state *self, const densecam_operands *operands) {
  dnnl_status_t status = dnnl_stream_create(&self->stream, engine, dnnl_stream_default_flags);
  if (status != dnnl_success) return status;
  dnnl_memory_desc_t given;
  status = describe_weights(&self->problem, &given, true);
  if (status != dnnl_success) return status;
  dnnl_memory_t weights = NULL;
  status = dnnl_memory_create(&weights, &given, engine, (void *)operands->weights);
  if (status != dnnl_success) return status;
  omp_set_num_threads(operands->threads);
  if (add(self, self->problem.batch, operands->threads, weights) == NULL) {
    status = dnnl_runtime_error;
  }
  dnnl_memory_destroy(weights);
  return status;
}

static int prepare(
    const densecam_problem *problem, const densecam_operands *operands, void **opaque) {
  state *const self = calloc(1, sizeof *self);
  if (self == NULL) return 1;
  self->problem = *problem;
  /* The layouts are those that `describe` said. */
  densecam_description description = {
      .size = sizeof description, .input_block = 1, .output_block = 1};
  describe(problem, &description);
  self->variant = (variant){
      .images = problem->batch,
      .input_block = description.input_block,
      .output_block = description.output_block,
      .bias = operands->bias != NULL,
      .relu = operands->relu != 0,
  };
  if (operands->bias != NULL) {
    size_t const size = (size_t)problem->output_channels * sizeof(float);
    self->bias = malloc(size);
    if (self->bias == NULL) {
      release(self);
      return 1;
    }
    memcpy(self->bias, operands->bias, size);
  }
  if (pack(self, operands) != dnnl_success) {
    release(self);
    return 1;
  }
  *opaque = self;
  return 0;
}

static void work(void *opaque, densecam_work *work) {
  const state *const self = opaque;
  work->packed_bytes = self->packed_bytes;
}

/* Whether images lie one after the other; there are no spare lanes. */
static bool is_dense(const densecam_view *view) {
  int64_t const count = view->channels * view->height * view->width;
  return view->batch == 1 || view->image_stride == count * (int64_t)sizeof(float);
}

static int run(
    void *opaque, int32_t phase, int64_t task, const densecam_view *input,
    const densecam_view *output, const densecam_memory *memory) {
  state *const self = opaque;
  (void)phase;
  (void)task;
  /* The fast code is for images without gaps: others are computed one by one. */
  int64_t const images = is_dense(input) && is_dense(output) ? input->batch : 1;
  omp_set_num_threads(memory->threads);
  kernel *it = self->kernels;
  while (it != NULL && (it->images != images || it->threads != memory->threads)) it = it->next;
  if (it == NULL) it = add(self, images, memory->threads, self->kernels->weights);
  if (it == NULL) return 1;
  dnnl_exec_arg_t const operands[] = {
      {DNNL_ARG_SRC, it->input},
      {DNNL_ARG_WEIGHTS, it->weights},
      {DNNL_ARG_DST, it->output},
      {DNNL_ARG_BIAS, it->bias},
  };
  int const count = it->bias != NULL ? 4 : 3;
  for (int64_t image = 0; image < input->batch; image += images) {
    char *const from = (char *)input->data + image * input->image_stride;
    char *const to = (char *)output->data + image * output->image_stride;
    dnnl_status_t status = dnnl_memory_set_data_handle(it->input, from);
    if (status == dnnl_success) status = dnnl_memory_set_data_handle(it->output, to);
    if (status == dnnl_success) {
      status = dnnl_primitive_execute(it->primitive, self->stream, count, operands);
    }
    if (status == dnnl_success) status = dnnl_stream_wait(self->stream);
    if (status != dnnl_success) return (int)status;
  }
  return 0;
}

static const densecam_backend backend = {
    .size = sizeof backend,
    .name = "onednn",
    .summary = "oneDNN's direct convolutions",
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
  lanes = host->lanes;
  /* Keep to the instruction set that densecam reports; with AVX-512, whatever there is of it. */
  dnnl_status_t status = dnnl_success;
  if (strcmp(host->instruction_set, "baseline") == 0) {
    status = dnnl_set_max_cpu_isa(dnnl_cpu_isa_sse41);
  } else if (strcmp(host->instruction_set, "avx2") == 0) {
    status = dnnl_set_max_cpu_isa(dnnl_cpu_isa_avx2);
  }
  if (status != dnnl_success) return NULL;
  if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) return NULL;
  return &plugin;
}
