/* The lines of a stream, each at most SOURCE_LINE_MAX bytes, with their numbers; and a mark to go
 * back to, for rows that turn out to be none.
 *
 * A UTF-8 byte order mark at the start is dropped. After one of UTF-16 every line has a problem, or
 * is empty. Owned and used by one thread. */
#ifndef HAUL_IO_SOURCE_LINES_H
#define HAUL_IO_SOURCE_LINES_H

#include "base/common.h"
#include "base/error.h"
#include "io/source.h"

struct source_line {
    const char *bytes;   /* without LF; CR stays. Valid until the next call of source_lines_next */
    size_t length;       /* of a line that is too long: SOURCE_LINE_MAX + 1 */
    uint64_t number;     /* from 1 */
    const char *problem; /* too long, UTF-16, or the stream broke off in this line; else NULL */
    bool is_break;       /* the problem is that the stream broke off: nothing follows */
};

/* What source_lines_peek gives instead of a byte. */
#define SOURCE_PEEK_UNKNOWN (-1) /* not read yet */
#define SOURCE_PEEK_END (-2)     /* no further line */

struct source_stream;
struct source_lines;

/* Takes the stream; `name` is the list's, for errors. */
struct source_lines *source_lines_create(struct source_stream *stream, const char *name);
void source_lines_destroy(struct source_lines *lines); /* NULL is fine */

const char *source_lines_name(const struct source_lines *lines);

/* Allows much to be read again before source_lines_next gives SOURCE_NOTHING. */
void source_lines_renew(struct source_lines *lines);

/* SOURCE_ITEM: the next line. A line that is too long is given once, its rest is skipped. */
enum source_answer source_lines_next(struct source_lines *lines, struct source_line *out_line,
                                     struct error *error);

/* The first byte of the next line, if it was read already. */
int source_lines_peek(const struct source_lines *lines);

/* True when nothing of the next line has come, and nothing comes for that long. */
bool source_lines_is_silent(const struct source_lines *lines, int milliseconds);

/* Marks the place behind the last line; what follows is kept until unmark or rewind. At most two
 * lines' length may be taken behind a mark, and nothing behind a line with a problem. */
void source_lines_mark(struct source_lines *lines);
void source_lines_unmark(struct source_lines *lines);
void source_lines_rewind(struct source_lines *lines); /* back to the mark, which is gone then */

void source_lines_add_blank(struct source_lines *lines); /* the last line is one */
void source_lines_add_comment(struct source_lines *lines);
/* Lines behind a mark are not counted yet: they may come again. */
struct source_counts source_lines_counts(const struct source_lines *lines);
bool source_lines_is_whole(const struct source_lines *lines); /* the stream did not break so far */

/* The line's problem, or that it holds a NUL byte or is not UTF-8; else NULL. Static text. */
const char *source_line_problem(const struct source_line *line);

#endif
