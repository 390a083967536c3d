#include "io/results_reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/json_field.h"

#define BUFFER_SIZE (256 * 1024)
#define LINE_MAX_BYTES (4 * 1024 * 1024) /* URL and extra of 64 KiB each, every byte escaped */
#define RECORD_START "{\"schema\":"
#define BEFORE_INDEX RECORD_START "\"haul.result/1\",\"i\":"
#define BEFORE_KEY ",\"key\":\""
#define BEFORE_STATUS ",\"status\":\""
#define BEFORE_CLASS "failed\",\"class\":\""
#define BEFORE_TOTAL "\"total\":"

struct results_reader {
    int descriptor;
    char *name;
    off_t size;   /* when it was opened: a run may append to it */
    off_t offset; /* of the next byte to read */
    char *buffer;
    size_t capacity;
    size_t start; /* of what was not given out yet */
    size_t end;
    bool is_skipping; /* the rest of a line that is too long */
    int failure;      /* errno value, 0 = none */
    uint64_t damaged;
};

/* Makes room behind `end` for at least one byte and the NUL; false when the line is too long. */
static bool make_room(struct results_reader *reader)
{
    if (reader->start > 0) {
        memmove(reader->buffer, reader->buffer + reader->start, reader->end - reader->start);
        reader->end -= reader->start;
        reader->start = 0;
    }
    if (reader->end + 1 < reader->capacity)
        return true;
    if (reader->capacity >= LINE_MAX_BYTES)
        return false;
    reader->capacity *= 2;
    reader->buffer = memory_resize(reader->buffer, reader->capacity, 1);
    return true;
}

/* Reads on; false at the end of the file. */
static bool fill(struct results_reader *reader)
{
    size_t room = reader->capacity - 1 - reader->end;
    off_t left = reader->size - reader->offset;
    if (left <= 0)
        return false;
    if ((off_t)room > left)
        room = (size_t)left;
    ssize_t count;
    do {
        count = pread(reader->descriptor, reader->buffer + reader->end, room, reader->offset);
    } while (count < 0 && errno == EINTR);
    if (count < 0)
        reader->failure = errno;
    if (count <= 0)
        return false; /* 0: the file has become shorter */
    reader->end += (size_t)count;
    reader->offset += count;
    return true;
}

static int digit_value(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    return -1;
}

static bool parse_half(const char *text, uint64_t *out)
{
    uint64_t half = 0;
    for (int i = 0; i < 16; i++) {
        int digit = digit_value(text[i]);
        if (digit < 0)
            return false;
        half = half << 4 | (uint64_t)digit;
    }
    *out = half;
    return true;
}

/* Reads 32 hex digits; a NUL ends the attempt, so that any string may be given. */
static bool parse_key(const char *text, struct key *out)
{
    struct key key;
    if (!parse_half(text, &key.high) || !parse_half(text + 16, &key.low))
        return false;
    *out = key;
    return true;
}

/* At the end of the file something may be left that is no whole line. */
static bool end_of_lines(struct results_reader *reader)
{
    if (reader->end > reader->start || reader->is_skipping)
        reader->damaged++;
    reader->start = reader->end = 0;
    reader->is_skipping = false;
    return false;
}

static json_t *parse_record(const char *bytes, size_t length)
{
    json_t *record = json_loadb(bytes, length, JSON_ALLOW_NUL, NULL);
    const char *schema = json_field_string(record, "schema");
    if (schema != NULL && strcmp(schema, "haul.result/1") == 0)
        return record;
    json_decref(record);
    return NULL;
}

/* Members of a record that stand together, up to the one that follows them. */
struct stretch {
    const char *from;
    const char *to;
};

static const struct stretch VERDICT[] = {
    {RECORD_START, ",\"source\":"},
    {",\"status\":", ",\"curl\":"},
    {",\"bytes\":", ",\"path\":"},
    {",\"sha256\":", ",\"last_modified\":"},
    {",\"redirects\":", ",\"duplicate_of\":"},
};

static const struct stretch FILE_PART[] = {
    {RECORD_START, ",\"key\":"},
    {",\"status\":", ",\"class\":"},
    {",\"bytes\":", ",\"sha256\":"},
};

/* These stretches out of a line as haul writes it: JSON again, because quotes inside strings stand
 * behind a backslash, so that each of these texts is the name of a member. 0 when the line is of
 * another form. `out` has room for the whole line. */
static size_t excerpt(const char *line, const struct stretch *parts, size_t part_count, char *out)
{
    size_t length = 0;
    if (strncmp(line, RECORD_START, sizeof(RECORD_START) - 1) != 0 ||
        strstr(line + 1, RECORD_START) != NULL) /* two that became one, perhaps */
        return 0;
    for (size_t i = 0; i < part_count; i++) {
        const char *from = strstr(line, parts[i].from);
        const char *to = from != NULL ? strstr(from, parts[i].to) : NULL;
        if (to == NULL)
            return 0;
        memcpy(out + length, from, (size_t)(to - from));
        length += (size_t)(to - from);
        line = to;
    }
    out[length++] = '}';
    return length;
}

static json_t *parse_excerpt(const struct results_line *line, const struct stretch *parts,
                             size_t part_count)
{
    char *text = memory_allocate(line->length + 1);
    size_t length = excerpt(line->bytes, parts, part_count, text);
    json_t *record = length > 0 ? parse_record(text, length) : NULL;
    free(text);
    return record != NULL ? record : results_line_parse(line);
}

