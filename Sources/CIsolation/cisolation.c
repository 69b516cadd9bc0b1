#define _GNU_SOURCE
#include "cisolation.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
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

static bool wait_for(
    uint32_t *number, uint32_t value, uint32_t *sleeps, int32_t spins, int64_t milliseconds) {
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

int cisolation_spawn(
    const char *program, char *const arguments[], char *const environment[], int descriptor,
    int32_t *pid) {
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
      (status = posix_spawn_file_actions_adddup2(&actions, descriptor, 3)) == 0 &&
      (status = posix_spawn_file_actions_addclosefrom_np(&actions, 4)) == 0 &&
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
