#include "io/report_records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/json_field.h"

#define LINE_FIRST_BYTES ((size_t)4096) /* most lines are shorter */
#define LINE_MAX_BYTES ((size_t)4 * 1024 * 1024)

static bool is_image(const json_t *record)
{
    const char *status = json_field_string(record, "status");
    return status != NULL && (strcmp(status, "downloaded") == 0 || strcmp(status, "kept") == 0) &&
           json_field_string(record, "image.format") != NULL &&
           json_field_string(record, "path") != NULL;
}

/* What is_image says, from the text of a line as haul writes it: these members come before any that
 * may hold others of their names. -1 for a line of another form. */
static int looks_like_image(const char *line)
{
    static const char status[] = ",\"status\":\"";
    static const char path[] = ",\"path\":";
    static const char image[] = ",\"image\":";
    const char *at_status = strstr(line, status);
    const char *at_path = at_status != NULL ? strstr(at_status, path) : NULL;
    const char *at_image = at_path != NULL ? strstr(at_path, image) : NULL;
    if (at_image == NULL)
        return -1;
    at_status += sizeof status - 1;
    bool is_there =
        strncmp(at_status, "downloaded\"", 11) == 0 || strncmp(at_status, "kept\"", 5) == 0;
    return is_there && at_path[sizeof path - 1] == '"' && at_image[sizeof image - 1] == '{';
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t left = json_field_count(*(json_t *const *)a, "i", 0);
    int64_t right = json_field_count(*(json_t *const *)b, "i", 0);
    return left < right ? -1 : left > right;
}

/* Records come as downloads end; people know the order of their list. */
static void sort(struct report_records *records)
{
    if (records->image_count > 0)
        qsort(records->images, records->image_count, sizeof(json_t *), compare_numbers);
    if (records->failed_count > 0)
        qsort(records->failed, records->failed_count, sizeof(json_t *), compare_numbers);
}

static void look_for_failure(struct highlights *highlights, const struct results_line *line)
{
    int64_t index;
    enum failure failure;
    if (strstr(line->bytes, "\"failed\"") == NULL || /* none says so otherwise */
        !results_line_failure(line, &index, &failure))
        return;
    highlights_add_failed(highlights,
                          &(struct highlight){line->offset, (uint64_t)index, -1, failure});
}

static void add_image(struct report_records *records, json_t *record)
{
    records->image_total++;
    if (records->image_count < HIGHLIGHTS_IMAGES)
        records->images[records->image_count++] = json_incref(record);
}

/* Of those that there is no room for, only the number counts: they are not parsed. */
static void look_for_image(struct report_records *records, struct results_line *line)
{
    int looks = looks_like_image(line->bytes);
    if (looks == 0)
        return;
    if (looks > 0 && records->image_count == HIGHLIGHTS_IMAGES) {
        records->image_total++;
        return;
    }
    json_t *record = results_line_parse_file(line);
    if (record != NULL && is_image(record))
        add_image(records, record);
    json_decref(record);
}

/* The bytes from there up to a line end, or NULL. */
static char *read_line(int descriptor, int64_t offset, struct results_line *out)
{
    char *bytes = NULL;
    size_t length = 0;
    for (size_t room = LINE_FIRST_BYTES; room <= LINE_MAX_BYTES; room *= 2) {
        bytes = memory_resize(bytes, room + 1, 1);
        ssize_t count = pread(descriptor, bytes + length, room - length, offset + (off_t)length);
        if (count <= 0)
            break;
        char *end = memchr(bytes + length, '\n', (size_t)count);
        length += (size_t)count;
        if (end != NULL) {
            *end = '\0';
            *out = (struct results_line){.bytes = bytes, .length = (size_t)(end - bytes)};
            return bytes;
        }
        if (length < room)
            break; /* the file ends */
    }
    free(bytes);
    return NULL;
}

static json_t *load(int descriptor, const struct highlight *highlight,
                    json_t *(*parse)(const struct results_line *line))
{
    struct results_line line;
    char *bytes = read_line(descriptor, highlight->offset, &line);
    json_t *record = bytes != NULL ? parse(&line) : NULL;
    free(bytes);
    if (record == NULL || json_field_count(record, "i", -1) == (int64_t)highlight->index)
        return record;
    json_decref(record);
    return NULL;
}

static void load_failed(struct report_records *records, int results,
                        const struct highlights *highlights)
{
    for (size_t i = 0; i < highlights->failed_count; i++) {
        json_t *record = load(results, &highlights->failed[i], results_line_parse);
        if (record != NULL)
            records->failed[records->failed_count++] = record;
    }
}

bool report_records_read(struct report_records *records, struct results_reader *reader,
                         struct error *error)
{
    struct highlights highlights = {0};
    struct results_line line;
    *records = (struct report_records){0};
    if (!slowest_read(&records->slowest, reader, error))
        return false;
    results_reader_rewind(reader);
    while (results_reader_next(reader, &line)) {
        look_for_failure(&highlights, &line);
        look_for_image(records, &line);
    }
    if (results_reader_check(reader, error)) {
        load_failed(records, results_reader_descriptor(reader), &highlights);
        sort(records);
        return true;
    }
    report_records_clear(records);
    return false;
}

void report_records_load(struct report_records *records, int results,
                         const struct highlights *highlights)
{
    *records = (struct report_records){.image_total = highlights->image_total};
    for (size_t i = 0; i < highlights->slowest_count; i++) {
        json_t *record = load(results, &highlights->slowest[i], results_line_parse);
        if (record != NULL)
            slowest_add(&records->slowest, record);
    }
    load_failed(records, results, highlights);
    for (size_t i = 0; i < highlights->image_count; i++) {
        json_t *record = load(results, &highlights->images[i], results_line_parse_file);
        if (record != NULL)
            records->images[records->image_count++] = record;
    }
    sort(records);
}

void report_records_clear(struct report_records *records)
{
    slowest_clear(&records->slowest);
    for (size_t i = 0; i < records->failed_count; i++)
        json_decref(records->failed[i]);
    for (size_t i = 0; i < records->image_count; i++)
        json_decref(records->images[i]);
    *records = (struct report_records){0};
}
