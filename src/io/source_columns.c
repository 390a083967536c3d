#include "io/source_columns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/vis.h"
#include "io/source_format.h"

#define REPEATABLE "header" /* may be the name of several columns */
#define SHOWN_BYTES 240     /* of all names in an error */
#define SHOWN_NAME_SIZE 41
#define SUFFIX_SIZE 24

#define SLOTS 4096

_Static_assert(2 * SOURCE_COLUMNS_MAX < SLOTS, "half of the slots stay free");

/* Finds equal names: open addressing. */
struct name_set {
    const struct list_field *names;
    uint16_t slots[SLOTS];  /* index + 1; 0 = free */
    uint16_t series[SLOTS]; /* the last number behind that name */
};

/* FNV-1a. A list made to collide costs at most the square of 1,025 comparisons, once. */
static size_t hash_name(const char *bytes, size_t length)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 16777619u;
    return hash % SLOTS;
}

/* The slot that holds the name, or the free one where it belongs. */
static size_t find_slot(const struct name_set *set, const char *bytes, size_t length)
{
    size_t slot = hash_name(bytes, length);
    for (; set->slots[slot] != 0; slot = (slot + 1) % SLOTS) {
        const struct list_field *name = &set->names[set->slots[slot] - 1];
        if (name->key_length == length && memcmp(name->key, bytes, length) == 0)
            break;
    }
    return slot;
}

/* Makes the name of column `index` one that no column before it has, at `out`; returns its
 * length. */
static size_t make_name(struct name_set *set, size_t index, const struct list_field *cell,
                        char *out)
{
    size_t length = cell->value_length;
    if (length == 0)
        length = (size_t)sprintf(out, "column_%zu", index + 1);
    else
        memcpy(out, cell->value, length);
    if (length == strlen(REPEATABLE) && memcmp(out, REPEATABLE, length) == 0)
        return length;
    size_t base_slot = find_slot(set, out, length);
    size_t slot = base_slot;
    size_t base_length = length;
    if (set->slots[slot] != 0) {
        unsigned number = set->series[base_slot] > 0 ? set->series[base_slot] : 1;
        do {
            number++;
            length = base_length + (size_t)sprintf(out + base_length, "_%u", number);
            slot = find_slot(set, out, length);
        } while (set->slots[slot] != 0);
        set->series[base_slot] = (uint16_t)number;
    }
    set->slots[slot] = (uint16_t)(index + 1);
    return length;
}

/* The first column with exactly this name, else the first that is equal but for case; `count` when
 * there is none. */
static size_t find_column(const struct list_field *cells, size_t count, const char *wanted)
{
    size_t best = count;
    int best_match = 0;
    for (size_t i = 0; i < count && best_match < 2; i++) {
        int match = source_match_name(wanted, cells[i].value, cells[i].value_length);
        if (match > best_match) {
            best = i;
            best_match = match;
        }
    }
    return best;
}

/* "a, b, ..."; false when no more can be shown. */
static bool append_name(struct text *names, const char *bytes, size_t length)
{
    char name[SHOWN_NAME_SIZE];
    const char *separator = names->length > 0 ? ", " : "";
    vis_format(name, sizeof name, bytes, length);
    bool fits = names->length + strlen(name) + strlen(", ...") <= SHOWN_BYTES;
    text_append_format(names, "%s%s", separator, fits ? name : "...");
    return fits;
}

static void fail_to_find(const struct list_field *cells, size_t count, const char *wanted,
                         const char *list_name, struct error *error)
{
    struct text names;
    char name[SHOWN_NAME_SIZE];
    text_init(&names, SHOWN_BYTES);
    for (size_t i = 0; i < count && append_name(&names, cells[i].value, cells[i].value_length);)
        i++;
    vis_format(name, sizeof name, wanted, strlen(wanted));
    const char *advice = "choose one with --url-column";
    if (strstr(names.data, "://") != NULL)
        advice = "the first row must name the columns";
    else if (count == 1 && strchr(names.data, ';') != NULL)
        advice = "csv has commas between them, not semicolons";
    error_set(error, ERROR_INPUT, "%s has no column \"%s\" (its columns: %s): %s", list_name, name,
              names.data, advice);
    text_clear(&names);
}

struct source_columns *source_columns_create(const struct list_field *cells, size_t count,
                                             const char *wanted, const char *list_name,
                                             struct error *error)
{
    if (count > SOURCE_COLUMNS_MAX) {
        error_set(error, ERROR_INPUT, "%s has %zu columns; at most %d are read", list_name, count,
                  SOURCE_COLUMNS_MAX);
        return NULL;
    }
    size_t url_index = find_column(cells, count, wanted);
    if (url_index == count) {
        fail_to_find(cells, count, wanted, list_name, error);
        return NULL;
    }
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += cells[i].value_length + 2 * SUFFIX_SIZE; /* one to be column_N, one behind it */
    struct source_columns *columns = memory_allocate_zeroed(1, sizeof *columns);
    columns->count = count;
    columns->url_index = url_index;
    columns->names = memory_allocate_zeroed(count, sizeof *columns->names);
    columns->bytes = memory_allocate(bytes);
    struct name_set *set = memory_allocate_zeroed(1, sizeof *set);
    set->names = columns->names;
    char *end = columns->bytes;
    for (size_t i = 0; i < count; i++) {
        columns->names[i].key = end;
        columns->names[i].key_length = make_name(set, i, &cells[i], end);
        end += columns->names[i].key_length;
    }
    free(set);
    return columns;
}

bool source_columns_serve(const struct source_columns *columns,
                          const struct name_template *template, const char *list_name,
                          struct error *error)
{
    const char *column;
    size_t length;
    if (template == NULL || list_field_find(columns->names, columns->count, "out", 3) != NULL ||
        !name_template_lacks(template, columns->names, columns->count, &column, &length))
        return true;
    struct text names;
    char name[SHOWN_NAME_SIZE];
    text_init(&names, SHOWN_BYTES);
    const struct list_field *keys = columns->names;
    for (size_t i = 0; i < columns->count && append_name(&names, keys[i].key, keys[i].key_length);)
        i++;
    vis_format(name, sizeof name, column, length);
    error_set(error, ERROR_INPUT,
              "%s has no column \"%s\", which --name asks for (its columns: %s)", list_name, name,
              names.data);
    text_clear(&names);
    return false;
}

void source_columns_destroy(struct source_columns *columns)
{
    if (columns == NULL)
        return;
    free(columns->names);
    free(columns->bytes);
    free(columns);
}

void source_columns_set_keys(const struct source_columns *columns, struct list_field *fields)
{
    for (size_t i = 0; i < columns->count; i++) {
        if (i == columns->url_index)
            continue;
        fields->key = columns->names[i].key;
        fields->key_length = columns->names[i].key_length;
        fields++;
    }
}
