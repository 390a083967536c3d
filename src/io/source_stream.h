/* The bytes of a list from a descriptor, decompressed on the way.
 *
 * gzip (RFC 1952: several members, zero padding behind the last one) and zstd (RFC 8878: several
 * frames, skippable frames, windows up to 8 MiB) are recognised by the first bytes, however few of
 * them one read gives. What is delivered before a break does not depend on the sizes of reads.
 *
 * Owned and used by one thread. A call does a bounded amount of work: at most one read, and no more
 * output than the caller has room for; so no bomb keeps the caller from noticing a stop. */
#ifndef HAUL_IO_SOURCE_STREAM_H
#define HAUL_IO_SOURCE_STREAM_H

#include "base/common.h"

enum source_stream_answer {
    SOURCE_STREAM_BYTES,   /* *out_length bytes, maybe none yet: call again */
    SOURCE_STREAM_STOPPED, /* the stop descriptor became readable while waiting */
    SOURCE_STREAM_ENDED,   /* nothing more; this and the following stay */
    SOURCE_STREAM_BROKEN,  /* cannot be decompressed further: source_stream_reason says why */
    SOURCE_STREAM_FAILED,  /* reading failed: source_stream_errno says why */
};

struct source_stream;

/* Takes the descriptor. Only what is not a regular file is waited for, together with the stop
 * descriptor (-1 = none); it may be non-blocking. */
struct source_stream *source_stream_create(int descriptor, bool is_regular, int stop_descriptor);
void source_stream_destroy(struct source_stream *stream); /* NULL is fine */

/* `size` is at least 1. */
enum source_stream_answer source_stream_read(struct source_stream *stream, char *out, size_t size,
                                             size_t *out_length);

/* False when a read would wait for longer than that: no bytes, no end and no stop have come. */
bool source_stream_is_ready(const struct source_stream *stream, int milliseconds);

const char *source_stream_reason(const struct source_stream *stream); /* static text */
int source_stream_errno(const struct source_stream *stream);

#endif
