/* What must hold for every list in every format: for the fuzz targets of lists. */
#ifndef HAUL_TESTS_SOURCE_FUZZ_H
#define HAUL_TESTS_SOURCE_FUZZ_H

#include "base/vis.h"

#include "../unit/source_items.h"

#define SOURCE_FUZZ_SIZE_MAX (256 * 1024)

/* Usable: UTF-8 without NUL, where a record and a request need it so. */
static inline void source_fuzz_check_string(const char *bytes, size_t length)
{
    source_items_require(bytes != NULL, "a string that is missing");
    source_items_require(memchr(bytes, '\0', length) == NULL, "a NUL byte in an item");
    source_items_require(vis_is_utf8(bytes, length), "an item that is not UTF-8");
}

static inline void source_fuzz_check_item(const struct source_item *item)
{
    source_items_require(item->url != NULL || item->url_length == 0, "a URL that is missing");
    source_items_require(item->url_length <= SOURCE_LINE_MAX, "a URL that is too long");
    if (item->problem != NULL) {
        source_items_require(item->problem[0] != '\0' && item->field_count == 0, "a bad problem");
        return;
    }
    source_items_require(item->url_length > 0, "an item without URL");
    source_items_require(item->field_count <= LIST_ENTRY_FIELDS_MAX, "too many fields");
    source_fuzz_check_string(item->url, item->url_length);
    for (size_t i = 0; i < item->field_count; i++) {
        source_fuzz_check_string(item->fields[i].key, item->fields[i].key_length);
        source_fuzz_check_string(item->fields[i].value, item->fields[i].value_length);
    }
}

/* Reads a list, which is closed, and checks what it gives. Returns it as text, which the caller
 * frees. */
static inline char *source_fuzz_read(struct source *source)
{
    struct text text;
    struct source_item item;
    struct error error = {0};
    struct source_counts counts = {0};
    uint64_t items = 0;
    uint64_t line = 0;
    enum source_answer answer;
    text_init(&text, SOURCE_ITEMS_TEXT_MAX);
    do {
        answer = source_next(source, &item, &error);
        uint64_t lines_before = counts.lines;
        counts = source_counts(source);
        source_items_require(counts.lines >= lines_before, "fewer lines than before");
        if (answer != SOURCE_ITEM)
            continue;
        source_fuzz_check_item(&item);
        source_items_require(item.line >= line && item.line <= counts.lines, "a wrong line");
        line = item.line;
        items++;
        source_items_append_item(&text, &item);
    } while (answer == SOURCE_ITEM || answer == SOURCE_NOTHING);
    source_items_require(answer == SOURCE_END || answer == SOURCE_ERROR, "no end");
    source_items_require((answer == SOURCE_ERROR) == (error.kind == ERROR_INPUT), "a wrong error");
    source_items_require(answer != SOURCE_ERROR || error.text[0] != '\0', "an error without text");
    /* Where a stream breaks off in a line that is too long, that line has two problems. */
    uint64_t lines = counts.lines + (source_is_whole(source) ? 0 : 1);
    source_items_require(items + counts.comments + counts.blank <= lines, "more than its lines");
    text_append_format(&text, "%llu %llu %llu %d%s", (unsigned long long)counts.lines,
                       (unsigned long long)counts.comments, (unsigned long long)counts.blank,
                       answer, source_is_whole(source) ? "" : " broken");
    source_items_require(!text.is_full, "too much");
    source_close(source);
    char *taken = text_take(&text);
    text_clear(&text);
    return taken;
}

/* The list must give the same from a file and from a pipe, whatever the pieces. */
static inline void source_fuzz_list(const uint8_t *data, size_t size, enum source_format format)
{
    const char *bytes = (const char *)data;
    if (size > SOURCE_FUZZ_SIZE_MAX)
        return;
    size_t piece = size == 0 ? 1 : 1 + data[size - 1] % 16;
    char *whole = source_fuzz_read(source_items_open(source_items_file(bytes, size), format, NULL));
    char *pieces =
        source_fuzz_read(source_items_open(source_items_pipe(bytes, size, piece), format, NULL));
    source_items_require(strcmp(whole, pieces) == 0, "not the same in pieces");
    free(whole);
    free(pieces);
}

#endif
