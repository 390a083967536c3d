/* Where the bytes of one body go: into memory while they are few, into a temporary file when they
 * are more. Nothing is under a final name yet when a sink is done.
 *
 * One sink serves many downloads one after the other: create, then begin ... finish or abort, and
 * again. Owned and used by one worker. Functions that return int give 0 or a negative errno value.
 */
#ifndef HAUL_IO_SINK_H
#define HAUL_IO_SINK_H

#include "base/common.h"
#include "io/root.h"

struct sink;

/* memory_bytes: the most that is held in memory; larger bodies are written in pieces of it. Without
 * a root (NULL) all bodies are thrown away: there is no file then, and no part. */
struct sink *sink_create(struct root *root, size_t memory_bytes);
void sink_destroy(struct sink *sink); /* aborts what is open; NULL is fine */

/* Starts a body; `temporary` (a name for root_create_temporary) is copied. */
void sink_begin(struct sink *sink, const char *temporary);
int sink_write(struct sink *sink, const char *bytes, size_t length);
/* Before the first byte: the body goes to this temporary file instead, which can outlive a failure.
 * `bytes` are there already and more are added; 0 = it is made now. On failure nothing has changed.
 */
int sink_use_part(struct sink *sink, const char *part, int64_t bytes);
int sink_keep(
    struct sink *sink); /* ends; what was written of the part stays. -ENOENT without one */
/* The body is complete and verified: all of it is in the temporary file, which is closed. mtime:
 * seconds since 1970, or -1 to leave it. On failure the file is removed. */
int sink_finish(struct sink *sink, int64_t mtime);
/* When the last file that was finished was modified, as its file system has it, in nanoseconds
 * since 1970; 0 = unknown. */
int64_t sink_mtime_ns(const struct sink *sink);
/* Microseconds that storing the present body (or the last one) has taken: what the caller waited
 * for while its file was made, written and closed. -1 = nothing of it was stored so far. */
int64_t sink_write_us(const struct sink *sink);
void sink_abort(struct sink *sink); /* removes what was written; fine when nothing is open */

#endif
