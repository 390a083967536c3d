/* What is at the other end of a descriptor, and how large it is. */
#ifndef HAUL_IO_TERMINAL_H
#define HAUL_IO_TERMINAL_H

#include "base/common.h"

enum terminal_kind {
    TERMINAL_NONE,   /* a file or a pipe */
    TERMINAL_PLAIN,  /* shows lines one after the other: TERM=dumb or unset, or CI */
    TERMINAL_SPOKEN, /* ACCESSIBLE: whoever uses it wants sentences and nothing that moves */
    TERMINAL_LIVE,   /* lines can be drawn again */
};
/* CI and ACCESSIBLE count when they are set to anything but "", "0" and "false". */
enum terminal_kind terminal_kind(int descriptor);

/* Terminals only: this process is in the foreground there. */
bool terminal_is_ours(int descriptor);

bool terminal_is_interactive(int descriptor); /* a terminal that is not TERM=dumb */
unsigned terminal_columns(int descriptor);    /* 80 when unknown */
unsigned terminal_rows(int descriptor);       /* 24 when unknown */

/* True when the locale says that the terminal shows UTF-8 (LC_ALL, LC_CTYPE, LANG). */
bool terminal_is_unicode(void);
bool terminal_takes_unicode(int descriptor); /* the same; true for what is no terminal */
/* TERMINAL_LIVE, unless NO_COLOR is set to anything (no-color.org) or CLICOLOR to 0. */
bool terminal_has_colour(int descriptor);

#endif
