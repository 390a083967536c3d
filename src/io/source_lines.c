#include "io/source_lines.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/vis.h"
#include "io/source_stream.h"

/* A list may hold nothing but comments, or be a hole of any size. */
#define FILLS_PER_CALL 16

/* Two lines' length behind a mark, one line that is too long, and room to read on. */
#define BUFFER_BYTES (4 * SOURCE_LINE_MAX)

struct source_lines {
    char *name;
    struct source_stream *stream;
    char *buffer; /* NULL before the first line: many lists may be open */
    size_t start; /* first byte not yet handed out */
    size_t end;
    unsigned fills;  /* since the last renewal */
    bool has_ended;  /* nothing more to read; the buffer may still hold lines */
    bool has_broken; /* has_ended, and the stream was not read to its end */
    bool break_is_told;
    bool skips_line; /* inside a line that was too long */
    bool is_utf16;
    bool is_marked;
    size_t mark;
    uint64_t mark_number;
    bool mark_skips_line;
    struct source_counts counts; /* lines: the number of the last one */
};

/* Makes room; what lies behind a mark stays. */
static void make_room(struct source_lines *lines)
{
    if (lines->buffer == NULL)
        lines->buffer = memory_allocate(BUFFER_BYTES);
    size_t kept = lines->is_marked ? lines->mark : lines->start;
    /* Moving only when it is worth it keeps small reads linear. */
    if (kept != lines->end && BUFFER_BYTES - lines->end >= SOURCE_LINE_MAX)
        return;
    memmove(lines->buffer, lines->buffer + kept, lines->end - kept);
    lines->start -= kept;
    lines->end -= kept;
    lines->mark = 0;
    assert(lines->end < BUFFER_BYTES);
}

/* Reads more behind what is buffered. */
static enum source_answer fill(struct source_lines *lines, struct error *error)
{
    if (++lines->fills > FILLS_PER_CALL) {
        lines->fills = 0;
        return SOURCE_NOTHING;
    }
    make_room(lines);
    size_t length = 0;
    switch (source_stream_read(lines->stream, lines->buffer + lines->end, BUFFER_BYTES - lines->end,
                               &length)) {
    case SOURCE_STREAM_BYTES:
        lines->end += length;
        return SOURCE_ITEM;
    case SOURCE_STREAM_STOPPED:
        return SOURCE_STOPPED;
    case SOURCE_STREAM_BROKEN:
        lines->has_broken = true;
        lines->has_ended = true;
        return SOURCE_ITEM;
    case SOURCE_STREAM_ENDED:
        lines->has_ended = true;
        return SOURCE_ITEM;
    case SOURCE_STREAM_FAILED:
        break;
    }
    int reason = source_stream_errno(lines->stream);
    error_set_errno(error, reason == ENOMEM ? ERROR_LOCAL : ERROR_INPUT, reason,
                    "cannot read the list %s", lines->name);
    return SOURCE_ERROR;
}

/* Drops what belongs to a line that was too long; a mark set behind that line moves along. */
static void skip_to(struct source_lines *lines, size_t place, bool is_line_end)
{
    lines->start = place;
    lines->skips_line = !is_line_end;
    if (lines->is_marked && lines->mark_number == lines->counts.lines)
        source_lines_mark(lines);
}

static bool is_blank_utf16(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (memchr("\0\r \t", bytes[i], 4) == NULL)
            return false;
    }
    return true;
}

/* Drops the mark at the start of the list, and notes which one it was. */
static void read_byte_order_mark(struct source_lines *lines, struct source_line *line)
{
    if (line->length >= 3 && memcmp(line->bytes, "\xEF\xBB\xBF", 3) == 0) {
        line->bytes += 3;
        line->length -= 3;
    } else if (line->length >= 2 && (memcmp(line->bytes, "\xFF\xFE", 2) == 0 ||
                                     memcmp(line->bytes, "\xFE\xFF", 2) == 0)) {
        line->bytes += 2;
        line->length -= 2;
        lines->is_utf16 = true;
    }
}

static enum source_answer give(struct source_lines *lines, const char *bytes, size_t length,
                               struct source_line *out_line)
{
    struct source_line line = {.bytes = bytes, .length = length, .number = ++lines->counts.lines};
    if (length > SOURCE_LINE_MAX) {
        line.length = SOURCE_LINE_MAX + 1;
        line.problem = "line longer than 64 KiB";
    }
    if (line.number == 1)
        read_byte_order_mark(lines, &line);
    if (lines->is_utf16) {
        bool is_blank = length <= SOURCE_LINE_MAX && is_blank_utf16(line.bytes, line.length);
        line.length = is_blank ? 0 : line.length;
        line.problem = is_blank ? NULL : "UTF-16, not UTF-8 (iconv converts it)";
    }
    *out_line = line;
    return SOURCE_ITEM;
}