struct results_reader *results_reader_create(int descriptor, const char *name)
{
    struct results_reader *reader = memory_allocate_zeroed(1, sizeof *reader);
    struct stat status;
    reader->descriptor = descriptor;
    reader->name = memory_copy_string(name);
    reader->capacity = BUFFER_SIZE;
    reader->buffer = memory_allocate(reader->capacity);
    if (fstat(descriptor, &status) < 0)
        reader->failure = errno;
    else
        reader->size = status.st_size;
    return reader;
}

void results_reader_destroy(struct results_reader *reader)
{
    if (reader == NULL)
        return;
    close(reader->descriptor);
    free(reader->name);
    free(reader->buffer);
    free(reader);
}

int results_reader_descriptor(const struct results_reader *reader)
{
    return reader->descriptor;
}

void results_reader_rewind(struct results_reader *reader)
{
    reader->offset = 0;
    reader->start = reader->end = 0;
    reader->is_skipping = false;
    reader->damaged = 0;
}

bool results_reader_next(struct results_reader *reader, struct results_line *out)
{
    size_t searched = 0; /* without finding a line end */
    for (;;) {
        char *start = reader->buffer + reader->start;
        size_t length = reader->end - reader->start;
        int64_t offset = reader->offset - (int64_t)length;
        char *line_end = memchr(start + searched, '\n', length - searched);
        if (line_end != NULL) {
            reader->start += (size_t)(line_end - start) + 1;
            searched = 0;
            if (reader->is_skipping) {
                reader->is_skipping = false;
                reader->damaged++;
                continue;
            }
            *line_end = '\0';
            *out = (struct results_line){start, (size_t)(line_end - start), offset};
            return true;
        }
        searched = length;
        if (!make_room(reader)) {
            reader->is_skipping = true;
            reader->start = reader->end = 0;
            searched = 0;
        }
        if (!fill(reader))
            return end_of_lines(reader);
    }
}

bool results_reader_check(const struct results_reader *reader, struct error *error)
{
    return reader->failure == 0 || error_set_errno(error, ERROR_LOCAL, reader->failure,
                                                   "cannot read the records: %s", reader->name);
}

uint64_t results_reader_damaged(const struct results_reader *reader)
{
    return reader->damaged;
}

void results_reader_note_damaged(struct results_reader *reader)
{
    reader->damaged++;
}

json_t *results_line_parse(const struct results_line *line)
{
    return parse_record(line->bytes, line->length);
}

json_t *results_line_parse_verdict(const struct results_line *line)
{
    return parse_excerpt(line, VERDICT, ARRAY_LENGTH(VERDICT));
}

json_t *results_line_parse_file(const struct results_line *line)
{
    return parse_excerpt(line, FILE_PART, ARRAY_LENGTH(FILE_PART));
}

static bool record_failure(const json_t *record, int64_t *out_index, enum failure *out_failure)
{
    const char *status = json_field_string(record, "status");
    const char *class_name = json_field_string(record, "class");
    if (status == NULL || strcmp(status, "failed") != 0)
        return false;
    *out_index = json_field_count(record, "i", -1);
    *out_failure = class_name != NULL ? failure_find(class_name, strlen(class_name)) : FAILURE_NONE;
    return true;
}

bool results_line_failure(const struct results_line *line, int64_t *out_index,
                          enum failure *out_failure)
{
    if (strncmp(line->bytes, BEFORE_INDEX, sizeof(BEFORE_INDEX) - 1) == 0) {
        /* The first one is the record's own: what the list says stands behind it. */
        const char *text = strstr(line->bytes, BEFORE_STATUS);
        text = text != NULL ? text + sizeof(BEFORE_STATUS) - 1 : "";
        if (strncmp(text, BEFORE_CLASS, sizeof(BEFORE_CLASS) - 1) != 0)
            return false;
        text += sizeof(BEFORE_CLASS) - 1;
        *out_index = strtoll(line->bytes + sizeof(BEFORE_INDEX) - 1, NULL, 10);
        *out_failure = failure_find(text, strcspn(text, "\""));
        return true;
    }
    json_t *record = results_line_parse(line);
    bool has_failed = record_failure(record, out_index, out_failure);
    json_decref(record);
    return has_failed;
}

bool results_line_key(const struct results_line *line, struct key *out)
{
    const char *text = line->bytes;
    if (strncmp(text, BEFORE_INDEX, sizeof(BEFORE_INDEX) - 1) == 0) {
        text += sizeof(BEFORE_INDEX) - 1;
        text += strspn(text, "0123456789");
        if (strncmp(text, BEFORE_KEY, sizeof(BEFORE_KEY) - 1) == 0)
            return parse_key(text + sizeof(BEFORE_KEY) - 1, out);
    }
    json_t *record = results_line_parse(line);
    bool has_key = record != NULL && results_record_key(record, out);
    json_decref(record);
    return has_key;
}

bool results_record_key(const json_t *record, struct key *out)
{
    const char *text = json_field_string(record, "key");
    return text != NULL && strlen(text) == KEY_TEXT_SIZE - 1 && parse_key(text, out);
}

bool results_line_may_exceed(const struct results_line *line, int64_t total_us)
{
    /* Quotes inside strings stand behind a backslash: what looks like the name of a member is one,
     * if not always of the right object. */
    const char *text = strstr(line->bytes, BEFORE_TOTAL);
    if (text == NULL)
        return true; /* written by somebody else, perhaps with blanks */
    for (; text != NULL; text = strstr(text, BEFORE_TOTAL)) {
        text += sizeof(BEFORE_TOTAL) - 1;
        text += strspn(text, " \t");
        if (strncmp(text, "null", 4) != 0 && strtoll(text, NULL, 10) > total_us)
            return true;
    }
    return false;
}
