/* A list of URLs, read as a stream: one item per call, in constant memory.
 *
 * Owned and used by one thread. Formats implement struct source_format; the text format is in
 * io/source_text. */
#ifndef HAUL_IO_SOURCE_H
#define HAUL_IO_SOURCE_H

#include "base/common.h"
#include "base/error.h"

#define SOURCE_LINE_MAX (64 * 1024) /* bytes of one line; a longer one is one bad item */

enum source_answer {
    SOURCE_ITEM,    /* *out_item is filled, valid until the next call */
    SOURCE_NOTHING, /* much was read and no item found: a chance to stop; call again */
    SOURCE_END,     /* the list was read to its end */
    SOURCE_STOPPED, /* the stop descriptor became readable while waiting for a pipe or terminal */
    SOURCE_ERROR,   /* reading failed; *error says why */
};

struct source_item {
    uint64_t line;   /* from 1 */
    const char *url; /* as listed; not NUL-terminated */
    size_t url_length;
    const char *problem; /* static text when the line cannot be used, else NULL */
};

struct source_counts {
    uint64_t lines, comments, blank;
};

struct source;

/* False (ERROR_INPUT) when a list is missing, a directory, or may not be read; "-" is fine. Opens
 * nothing, so that a pipe is not disturbed. */
bool source_check(const char *path, struct error *error);

/* Opens a list file, or standard input for "-". stop_descriptor (-1 = none) ends waiting for a
 * pipe or terminal when it becomes readable. A directory or an unreadable file is ERROR_INPUT. */
struct source *source_open(const char *path, int stop_descriptor, struct error *error);
void source_close(struct source *source); /* NULL is fine */

enum source_answer source_next(struct source *source, struct source_item *out_item,
                               struct error *error);

const char *source_name(const struct source *source); /* the path, "-" for standard input */
bool source_is_regular(const struct source *source);  /* a file whose end is there already */
struct source_counts source_counts(const struct source *source);

#endif