/* The last line, the break in place of it, or the end. */
static enum source_answer give_rest(struct source_lines *lines, struct source_line *out_line)
{
    const char *bytes = lines->buffer + lines->start;
    size_t length = lines->end - lines->start;
    bool is_rest_of_long_line = lines->skips_line;
    lines->start = lines->end;
    lines->skips_line = false;
    if (!lines->has_broken) {
        if (length == 0 || is_rest_of_long_line)
            return SOURCE_END;
        return give(lines, bytes, length, out_line);
    }
    if (lines->break_is_told)
        return SOURCE_END;
    lines->break_is_told = true;
    if (!is_rest_of_long_line)
        lines->counts.lines++;
    *out_line = (struct source_line){
        .bytes = bytes,
        .length = is_rest_of_long_line ? 0 : length,
        .number = lines->counts.lines,
        .problem = source_stream_reason(lines->stream),
        .is_break = true,
    };
    return SOURCE_ITEM;
}

struct source_lines *source_lines_create(struct source_stream *stream, const char *name)
{
    struct source_lines *lines = memory_allocate_zeroed(1, sizeof *lines);
    lines->stream = stream;
    lines->name = memory_copy_string(name);
    return lines;
}

void source_lines_destroy(struct source_lines *lines)
{
    if (lines == NULL)
        return;
    source_stream_destroy(lines->stream);
    free(lines->buffer);
    free(lines->name);
    free(lines);
}

const char *source_lines_name(const struct source_lines *lines)
{
    return lines->name;
}

void source_lines_renew(struct source_lines *lines)
{
    lines->fills = 0;
}

enum source_answer source_lines_next(struct source_lines *lines, struct source_line *out_line,
                                     struct error *error)
{
    size_t scanned = 0;
    for (;;) {
        size_t available = lines->end - lines->start;
        char *line = available > 0 ? lines->buffer + lines->start : NULL;
        char *line_end =
            available > scanned ? memchr(line + scanned, '\n', available - scanned) : NULL;
        if (line_end != NULL) {
            size_t length = (size_t)(line_end - line);
            lines->start += length + 1;
            if (!lines->skips_line)
                return give(lines, line, length, out_line);
            skip_to(lines, lines->start, true); /* the rest of a line given before */
            scanned = 0;
            continue;
        }
        scanned = available;
        if (lines->skips_line) {
            skip_to(lines, lines->end, false);
            scanned = 0;
        } else if (available > SOURCE_LINE_MAX) {
            lines->start = lines->end;
            lines->skips_line = true;
            return give(lines, line, available, out_line);
        }
        if (lines->has_ended)
            return give_rest(lines, out_line);
        enum source_answer answer = fill(lines, error);
        if (answer != SOURCE_ITEM)
            return answer;
    }
}

int source_lines_peek(const struct source_lines *lines)
{
    if (lines->skips_line)
        return SOURCE_PEEK_UNKNOWN;
    if (lines->start < lines->end)
        return (unsigned char)lines->buffer[lines->start];
    return lines->has_ended && !lines->has_broken ? SOURCE_PEEK_END : SOURCE_PEEK_UNKNOWN;
}

bool source_lines_is_silent(const struct source_lines *lines, int milliseconds)
{
    return source_lines_peek(lines) == SOURCE_PEEK_UNKNOWN && !lines->has_ended &&
           !source_stream_is_ready(lines->stream, milliseconds);
}

void source_lines_mark(struct source_lines *lines)
{
    lines->is_marked = true;
    lines->mark = lines->start;
    lines->mark_number = lines->counts.lines;
    lines->mark_skips_line = lines->skips_line;
}

void source_lines_unmark(struct source_lines *lines)
{
    lines->is_marked = false;
}

void source_lines_rewind(struct source_lines *lines)
{
    lines->start = lines->mark;
    lines->counts.lines = lines->mark_number;
    lines->skips_line = lines->mark_skips_line;
    lines->break_is_told = false;
    lines->is_marked = false;
}

void source_lines_add_blank(struct source_lines *lines)
{
    lines->counts.blank++;
}

void source_lines_add_comment(struct source_lines *lines)
{
    lines->counts.comments++;
}

struct source_counts source_lines_counts(const struct source_lines *lines)
{
    struct source_counts counts = lines->counts;
    if (lines->is_marked)
        counts.lines = lines->mark_number;
    return counts;
}

bool source_lines_is_whole(const struct source_lines *lines)
{
    return !lines->has_broken;
}

const char *source_line_problem(const struct source_line *line)
{
    if (line->problem != NULL)
        return line->problem;
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t high_bits = UINT64_C(0x8080808080808080);
    const char *bytes = line->bytes;
    size_t i = 0;
    uint64_t word;
    /* Eight bytes at a time while none is NUL or beyond ASCII: what most lines are. */
    for (; i + sizeof word <= line->length; i += sizeof word) {
        memcpy(&word, bytes + i, sizeof word);
        if ((((word - ones) | word) & high_bits) != 0)
            break;
    }
    if (memchr(bytes + i, '\0', line->length - i) != NULL)
        return "NUL byte in the line (binary, or UTF-16?)";
    return vis_is_utf8(bytes + i, line->length - i) ? NULL : "not UTF-8";
}
