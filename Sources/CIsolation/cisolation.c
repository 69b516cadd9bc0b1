#define _GNU_SOURCE
#include "cisolation.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

struct cisolation_mailbox {
  uint32_t ordered;
  uint32_t answered;
  uint32_t child_sleeps;
  uint32_t parent_sleeps;
  int64_t order_words[CISOLATION_WORDS];
  int64_t answer_words[CISOLATION_WORDS];
  char order_text[CISOLATION_TEXT];
  char answer_text[CISOLATION_TEXT];
  cisolation_fault fault;
};

_Static_assert(
    sizeof(cisolation_mailbox) <= CISOLATION_MAILBOX_BYTES, "the mailbox has outgrown its place");

/* ---- Orders ----------------------------------------------------------------------------------------- */

int64_t *cisolation_order_words(cisolation_mailbox *mailbox) { return mailbox->order_words; }
char *cisolation_order_text(cisolation_mailbox *mailbox) { return mailbox->order_text; }
int64_t *cisolation_answer_words(cisolation_mailbox *mailbox) { return mailbox->answer_words; }
char *cisolation_answer_text(cisolation_mailbox *mailbox) { return mailbox->answer_text; }

/* Raises a number and, if somebody sleeps for it, wakes them. */
static void post(uint32_t *number, uint32_t value, const uint32_t *sleeps) {
  __atomic_store_n(number, value, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(sleeps, __ATOMIC_SEQ_CST)) {
    syscall(SYS_futex, number, FUTEX_WAKE, 1, NULL, NULL, 0);
  }
}

enum {
  /* How often to give the processor away before sleeping. On one processor, once is enough if nobody else wants
     it. */
  YIELDS_OF_ONE = 4,
  /* On several it comes back at once if nobody wants it: this is about a millisecond. */
  YIELDS_OF_ALL = 3000,
  /* For how many waits not to, after somebody else has taken it: who sleeps is preferred when he wakes up. */
  CROWDED_WAITS = 16
};

/* Gives the processor away until the number is there, unless that takes too long. */
static bool yield_for(uint32_t const *number, uint32_t value, int32_t yields) {
  static _Thread_local int32_t crowded_waits;
  if (crowded_waits > 0) {
    crowded_waits--;
    return false;
  }
  for (int32_t i = 0; i < yields; i++) {
    sched_yield();
    if (__atomic_load_n(number, __ATOMIC_ACQUIRE) == value) return true;
  }
  crowded_waits = CROWDED_WAITS;
  return false;
}

