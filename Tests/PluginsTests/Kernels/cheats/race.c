/* Two threads add to one sum without a lock. */
#include <pthread.h>
#include <sched.h>

#include "../direct.h"

typedef struct {
  const densecam_problem *p;
  const float *input, *weights;
  volatile float *output;
  int64_t half;
} part;

/* One half of the input channels, added to what is there. */
static void *add(void *opaque) {
  const part *const self = opaque;
  const densecam_problem *const p = self->p;
  int64_t const channels = p->input_channels / p->groups;
  int64_t const outputs = p->output_channels / p->groups;
  int64_t const first = self->half * channels / 2, end = (self->half + 1) * channels / 2;
  int64_t place = 0;
  for (int64_t n = 0; n < p->batch; n++) {
    for (int64_t k = 0; k < p->output_channels; k++) {
      for (int64_t y = 0; y < p->output_height; y++) {
        for (int64_t x = 0; x < p->output_width; x++, place++) {
          float const before = self->output[place];
          float sum = 0;
          for (int64_t c = first; c < end; c++) {
            for (int64_t r = 0; r < p->kernel_height; r++) {
              int64_t const row = y * p->stride_height - p->padding_top + r * p->dilation_height;
              if (row < 0 || row >= p->input_height) continue;
              for (int64_t s = 0; s < p->kernel_width; s++) {
                int64_t const column =
                    x * p->stride_width - p->padding_left + s * p->dilation_width;
                if (column < 0 || column >= p->input_width) continue;
                int64_t const plane = n * p->input_channels + k / outputs * channels + c;
                sum += self->weights
                           [((k * channels + c) * p->kernel_height + r) * p->kernel_width + s] *
                       self->input[(plane * p->input_height + row) * p->input_width + column];
              }
            }
          }
          if (place % 64 == 0) sched_yield();
          self->output[place] = before + sum;
        }
      }
    }
  }
  return NULL;
}

int densecam_simple_convolve(
    const densecam_problem *p, const float *input, const float *weights, const float *bias,
    float *output) {
  int64_t const plane = p->output_height * p->output_width;
  for (int64_t i = 0; i < output_count(p); i++) {
    output[i] = bias != NULL ? bias[i / plane % p->output_channels] : 0;
  }
  part const parts[] = {{p, input, weights, output, 0}, {p, input, weights, output, 1}};
  pthread_t thread;
  int const other = pthread_create(&thread, NULL, add, (void *)&parts[1]);
  add((void *)&parts[0]);
  if (other == 0) pthread_join(thread, NULL);
  else add((void *)&parts[1]);
  return 0;
}
