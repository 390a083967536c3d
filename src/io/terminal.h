/* What is at the other end of a descriptor, and how wide it is. */
#ifndef HAUL_IO_TERMINAL_H
#define HAUL_IO_TERMINAL_H

#include "base/common.h"

bool terminal_is_interactive(int descriptor); /* a terminal that is not TERM=dumb */
unsigned terminal_columns(int descriptor);    /* 80 when unknown */

#endif