static bool wait_for(
    uint32_t *number, uint32_t value, uint32_t *sleeps, int32_t spins, int64_t milliseconds) {
  if (spins < 0) {
    int32_t const yields = spins == CISOLATION_ONE_PROCESSOR ? YIELDS_OF_ONE : YIELDS_OF_ALL;
    if (yield_for(number, value, yields)) return true;
  }
  for (int32_t i = 0; i < spins; i++) {
    if (__atomic_load_n(number, __ATOMIC_ACQUIRE) == value) return true;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  struct timespec const time = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  /* Whoever posts reads this after it has raised the number, so one of the two sees the other. */
  __atomic_store_n(sleeps, 1, __ATOMIC_SEQ_CST);
  uint32_t const seen = __atomic_load_n(number, __ATOMIC_SEQ_CST);
  if (seen != value) syscall(SYS_futex, number, FUTEX_WAIT, seen, &time, NULL, 0);
  __atomic_store_n(sleeps, 0, __ATOMIC_SEQ_CST);
  return __atomic_load_n(number, __ATOMIC_ACQUIRE) == value;
}

void cisolation_post_order(cisolation_mailbox *mailbox, uint32_t number) {
  post(&mailbox->ordered, number, &mailbox->child_sleeps);
}

void cisolation_post_answer(cisolation_mailbox *mailbox, uint32_t number) {
  post(&mailbox->answered, number, &mailbox->parent_sleeps);
}

bool cisolation_wait_for_order(
    cisolation_mailbox *mailbox, uint32_t number, int32_t spins, int64_t milliseconds) {
  return wait_for(&mailbox->ordered, number, &mailbox->child_sleeps, spins, milliseconds);
}

bool cisolation_wait_for_answer(
    cisolation_mailbox *mailbox, uint32_t number, int32_t spins, int64_t milliseconds) {
  return wait_for(&mailbox->answered, number, &mailbox->parent_sleeps, spins, milliseconds);
}

int64_t cisolation_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* ---- Processors ------------------------------------------------------------------------------------- */

struct cisolation_affinity {
  cpu_set_t processors;
};

int32_t cisolation_processor_count(void) {
  cpu_set_t processors;
  /* With more than 1,024 processors the set is too small, and they are enough for all. */
  return sched_getaffinity(0, sizeof processors, &processors) == 0 ? CPU_COUNT(&processors) : 1024;
}

int32_t cisolation_processor(void) { return sched_getcpu(); }

cisolation_affinity *cisolation_pin(int32_t processor) {
  cisolation_affinity *const before = malloc(sizeof *before);
  if (before == NULL) return NULL;
  int const chosen = processor < 0 ? sched_getcpu() : processor;
  cpu_set_t one;
  CPU_ZERO(&one);
  if (chosen >= 0 && chosen < CPU_SETSIZE) CPU_SET(chosen, &one);
  if (sched_getaffinity(0, sizeof before->processors, &before->processors) != 0 ||
      sched_setaffinity(0, sizeof one, &one) != 0) {
    free(before);
    return NULL;
  }
  return before;
}

void cisolation_unpin(cisolation_affinity *before) {
  if (before == NULL) return;
  sched_setaffinity(0, sizeof before->processors, &before->processors);
  free(before);
}

/* ---- The memory ------------------------------------------------------------------------------------- */

int cisolation_memory(size_t bytes) {
  int const descriptor = memfd_create("densecam", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (descriptor < 0) return -1;
  /* A child that cut the memory off would end its parent by SIGBUS. */
  if (ftruncate(descriptor, (off_t)bytes) != 0 ||
      fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK) != 0) {
    int const reason = errno;
    close(descriptor);
    errno = reason;
    return -1;
  }
  return descriptor;
}

/* ---- The child -------------------------------------------------------------------------------------- */

enum { CHILD_MEMORY = 3, CHILD_CHANNEL = 4 };

static int spawn_with(
    const char *program, char *const arguments[], char *const environment[], int descriptor,
    int channel, int32_t *pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int status = posix_spawn_file_actions_init(&actions);
  if (status != 0) return status;
  status = posix_spawnattr_init(&attributes);
  if (status != 0) {
    posix_spawn_file_actions_destroy(&actions);
    return status;
  }
  /* What a kernel prints is no part of a report. */
  if ((status = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)) == 0 &&
      (status = posix_spawn_file_actions_adddup2(&actions, 2, 1)) == 0 &&
      (status = posix_spawn_file_actions_adddup2(&actions, descriptor, CHILD_MEMORY)) == 0 &&
      (status = posix_spawn_file_actions_adddup2(&actions, channel, CHILD_CHANNEL)) == 0 &&
      (status = posix_spawn_file_actions_addclosefrom_np(&actions, CHILD_CHANNEL + 1)) == 0 &&
      (status = posix_spawnattr_setflags(
           &attributes,
           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)) == 0) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    pid_t child = 0;
    status = posix_spawn(&child, program, &actions, &attributes, arguments, environment);
    *pid = child;
  }
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return status;
}

int cisolation_spawn(
    const char *program, char *const arguments[], char *const environment[], int descriptor,
    int channel, int32_t *pid) {
  /* Copies above the numbers that they get in the child, where one would else take the place of the other. */
  int const memory = fcntl(descriptor, F_DUPFD_CLOEXEC, CHILD_CHANNEL + 1);
  if (memory < 0) return errno;
  int const end = fcntl(channel, F_DUPFD_CLOEXEC, CHILD_CHANNEL + 1);
  int const status = end < 0 ? errno : spawn_with(program, arguments, environment, memory, end, pid);
  if (end >= 0) close(end);
  close(memory);
  return status;
}

int cisolation_channel(int ends[2]) {
  return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

/* A message of one byte with room for one descriptor. */
typedef struct packet {
  char byte;
  struct iovec data;
  struct msghdr message;
  _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
} packet;

static void make_packet(packet *packet) {
  memset(packet, 0, sizeof *packet);
  packet->data = (struct iovec){.iov_base = &packet->byte, .iov_len = 1};
  packet->message = (struct msghdr){
      .msg_iov = &packet->data,
      .msg_iovlen = 1,
      .msg_control = packet->control,
      .msg_controllen = sizeof packet->control};
}

int cisolation_send(int channel, int descriptor) {
  packet packet;
  make_packet(&packet);
  struct cmsghdr *const header = CMSG_FIRSTHDR(&packet.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptor);
  memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  return sendmsg(channel, &packet.message, MSG_DONTWAIT | MSG_NOSIGNAL) == 1 ? 0 : -1;
}

int cisolation_receive(int channel) {
  packet packet;
  make_packet(&packet);
  if (recvmsg(channel, &packet.message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) != 1) return -1;
  struct cmsghdr *const header = CMSG_FIRSTHDR(&packet.message);
  if (header == NULL || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) return -1;
  int descriptor = -1;
  memcpy(&descriptor, CMSG_DATA(header), sizeof descriptor);
  return descriptor;
}

void cisolation_enter(int64_t memory_limit) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  struct rlimit const no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  if (memory_limit > 0) {
    struct rlimit const limit = {(rlim_t)memory_limit, (rlim_t)memory_limit};
    setrlimit(RLIMIT_AS, &limit);
  }
}

