#include "io/sink.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "io/descriptor.h"

/* Most bodies are small: a sink that never saw a large one costs this much. */
#define DIRECT_BYTES ((size_t)16 * 1024)
#define FIRST_BYTES (16 * 1024)

enum sink_stage { SINK_IDLE, SINK_MEMORY, SINK_FILE };

struct sink {
    struct root *root;
    size_t limit; /* of the buffer */

    char temporary[NAME_MAX + 1];
    enum sink_stage stage;
    bool is_part;
    int64_t mtime_ns; /* of the last file that was finished */
    int64_t write_us; /* in the file of this body so far, -1 = it has none yet */
    int descriptor;   /* of the temporary file while the stage is SINK_FILE */
    int failure;      /* first error of this body; all later calls repeat it */

    char *buffer;
    size_t capacity;
    size_t used;
};

static int open_file(struct sink *sink)
{
    if (sink->stage == SINK_FILE)
        return 0;
    int descriptor = root_create_temporary(sink->root, sink->temporary);
    if (descriptor < 0)
        return descriptor;
    sink->descriptor = descriptor;
    sink->stage = SINK_FILE;
    return 0;
}

static int store(struct sink *sink, const char *bytes, size_t length)
{
    int result = open_file(sink);
    return result < 0 ? result : descriptor_write(sink->descriptor, bytes, length);
}

static int flush(struct sink *sink)
{
    int result = store(sink, sink->buffer, sink->used);
    sink->used = 0;
    return result;
}

static void count_time(struct sink *sink, int64_t start_us)
{
    int64_t us = clock_monotonic_us() - start_us;
    sink->write_us = sink->write_us < 0 ? us : sink->write_us + us;
}

/* While a body comes: at its end the file's whole end is one piece of time. */
static int store_timed(struct sink *sink, const char *bytes, size_t length)
{
    int64_t start_us = clock_monotonic_us();
    int result = store(sink, bytes, length);
    count_time(sink, start_us);
    return result;
}

static void make_room(struct sink *sink, size_t length)
{
    if (length <= sink->capacity)
        return;
    size_t capacity = sink->capacity == 0 ? FIRST_BYTES : sink->capacity;
    while (capacity < length)
        capacity *= 2;
    if (capacity > sink->limit)
        capacity = sink->limit;
    sink->buffer = memory_resize(sink->buffer, capacity, 1);
    sink->capacity = capacity;
}

/* Copying a piece costs as much as writing it, once it is not tiny. */
static bool is_large(const struct sink *sink, size_t length)
{
    return length >= sink->limit || (sink->stage == SINK_FILE && length >= DIRECT_BYTES);
}

/* Through the buffer, unless a piece is large and nothing is waiting in it. */
static int add(struct sink *sink, const char *bytes, size_t length)
{
    int result = 0;
    while (length > 0 && result == 0) {
        size_t room = sink->limit - sink->used;
        size_t piece = length < room ? length : room;
        if (sink->used == 0 && is_large(sink, length)) {
            piece = length;
            result = store_timed(sink, bytes, piece);
        } else {
            make_room(sink, sink->used + piece);
            memcpy(sink->buffer + sink->used, bytes, piece);
            sink->used += piece;
            /* A body that just fits stays in memory: more must come before it is written. */
            if (piece < length) {
                result = store_timed(sink, sink->buffer, sink->used);
                sink->used = 0;
            }
        }
        bytes += piece;
        length -= piece;
    }
    return result;
}

/* Sets and notes the file's time; -1 = the one that it has. */
static void set_mtime(struct sink *sink, int64_t mtime)
{
    /* A file without its time is still the file: what a file system cannot store is no failure. */
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = (time_t)mtime}};
    bool is_set = mtime != -1 && futimens(sink->descriptor, times) == 0;
    struct stat status = {.st_mtim.tv_sec = (time_t)mtime};
    bool is_known =
        (is_set && root_keeps_mtime(sink->root, mtime)) || fstat(sink->descriptor, &status) == 0;
    sink->mtime_ns = is_known ? root_mtime_ns(&status) : 0;
}

