/*
 * What a convolution kernel has to offer so that densecam can judge and time it: one of two entry points
 * in a shared library.
 *
 *   simple  densecam_simple_convolve: one function over arrays of planes. Enough for a first verdict.
 *   full    densecam_plugin_entry: a table of backends that say what they compute and how, pack their
 *           weights once, choose layouts, fuse neighbouring operations and share work between threads.
 *
 * The header needs C11 or C++11 and nothing else. Everything is little-endian and in the calling convention
 * of the platform. No memory changes hands: each side frees what it has allocated, and what is lent is
 * valid for the duration of a call unless stated otherwise.
 *
 * Structures begin with their size as the side that fills them in knows it. Later versions only append
 * fields: a reader looks at no field beyond the size that it is given.
 */
#ifndef DENSECAM_KERNEL_H
#define DENSECAM_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#include "densecam/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Raised when a kernel that was built for an earlier version could be misunderstood. */
#define DENSECAM_ABI_VERSION 1

/* Marks the entry points, so that -fvisibility=hidden does not hide them. */
#if defined(__GNUC__)
#define DENSECAM_EXPORT __attribute__((visibility("default")))
#else
#define DENSECAM_EXPORT
#endif

/*
 * The geometry of one convolution, which is a cross-correlation:
 *
 *   output[n][k][y][x] = bias[k] + sum over c, r, s of
 *       weights[k][c][r][s] * input[n][g * C/G + c][y * stride_height - padding_top + r * dilation_height]
 *                                  [x * stride_width - padding_left + s * dilation_width]
 *
 * where g is the group of k, c runs over the channels of a group, and what lies outside of the input is 0.
 * Sizes are at least 1. Paddings at the top and on the left are at least 0; a negative one at the bottom or on
 * the right means that so many rows or columns of the input are not read. A dilation of 1 means taps side by
 * side.
 */
typedef struct densecam_problem {
  size_t size;
  int64_t batch;
  int64_t input_channels, input_height, input_width;
  int64_t output_channels, output_height, output_width;
  int64_t kernel_height, kernel_width;
  int64_t stride_height, stride_width;
  int64_t dilation_height, dilation_width;
  int64_t padding_top, padding_left, padding_bottom, padding_right;
  int64_t groups;
} densecam_problem;

/* ---- A simple kernel ------------------------------------------------------------------------------- */

/*
 * Computes one convolution on the calling thread, summing products of 32-bit floats in any order.
 *
 *   input    [batch][input_channels][input_height][input_width], not to be written to
 *   weights  [output_channels][input_channels / groups][kernel_height][kernel_width], not to be written to
 *   bias     [output_channels], or NULL for none; not to be written to
 *   output   [batch][output_channels][output_height][output_width], every element of which is written
 *
 * Arrays begin at multiples of 4 bytes, as floats do and no better, and do not overlap. Returns 0, or another
 * number if the problem is one that the kernel does not compute, whatever the values are.
 */
DENSECAM_EXPORT int densecam_simple_convolve(
    const densecam_problem *problem, const float *input, const float *weights, const float *bias,
    float *output);

/*
 * Optional: why the kernel does not compute a problem, as text that stays valid, or NULL if it does.
 * Without this function a kernel computes everything.
 */
DENSECAM_EXPORT const char *densecam_simple_refusal(const densecam_problem *problem);

/* ---- A full kernel --------------------------------------------------------------------------------- */

/* How the arithmetic departs from exact sums. The bounds on the error follow from it. */
enum {
  /* Products are summed in a wider type than float and rounded once. */
  DENSECAM_DIRECT = 0,
  /* Products are summed in 32-bit floats, in any order, with or without fused multiply-adds. */
  DENSECAM_REASSOCIATED = 1,
  /* Minimal filtering of 3x3 kernels in tiles; see densecam_description.tile and .points. */
  DENSECAM_WINOGRAD = 2,
  /* As reassociated, of operands rounded to fewer bits; see densecam_description.operand_bits. */
  DENSECAM_REDUCED = 3
};

/* Operations around a convolution that a backend can compute in the same pass; bits. */
enum {
  DENSECAM_FUSE_PROLOGUE = 1,    /* scale[c] * x + shift[c] on the input, then max(0, .) if asked for */
  DENSECAM_FUSE_RELU = 2,        /* max(0, y) on the output */
  DENSECAM_FUSE_AVERAGE_POOL = 4 /* averages over windows of the input, after the prologue */
};

/* Who runs the threads. */
enum {
  /* densecam does: it shares tasks out to a team. The bits of the result do not depend on its size. */
  DENSECAM_THREADS_OF_HOST = 0,
  /* The kernel does: it has one task, and uses as many threads as densecam_memory.threads says. */
  DENSECAM_THREADS_OF_KERNEL = 1
};

/* The most points of a Winograd kernel. */
#define DENSECAM_LARGEST_POINT_COUNT 9