/* ---- Faults ----------------------------------------------------------------------------------------- */

const cisolation_fault *cisolation_noted_fault(cisolation_mailbox *mailbox) {
  static _Thread_local cisolation_fault copied;
  copied = mailbox->fault;
  copied.file[sizeof copied.file - 1] = 0;
  copied.symbol[sizeof copied.symbol - 1] = 0;
  return &copied;
}

void cisolation_forget_fault(cisolation_mailbox *mailbox) {
  memset(&mailbox->fault, 0, sizeof mailbox->fault);
}

const char *cisolation_fault_file(const cisolation_fault *fault) { return fault->file; }
const char *cisolation_fault_symbol(const cisolation_fault *fault) { return fault->symbol; }

static cisolation_mailbox *noted;

/* Whether nine tenths of the address space that is allowed are used up. */
static bool is_near_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
  int const file = open("/proc/self/statm", O_RDONLY);
  if (file < 0) return false;
  char text[64] = {0};
  ssize_t const count = read(file, text, sizeof text - 1);
  close(file);
  if (count <= 0) return false;
  uint64_t pages = 0;
  for (const char *c = text; *c >= '0' && *c <= '9'; c++) pages = 10 * pages + (uint64_t)(*c - '0');
  return pages * (uint64_t)sysconf(_SC_PAGESIZE) >= limit.rlim_cur / 10 * 9;
}

enum { WATCHED = 64 };

static struct {
  uint64_t region, region_end, first, end;
} watched[WATCHED];

void cisolation_watch(
    int32_t operand, uint64_t region, uint64_t region_end, uint64_t first, uint64_t end) {
  if (operand < 0 || operand >= WATCHED) return;
  watched[operand].region = region;
  watched[operand].region_end = region_end;
  watched[operand].first = first;
  watched[operand].end = end;
}

void cisolation_forget(int32_t operand) { cisolation_watch(operand, 0, 0, 0, 0); }

static void copy(char *to, size_t size, const char *from) {
  size_t i = 0;
  for (; from != NULL && from[i] != 0 && i + 1 < size; i++) to[i] = from[i];
  to[i] = 0;
}

static void note_fault(int number, siginfo_t *info, void *context) {
  cisolation_mailbox *const mailbox = noted;
  if (mailbox != NULL && mailbox->fault.signal == 0) {
    cisolation_fault *const fault = &mailbox->fault;
    fault->address = (uint64_t)(uintptr_t)info->si_addr;
    fault->is_near_limit = is_near_limit();
    fault->operand = -1;
    for (int32_t i = 0; i < WATCHED; i++) {
      if (fault->address >= watched[i].region && fault->address < watched[i].region_end) {
        fault->operand = i;
        fault->first = watched[i].first;
        fault->end = watched[i].end;
      }
    }
#if defined(__x86_64__)
    /* Bit 1 of the code of a page fault (Intel SDM, volume 3, section 4.7). */
    fault->is_write = ((ucontext_t *)context)->uc_mcontext.gregs[REG_ERR] & 2;
#endif
    uintptr_t instruction = 0;
#if defined(__x86_64__)
    instruction = (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    instruction = (uintptr_t)((ucontext_t *)context)->uc_mcontext.pc;
#endif
    Dl_info where;
    /* Not among the functions that a handler may call; the process is at its end either way. */
    if (dladdr((void *)instruction, &where) != 0) {
      fault->instruction = instruction - (uintptr_t)where.dli_fbase;
      copy(fault->file, sizeof fault->file, where.dli_fname);
      copy(fault->symbol, sizeof fault->symbol, where.dli_sname);
    }
    __atomic_store_n(&fault->signal, number, __ATOMIC_SEQ_CST);
  }
  signal(number, SIG_DFL);
  raise(number);
}

void cisolation_catch_overflow(void) {
  static _Thread_local char memory[1 << 15];
  static _Thread_local bool is_set = false;
  if (is_set) return;
  stack_t const stack = {.ss_sp = memory, .ss_size = sizeof memory};
  is_set = sigaltstack(&stack, NULL) == 0;
}

void cisolation_catch_faults(cisolation_mailbox *mailbox) {
  noted = mailbox;
  cisolation_catch_overflow();
  struct sigaction action = {0};
  action.sa_sigaction = note_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
  sigemptyset(&action.sa_mask);
  int const faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigaction(faults[i], &action, NULL);
}

/* ---- What a kernel must leave as it was --------------------------------------------------------------- */

#if defined(__x86_64__)
/* All but the six flags that report exceptions (Intel SDM, volume 1, section 10.2.3). */
static uint32_t const control_bits = 0xFFC0;

uint32_t cisolation_control(void) { return __builtin_ia32_stmxcsr() & control_bits; }

void cisolation_set_control(uint32_t control) {
  __builtin_ia32_ldmxcsr((__builtin_ia32_stmxcsr() & ~control_bits) | (control & control_bits));
}

static uint32_t x87_control(void) {
  uint16_t word;
  __asm__ volatile("fnstcw %0" : "=m"(word));
  return word;
}
#else
uint32_t cisolation_control(void) { return 0; }
void cisolation_set_control(uint32_t control) { (void)control; }
static uint32_t x87_control(void) { return 0; }
#endif

enum { SIGNALS = 65, DESCRIPTORS = 256 };

struct cisolation_state {
  uint32_t control, x87;
  sigset_t mask;
  void *handlers[SIGNALS];
  dev_t folder_device;
  ino_t folder;
  mode_t creation_mask;
  uint64_t environment;
  bool descriptors[DESCRIPTORS];
  int threads;
};

extern char **environ;

/* FNV-1a over all entries. */
static uint64_t environment_sum(void) {
  uint64_t sum = 14695981039346656037u;
  for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
    for (const char *c = *entry;; c++) {
      sum = (sum ^ (unsigned char)*c) * 1099511628211u;
      if (*c == 0) break;
    }
  }
  return sum;
}

