/* What a list gives, as text to compare: for the tests and fuzz targets of lists. */
#ifndef HAUL_TESTS_SOURCE_ITEMS_H
#define HAUL_TESTS_SOURCE_ITEMS_H

#include "base/text.h"
#include "io/source.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SOURCE_ITEMS_TEXT_MAX (64 * 1024 * 1024)
#define SOURCE_ITEMS_PIPE_BYTES (1024 * 1024)
#define SOURCE_ITEMS_PACKET_MAX 4096 /* PIPE_BUF: a packet is never split */

static inline void source_items_require(bool is_so, const char *what)
{
    if (!is_so) {
        fprintf(stderr, "lists: %s\n", what);
        abort();
    }
}

/* An item as "LINE:URL" or "LINE!PROBLEM" with "@URL" behind when that is known, then " KEY=STRING"
 * or " KEY~JSON" for each field. */
static inline void source_items_append_item(struct text *text, const struct source_item *item)
{
    text_append_unsigned(text, item->line);
    text_append_char(text, item->problem != NULL ? '!' : ':');
    if (item->problem != NULL) {
        text_append_string(text, item->problem);
        if (item->url_length > 0)
            text_append_char(text, '@');
    }
    text_append(text, item->url, item->url_length);
    for (size_t i = 0; i < item->field_count; i++) {
        const struct list_field *field = &item->fields[i];
        text_append_char(text, ' ');
        text_append(text, field->key, field->key_length);
        text_append_char(text, field->is_json ? '~' : '=');
        text_append(text, field->value, field->value_length);
    }
    text_append_char(text, '\n');
}

/* Every item of an opened list, which is closed; the error's text at the end if there is one. The
 * caller frees it. */
static inline char *source_items_of(struct source *source, struct source_counts *out_counts,
                                    bool *out_is_whole)
{
    struct text text;
    struct source_item item;
    struct error error = {0};
    enum source_answer answer;
    text_init(&text, SOURCE_ITEMS_TEXT_MAX);
    while ((answer = source_next(source, &item, &error)) == SOURCE_ITEM ||
           answer == SOURCE_NOTHING) {
        if (answer == SOURCE_ITEM)
            source_items_append_item(&text, &item);
    }
    source_items_require(answer == SOURCE_END || answer == SOURCE_ERROR, "no end");
    source_items_require(source_next(source, &item, NULL) == answer, "an end that does not stay");
    if (answer == SOURCE_ERROR)
        text_append_format(&text, "error: %s\n", error.text);
    source_items_require(!text.is_full, "too many items");
    if (out_counts != NULL)
        *out_counts = source_counts(source);
    if (out_is_whole != NULL)
        *out_is_whole = source_is_whole(source);
    source_close(source);
    char *taken = text_take(&text);
    text_clear(&text);
    return taken;
}

/* A file that holds the bytes. The caller closes the descriptor. */
static inline int source_items_file(const char *bytes, size_t length)
{
    int descriptor = memfd_create("list", MFD_CLOEXEC);
    source_items_require(descriptor >= 0, "no file in memory");
    source_items_require(write(descriptor, bytes, length) == (ssize_t)length, "short write");
    return descriptor;
}

/* A pipe that gives the bytes in pieces of this size, one with each read, or of the smallest larger
 * size that it can hold, and then ends. Pipes in packet mode do that without a second thread. */
static inline int source_items_pipe(const char *bytes, size_t length, size_t piece)
{
    int ends[2];
    source_items_require(pipe2(ends, O_DIRECT | O_CLOEXEC | O_NONBLOCK) == 0, "no pipe");
    fcntl(ends[1], F_SETPIPE_SZ, SOURCE_ITEMS_PIPE_BYTES);
    int room = fcntl(ends[1], F_GETPIPE_SZ);
    size_t packets = (size_t)room / SOURCE_ITEMS_PACKET_MAX;
    if (piece < length / packets + 1)
        piece = length / packets + 1;
    source_items_require(piece <= SOURCE_ITEMS_PACKET_MAX, "more than the pipe holds");
    for (size_t done = 0; done < length; done += piece) {
        size_t size = length - done < piece ? length - done : piece;
        source_items_require(write(ends[1], bytes + done, size) == (ssize_t)size, "a full pipe");
    }
    close(ends[1]);
    return ends[0];
}

/* Opens what a descriptor gives, which is closed. */
static inline struct source *source_items_open(int descriptor, enum source_format format,
                                               const char *url_column)
{
    char path[40];
    struct source_settings settings = {
        .format = format, .url_column = url_column, .stop_descriptor = -1};
    snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
    struct source *source = source_open(path, &settings, NULL);
    source_items_require(source != NULL, "a list that does not open");
    close(descriptor);
    return source;
}

#endif
