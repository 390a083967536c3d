/* Why a function failed, for a person: the text names the object and the reason.
 *
 * A function that can fail returns bool and takes `struct error *` last; on failure it fills the
 * error and leaves its output parameters untouched. Below app/ nobody prints an error. */
#ifndef HAUL_BASE_ERROR_H
#define HAUL_BASE_ERROR_H

#include "base/common.h"

enum error_kind {
    ERROR_NONE,
    ERROR_USAGE, /* the command line or configuration is wrong */
    ERROR_INPUT, /* a list or a report cannot be read */
    ERROR_LOCAL, /* this machine refused: disk, memory, descriptors, permissions */
    ERROR_BUSY,  /* another run holds the output directory */
};

struct error {
    enum error_kind kind;
    char text[512]; /* one line, already safe to print */
};

/* Fills the error (which may be NULL) and returns false, so that callers can return it. Foreign
 * bytes in the text are made printable; a text that does not fit is cut. */
bool error_set(struct error *error, enum error_kind kind, const char *format, ...)
    PRINTF_LIKE(3, 4);

/* The same, with ": " and the meaning of the errno value at the end. */
bool error_set_errno(struct error *error, enum error_kind kind, int errno_value, const char *format,
                     ...) PRINTF_LIKE(4, 5);

#endif