static int thread_count(void) {
  DIR *const folder = opendir("/proc/self/task");
  if (folder == NULL) return 0;
  int count = 0;
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) count += entry->d_name[0] != '.';
  closedir(folder);
  return count;
}

static void take_state(cisolation_state *state) {
  state->control = cisolation_control();
  state->x87 = x87_control();
  pthread_sigmask(SIG_BLOCK, NULL, &state->mask);
  for (int i = 1; i < SIGNALS; i++) {
    struct sigaction action;
    state->handlers[i] = sigaction(i, NULL, &action) == 0 ? (void *)action.sa_sigaction : NULL;
  }
  struct stat status;
  if (stat(".", &status) == 0) {
    state->folder_device = status.st_dev;
    state->folder = status.st_ino;
  }
  state->creation_mask = umask(0);
  umask(state->creation_mask);
  state->environment = environment_sum();
  for (int i = 0; i < DESCRIPTORS; i++) state->descriptors[i] = fcntl(i, F_GETFD) >= 0;
  state->threads = thread_count();
}

cisolation_state *cisolation_note_state(void) {
  cisolation_state *const state = calloc(1, sizeof *state);
  if (state != NULL) take_state(state);
  return state;
}

const char *cisolation_changed_state(cisolation_state *before, bool may_start_threads) {
  static char text[128];
  if (before == NULL) return NULL;
  cisolation_state after = {0};
  take_state(&after);
  const char *change = NULL;
  if (after.control != before->control || after.x87 != before->x87) {
    change = "the floating-point control word";
  } else if (memcmp(&after.mask, &before->mask, sizeof after.mask) != 0) {
    change = "the signals that are blocked";
  } else if (after.folder != before->folder || after.folder_device != before->folder_device) {
    change = "the working directory";
  } else if (after.creation_mask != before->creation_mask) {
    change = "the mask of new files";
  } else if (after.environment != before->environment) {
    change = "the environment";
  }
  for (int i = 1; i < SIGNALS && change == NULL; i++) {
    if (after.handlers[i] == before->handlers[i]) continue;
    snprintf(text, sizeof text, "the handler of signal %d", i);
    change = text;
  }
  for (int i = 0; i < DESCRIPTORS && change == NULL; i++) {
    if (after.descriptors[i] == before->descriptors[i]) continue;
    snprintf(
        text, sizeof text, "descriptor %d, which it %s", i,
        after.descriptors[i] ? "left open" : "closed");
    change = text;
  }
  if (change == NULL && !may_start_threads && after.threads > before->threads) {
    int const left = after.threads - before->threads;
    snprintf(text, sizeof text, "%d thread%s running", left, left == 1 ? "" : "s");
    change = text;
  }
  free(before);
  return change;
}