static void set_name(struct sink *sink, const char *temporary)
{
    size_t length = strnlen(temporary, sizeof(sink->temporary) - 1);
    memcpy(sink->temporary, temporary, length);
    sink->temporary[length] = '\0';
}

/* For appending, at exactly this length: another one would be another part. */
static int open_part(struct sink *sink, const char *part, int64_t bytes)
{
    int descriptor = root_open_part(sink->root, part);
    if (descriptor < 0)
        return descriptor;
    off_t end = lseek(descriptor, 0, SEEK_END);
    if (end == bytes)
        return descriptor;
    close(descriptor);
    return -EINVAL;
}

struct sink *sink_create(struct root *root, size_t memory_bytes)
{
    struct sink *sink = memory_allocate_zeroed(1, sizeof(*sink));
    sink->root = root;
    sink->limit = memory_bytes > 0 ? memory_bytes : 1;
    sink->descriptor = -1;
    sink->write_us = -1;
    return sink;
}

void sink_destroy(struct sink *sink)
{
    if (sink == NULL)
        return;
    sink_abort(sink);
    free(sink->buffer);
    free(sink);
}

void sink_begin(struct sink *sink, const char *temporary)
{
    assert(sink->stage == SINK_IDLE);
    set_name(sink, temporary);
    sink->stage = SINK_MEMORY;
    sink->is_part = false;
    sink->failure = 0;
    sink->used = 0;
    sink->write_us = -1;
}

int sink_write(struct sink *sink, const char *bytes, size_t length)
{
    assert(sink->stage != SINK_IDLE);
    if (sink->failure != 0 || length == 0 || sink->root == NULL)
        return sink->failure;
    sink->failure = add(sink, bytes, length);
    return sink->failure;
}

int sink_use_part(struct sink *sink, const char *part, int64_t bytes)
{
    assert(sink->stage == SINK_MEMORY && sink->used == 0);
    int64_t start_us = clock_monotonic_us();
    int descriptor =
        bytes == 0 ? root_create_temporary(sink->root, part) : open_part(sink, part, bytes);
    count_time(sink, start_us);
    if (descriptor < 0)
        return descriptor;
    set_name(sink, part);
    sink->descriptor = descriptor;
    sink->stage = SINK_FILE;
    sink->is_part = true;
    return 0;
}

int sink_keep(struct sink *sink)
{
    if (sink->stage != SINK_FILE || !sink->is_part)
        return -ENOENT;
    int64_t start_us = clock_monotonic_us();
    int result = sink->failure != 0 ? sink->failure : flush(sink);
    int closed = descriptor_close(sink->descriptor);
    count_time(sink, start_us);
    sink->descriptor = -1;
    sink->stage = SINK_IDLE;
    return result < 0 ? result : closed;
}

int sink_finish(struct sink *sink, int64_t mtime)
{
    assert(sink->stage != SINK_IDLE);
    if (sink->root == NULL) {
        sink->stage = SINK_IDLE;
        return 0;
    }
    int64_t start_us = clock_monotonic_us();
    if (sink->failure == 0)
        sink->failure = flush(sink);
    if (sink->failure != 0) {
        count_time(sink, start_us);
        sink_abort(sink);
        return sink->failure;
    }
    set_mtime(sink, mtime);
    int result = descriptor_close(sink->descriptor);
    count_time(sink, start_us);
    sink->descriptor = -1;
    sink->stage = SINK_IDLE;
    sink->failure = result;
    if (result < 0)
        root_remove_temporary(sink->root, sink->temporary);
    return result;
}

int64_t sink_mtime_ns(const struct sink *sink)
{
    return sink->mtime_ns;
}

int64_t sink_write_us(const struct sink *sink)
{
    return sink->write_us;
}

void sink_abort(struct sink *sink)
{
    if (sink->stage == SINK_FILE) {
        close(sink->descriptor);
        sink->descriptor = -1;
        root_remove_temporary(sink->root, sink->temporary);
    }
    sink->stage = SINK_IDLE;
}
