#include "io/source.h"

#include "base/memory.h"
#include "base/text.h"
#include "io/source_text.h"
#include "model/url.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A list may hold nothing but comments, or be a hole of any size. */
#define FILLS_WITHOUT_ITEM 64

/* One line must fit with room to read on behind it. */
#define BUFFER_BYTES (2 * SOURCE_LINE_MAX)

struct source {
    char *name;
    int descriptor;
    int stop_descriptor;
    bool is_regular;
    bool has_ended;  /* nothing more to read; the buffer may still hold lines */
    unsigned fills;  /* since the last item */
    bool skips_line; /* inside a line that was too long */
    struct source_counts counts;
    char *buffer;
    size_t start; /* first byte not yet handed out */
    size_t end;
};

/* A URL without its scheme ends up here too, and may hold a password. */
static void append_shown(struct text *text, const char *path)
{
    text_init(text, PATH_MAX);
    if (strchr(path, '@') != NULL)
        url_append_masked(text, path, NULL);
    else
        text_append_string(text, path);
}

bool source_check(const char *path, struct error *error)
{
    struct stat status;
    if (strcmp(path, "-") == 0)
        return true;
    if (stat(path, &status) != 0 || access(path, R_OK) != 0) {
        int reason = errno;
        bool looks_like_url = reason == ENOENT && path[0] != '.' && strpbrk(path, "/:") > path;
        struct text shown;
        append_shown(&shown, path);
        error_set_errno(error, ERROR_INPUT, reason, "cannot read the list %s%s", shown.data,
                        looks_like_url ? " (a URL begins with http:// or https://)" : "");
        text_clear(&shown);
        return false;
    }
    if (S_ISDIR(status.st_mode))
        return error_set(error, ERROR_INPUT, "cannot read the list %s: it is a directory", path);
    return true;
}

struct source *source_open(const char *path, int stop_descriptor, struct error *error)
{
    bool is_standard_input = strcmp(path, "-") == 0;
    /* Not waiting for the writer of a FIFO: that is done where a stop is noticed. */
    int descriptor =
        is_standard_input ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) {
        bool is_local = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
        error_set_errno(error, is_local ? ERROR_LOCAL : ERROR_INPUT, errno,
                        "cannot read the list %s", path);
        return NULL;
    }
    struct stat status;
    if (fstat(descriptor, &status) < 0 || S_ISDIR(status.st_mode)) {
        close(descriptor);
        error_set(error, ERROR_INPUT, "cannot read the list %s: it is a directory", path);
        return NULL;
    }
    struct source *source = memory_allocate_zeroed(1, sizeof *source);
    source->name = memory_copy_string(path);
    source->descriptor = descriptor;
    source->stop_descriptor = stop_descriptor;
    source->is_regular = S_ISREG(status.st_mode);
    source->buffer = memory_allocate(BUFFER_BYTES);
    return source;
}

void source_close(struct source *source)
{
    if (source == NULL)
        return;
    close(source->descriptor);
    free(source->buffer);
    free(source->name);
    free(source);
}

/* Waits until there is something to read; false when told to stop first. */
static bool wait_for_input(struct source *source)
{
    struct pollfd descriptors[2] = {
        {.fd = source->descriptor, .events = POLLIN},
        {.fd = source->stop_descriptor, .events = POLLIN}, /* -1 is ignored by poll */
    };
    for (;;) {
        if (poll(descriptors, 2, -1) < 0 && errno == EINTR)
            continue;
        return descriptors[1].revents == 0;
    }
}

/* Reads more behind what is buffered. */
static enum source_answer fill(struct source *source, struct error *error)
{
    if (source->start > 0) {
        memmove(source->buffer, source->buffer + source->start, source->end - source->start);
        source->end -= source->start;
        source->start = 0;
    }
    if (++source->fills > FILLS_WITHOUT_ITEM) {
        source->fills = 0;
        return SOURCE_NOTHING;
    }
    ssize_t count;
    do {
        if (!source->is_regular && !wait_for_input(source))
            return SOURCE_STOPPED;
        count = read(source->descriptor, source->buffer + source->end, BUFFER_BYTES - source->end);
    } while (count < 0 && (errno == EINTR || errno == EAGAIN));
    if (count < 0) {
        error_set_errno(error, ERROR_INPUT, errno, "cannot read the list %s", source->name);
        return SOURCE_ERROR;
    }
    source->has_ended = count == 0;
    source->end += (size_t)count;
    return SOURCE_ITEM;
}

/* Stores the next line, which is valid until the next call; *out_length is SOURCE_LINE_MAX + 1 for
 * a line that is too long. */
static enum source_answer next_line(struct source *source, const char **out_line,
                                    size_t *out_length, struct error *error)
{
    size_t scanned = 0;
    for (;;) {
        char *line = source->buffer + source->start;
        size_t available = source->end - source->start;
        char *line_end = memchr(line + scanned, '\n', available - scanned);
        if (line_end != NULL) {
            size_t length = (size_t)(line_end - line);
            source->start += length + 1;
            if (source->skips_line) { /* the rest of a line that was already reported */
                source->skips_line = false;
                scanned = 0;
                continue;
            }
            *out_line = line;
            *out_length = length > SOURCE_LINE_MAX ? SOURCE_LINE_MAX + 1 : length;
            return SOURCE_ITEM;
        }
        if (source->has_ended) {
            source->start = source->end;
            if (available == 0 || source->skips_line)
                return SOURCE_END;
            *out_line = line;
            *out_length = available > SOURCE_LINE_MAX ? SOURCE_LINE_MAX + 1 : available;
            return SOURCE_ITEM;
        }
        scanned = available;
        if (available > SOURCE_LINE_MAX || source->skips_line) {
            bool is_reported = source->skips_line;
            source->skips_line = true;
            source->start = source->end;
            scanned = 0;
            if (!is_reported) {
                *out_line = line;
                *out_length = SOURCE_LINE_MAX + 1;
                return SOURCE_ITEM;
            }
        }
        enum source_answer answer = fill(source, error);
        if (answer != SOURCE_ITEM)
            return answer;
    }
}

enum source_answer source_next(struct source *source, struct source_item *out_item,
                               struct error *error)
{
    for (;;) {
        const char *line = NULL;
        size_t length = 0;
        enum source_answer answer = next_line(source, &line, &length, error);
        if (answer != SOURCE_ITEM)
            return answer;
        source->counts.lines++;
        struct source_item item = {.line = source->counts.lines};
        if (length > SOURCE_LINE_MAX) {
            item.url = line;
            item.url_length = 200; /* enough to recognise it in the record */
            item.problem = "line longer than 64 KiB";
            source->fills = 0;
            *out_item = item;
            return SOURCE_ITEM;
        }
        switch (source_text_parse(line, length, source->counts.lines == 1, &item)) {
        case SOURCE_TEXT_BLANK:
            source->counts.blank++;
            break;
        case SOURCE_TEXT_COMMENT:
            source->counts.comments++;
            break;
        case SOURCE_TEXT_URL:
            source->fills = 0;
            *out_item = item;
            return SOURCE_ITEM;
        }
    }
}

const char *source_name(const struct source *source)
{
    return source->name;
}

bool source_is_regular(const struct source *source)
{
    return source->is_regular;
}

struct source_counts source_counts(const struct source *source)
{
    return source->counts;
}