/* How a backend computes a problem that it does not refuse. */
typedef struct densecam_description {
  size_t size;
  int32_t algorithm;    /* DENSECAM_DIRECT, DENSECAM_REASSOCIATED, DENSECAM_WINOGRAD or DENSECAM_REDUCED */
  int32_t tile;         /* Winograd: results a side of a tile; 2, 4 or 6 by the points of the guide; else 0 */
  uint32_t fusions;     /* DENSECAM_FUSE_... */
  int32_t threading;    /* DENSECAM_THREADS_... */
  int32_t input_block;  /* The block width of the input's view: 1, or that of densecam_host.lanes */
  int32_t output_block; /* The same of the output's view */

  /*
   * Not 0 if sums are made in an order that differs from run to run, so that the last bits do: two runs are then
   * compared by the bound, where otherwise their bits have to be the same.
   */
  int32_t order_varies;

  /* DENSECAM_REDUCED: the bits of precision of the operands, with the exponents of float: 8 to 23; else 0. */
  int32_t operand_bits;

  /*
   * Winograd at points of one's own: tile + 1 finite numbers, no two of them the same, and infinity besides; 0 for
   * those of the guide. All transforms are then taken to be computed in 32-bit floats.
   */
  int32_t point_count;
  int32_t reserved; /* 0 */
  double points[DENSECAM_LARGEST_POINT_COUNT];
} densecam_description;

/* What a backend is given to prepare a problem with. Arrays are lent for the call only. */
typedef struct densecam_operands {
  size_t size;
  const float *weights; /* [output_channels][input_channels / groups][kernel_height][kernel_width] */
  const float *bias;    /* [output_channels], or NULL */

  /* The operations to fuse, each among those of the description. */
  const float *prologue_scale; /* [input_channels], or NULL for no prologue */
  const float *prologue_shift; /* [input_channels], or NULL */
  int32_t prologue_relu;       /* whether max(0, .) follows the prologue */
  int32_t relu;                /* whether max(0, .) follows the convolution */
  int32_t pool_height;         /* 1 and 1, unless the description has DENSECAM_FUSE_AVERAGE_POOL: the input is */
  int32_t pool_width;          /* then larger by these factors, and averaged over windows of that size */

  int32_t threads; /* how many threads to provide work for; a run may be shared by more or fewer */
} densecam_operands;

/* The most phases of a prepared convolution. */
#define DENSECAM_LARGEST_PHASE_COUNT 8

/* How the work of a prepared convolution is cut. */
typedef struct densecam_work {
  size_t size;
  int32_t phases;                              /* a phase begins when all tasks of that before are done */
  int64_t tasks[DENSECAM_LARGEST_PHASE_COUNT]; /* tasks of a phase write to disjoint memory */
  int64_t scratch_bytes;                       /* of each thread; forgotten between tasks */
  int64_t workspace_bytes;                     /* shared by all threads during a run */
  int64_t packed_bytes;                        /* what the state takes, for reports */
} densecam_work;

/* What a task may use besides its views. */
typedef struct densecam_memory {
  size_t size;
  void *scratch;   /* of this thread alone; at a multiple of 64 bytes */
  void *workspace; /* of all threads; at a multiple of 64 bytes */
  int32_t threads; /* DENSECAM_THREADS_OF_KERNEL: how many to use; else those that share the tasks */
} densecam_memory;

/*
 * One backend. Functions may be called on any thread: `run` on several at once for the tasks of one phase, but
 * two runs of one state do not overlap, and the other functions are not called for a state that is running.
 *
 * No byte outside of an operand may be read, or written, but for the lanes that fill up the last block of a view.
 * The pointers to `prepare` and `run` are needed; the others may be NULL.
 */
typedef struct densecam_backend {
  size_t size;

  /* Letters, digits, dots, hyphens and underscores, 1 to 40 of them; and one line for lists. */
  const char *name;
  const char *summary;

  /* Why a problem is not computed, as text that stays valid, or NULL if it is. */
  const char *(*refusal)(const densecam_problem *problem);

  /* Fills in how the problem is computed. NULL stands for reassociated sums over planes, nothing fused. */
  void (*describe)(const densecam_problem *problem, densecam_description *description);

  /* Packs the weights; *state is whatever `run` wants to be given. Returns 0, or else it has failed. */
  int (*prepare)(
      const densecam_problem *problem, const densecam_operands *operands, void **state);

  /* Fills in how the work is cut. NULL stands for one phase of one task without memory. */
  void (*work)(void *state, densecam_work *work);

  /*
   * Runs one task. Returns 0, or else it has failed. Views of planes begin at multiples of 4 bytes, and views
   * of blocks at multiples of a block's bytes.
   */
  int (*run)(
      void *state, int32_t phase, int64_t task, const densecam_view *input,
      const densecam_view *output, const densecam_memory *memory);

  /* Frees a state. NULL if there is nothing to free. */
  void (*release)(void *state);
} densecam_backend;

/* What densecam tells a plugin about itself. */
typedef struct densecam_host {
  size_t size;
  uint32_t abi_version;
  int32_t lanes;               /* floats in a register of the instruction set in use; blocks are as wide */
  const char *instruction_set; /* baseline, avx2 or avx512 */
} densecam_host;

/* What a plugin offers. */
typedef struct densecam_plugin {
  size_t size;
  uint32_t abi_version; /* DENSECAM_ABI_VERSION of the header that it was built with */
  int32_t backend_count;
  const densecam_backend *const *backends;
} densecam_plugin;

/* Returns the backends, which stay valid until the process ends; NULL if they cannot work here. */
DENSECAM_EXPORT const densecam_plugin *densecam_plugin_entry(const densecam_host *host);

#ifdef __cplusplus
}
#endif

#endif
