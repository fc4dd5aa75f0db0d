#ifndef TANDEM_CMALLOC_SHIM_H
#define TANDEM_CMALLOC_SHIM_H

/* malloc_trim, which Swift's module of the C library leaves out. */
#if defined(__linux__)
#include <malloc.h>
#endif

#endif
