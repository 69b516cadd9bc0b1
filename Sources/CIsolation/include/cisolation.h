/* Two processes that share memory: one that judges kernels, and one that runs them. */
#ifndef CISOLATION_H
#define CISOLATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  /* The numbers of an order and of an answer. */
  CISOLATION_WORDS = 48,
  /* The bytes of a text, the zero byte at its end included. */
  CISOLATION_TEXT = 16384,
  /* The memory that a mailbox takes at the beginning of what is shared; operands follow after it. */
  CISOLATION_MAILBOX_BYTES = 65536,
  /* In place of a number of turns: both sides are on one processor, and give it to each other. */
  CISOLATION_ONE_PROCESSOR = -1,
  /* Or the threads of both are more than there are processors, and those that wait give way to the others. */
  CISOLATION_SHARED_PROCESSORS = -2
};

/*
 * What the two tell each other, at the beginning of the memory that they share.
 *
 * The parent writes an order and posts its number; the child carries it out, writes its answer and posts the
 * same number. The child can write anything at any time: the parent takes copies, and trusts nothing in them.
 */
typedef struct cisolation_mailbox cisolation_mailbox;

/* CISOLATION_WORDS numbers, and CISOLATION_TEXT bytes. */
int64_t *cisolation_order_words(cisolation_mailbox *mailbox);
char *cisolation_order_text(cisolation_mailbox *mailbox);
int64_t *cisolation_answer_words(cisolation_mailbox *mailbox);
char *cisolation_answer_text(cisolation_mailbox *mailbox);

/* Tells the other side that the order, or the answer, of a number is there, and wakes it. */
void cisolation_post_order(cisolation_mailbox *mailbox, uint32_t number);
void cisolation_post_answer(cisolation_mailbox *mailbox, uint32_t number);

/*
 * Waits for the order, or the answer, of a number: turns around so many times, then sleeps, at most for so
 * many milliseconds. Returns whether it is there.
 */
bool cisolation_wait_for_order(
    cisolation_mailbox *mailbox, uint32_t number, int32_t spins, int64_t milliseconds);
bool cisolation_wait_for_answer(
    cisolation_mailbox *mailbox, uint32_t number, int32_t spins, int64_t milliseconds);

/* Nanoseconds that only increase. */
int64_t cisolation_now(void);

/* The number of processors that the calling thread may use. */
int32_t cisolation_processor_count(void);

/*
 * Keeps the calling thread on one processor, or on that where it is if the number is below 0. Returns what to give
 * to cisolation_unpin, which frees it, or NULL if the system refuses.
 */
typedef struct cisolation_affinity cisolation_affinity;
cisolation_affinity *cisolation_pin(int32_t processor);
void cisolation_unpin(cisolation_affinity *before);

/* The processor that the calling thread is on. */
int32_t cisolation_processor(void);

/* What the child noted before it ended by a signal. */
typedef struct cisolation_fault {
  int32_t signal;       /* 0 if it noted nothing */
  bool is_near_limit;   /* whether its address space was nearly used up */
  bool is_write;        /* whether it was to be written to */
  int32_t operand;      /* the number of the operand that is there or next to it; -1 if none is */
  uint64_t address;     /* what was accessed */
  uint64_t first;       /* the operand's first byte, and the one after its last */
  uint64_t end;
  uint64_t instruction; /* the distance of the instruction from the beginning of its file */
  char file[512];       /* the file that the instruction is in; empty if it is in none */
  char symbol[256];     /* its function; empty if that has no name */
} cisolation_fault;

/* A copy of the note, whose texts end. */
const cisolation_fault *cisolation_noted_fault(cisolation_mailbox *mailbox);
void cisolation_forget_fault(cisolation_mailbox *mailbox);
const char *cisolation_fault_file(const cisolation_fault *fault);
const char *cisolation_fault_symbol(const cisolation_fault *fault);

/* Anonymous memory that can be shared and never shrinks; a descriptor, or -1 with errno. */
int cisolation_memory(size_t bytes);

/*
 * Starts a program in a process group of its own, with a descriptor as number 3, one end of a channel as number
 * 4, and no other above 2. Returns 0, or an error's number.
 */
int cisolation_spawn(
    const char *program, char *const arguments[], char *const environment[], int descriptor,
    int channel, int32_t *pid);

/* A channel by which descriptors can be sent, as its two ends; 0, or -1 with errno. */
int cisolation_channel(int ends[2]);

/* Sends a descriptor; 0, or -1 with errno. Never waits. */
int cisolation_send(int channel, int descriptor);

/* The next descriptor that was sent, which is the caller's to close; -1 if there is none. Never waits. */
int cisolation_receive(int channel);

/*
 * Names memory, so that a fault in it or next to it is told by its operand: `region` includes the pages around
 * the operand that are protected. There is room for 64; a number above is not told.
 */
void cisolation_watch(int32_t operand, uint64_t region, uint64_t region_end, uint64_t first, uint64_t end);
void cisolation_forget(int32_t operand);

/* The bits of the calling thread that control floating-point arithmetic, without those that only report. */
uint32_t cisolation_control(void);
void cisolation_set_control(uint32_t control);

/* What a kernel must leave as it was, in the calling thread and in its process. */
typedef struct cisolation_state cisolation_state;
cisolation_state *cisolation_note_state(void);

/* What has changed since, as text that stays valid until the next call, or NULL; frees the note. */
const char *cisolation_changed_state(cisolation_state *state, bool may_start_threads);

/* Has the calling process end with its parent, and limits its memory in bytes; 0 for no limit. */
void cisolation_enter(int64_t memory_limit);

/* Notes faults of the calling process in a mailbox, and lets it end by them. */
void cisolation_catch_faults(cisolation_mailbox *mailbox);

/* Lets faults of the calling thread be noted even if its stack is full; each thread needs it once. */
void cisolation_catch_overflow(void);

#endif
