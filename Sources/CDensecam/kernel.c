#include "densecam/kernel.h"

/* Plugins that were built before rely on the sizes and the places of the fields. */
_Static_assert(sizeof(densecam_problem) == 19 * 8, "the size of a problem has changed");
_Static_assert(sizeof(densecam_description) == 120, "the size of a description has changed");
_Static_assert(sizeof(densecam_operands) == 64, "the size of operands has changed");
_Static_assert(sizeof(densecam_work) == 104, "the size of work has changed");
_Static_assert(sizeof(densecam_memory) == 32, "the size of memory has changed");
_Static_assert(sizeof(densecam_backend) == 72, "the size of a backend has changed");
_Static_assert(sizeof(densecam_host) == 24, "the size of a host has changed");
_Static_assert(sizeof(densecam_plugin) == 24, "the size of a plugin has changed");
