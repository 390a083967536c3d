/* What is at the other end of a descriptor, and how wide it is. */
#ifndef HAUL_IO_TERMINAL_H
#define HAUL_IO_TERMINAL_H

#include "base/common.h"

bool terminal_is_interactive(int descriptor); /* a terminal that is not TERM=dumb */
unsigned terminal_columns(int descriptor);    /* 80 when unknown */

/* True when the locale says that the terminal shows UTF-8 (LC_ALL, LC_CTYPE, LANG). */
bool terminal_is_unicode(void);
/* An interactive terminal, unless NO_COLOR is set to anything (no-color.org). */
bool terminal_has_colour(int descriptor);

#endif
