#include "densecam/view.h"

#include <stddef.h>

/* Kernels that were built before rely on the places of the fields. */
_Static_assert(sizeof(densecam_view) == 56, "the size of a view has changed");
_Static_assert(offsetof(densecam_view, image_stride) == 40, "a field of a view has moved");
_Static_assert(offsetof(densecam_view, element) == 52, "a field of a view has moved");
