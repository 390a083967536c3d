#include "io/slowest.h"

#include "io/json_field.h"
#include "io/json_tree.h"

/* A member of the record as it is; the report's readers know it from there. */
static void put_same(json_t *object, const char *key, const json_t *record, const char *path)
{
    const json_t *value = json_field_find(record, path);
    json_tree_put(object, key, value == NULL ? json_null() : json_deep_copy(value));
}

void slowest_add(struct slowest *slowest, json_t *record)
{
    int64_t total_us = json_field_count(record, "us.total", -1);
    bool is_full = slowest->count == SLOWEST_COUNT;
    if (total_us < 0 || (is_full && slowest->urls[SLOWEST_COUNT - 1].total_us >= total_us)) {
        json_decref(record);
        return;
    }
    if (is_full)
        json_decref(slowest->urls[SLOWEST_COUNT - 1].record);
    else
        slowest->count++;
    size_t place = slowest->count - 1;
    for (; place > 0 && slowest->urls[place - 1].total_us < total_us; place--)
        slowest->urls[place] = slowest->urls[place - 1];
    slowest->urls[place] = (struct slow_url){record, total_us};
}

bool slowest_read(struct slowest *slowest, struct results_reader *reader, struct error *error)
{
    struct results_line line;
    *slowest = (struct slowest){0};
    results_reader_rewind(reader);
    while (results_reader_next(reader, &line)) {
        /* Parsing a million records takes many seconds; few of them are candidates. */
        if (slowest->count == SLOWEST_COUNT &&
            !results_line_may_exceed(&line, slowest->urls[SLOWEST_COUNT - 1].total_us))
            continue;
        json_t *record = results_line_parse(&line);
        if (record == NULL)
            results_reader_note_damaged(reader);
        else
            slowest_add(slowest, record);
    }
    if (results_reader_check(reader, error))
        return true;
    slowest_clear(slowest);
    return false;
}

void slowest_clear(struct slowest *slowest)
{
    for (size_t i = 0; i < slowest->count; i++)
        json_decref(slowest->urls[i].record);
    *slowest = (struct slowest){0};
}

json_t *slowest_value(const struct slowest *slowest)
{
    json_t *array = json_tree_array();
    for (size_t i = 0; i < slowest->count; i++) {
        const json_t *record = slowest->urls[i].record;
        json_t *object = json_tree_object();
        put_same(object, "i", record, "i");
        put_same(object, "url", record, "url");
        put_same(object, "source", record, "source");
        put_same(object, "line", record, "line");
        put_same(object, "status", record, "status");
        put_same(object, "class", record, "class");
        json_tree_put(object, "total_us", json_tree_known(slowest->urls[i].total_us));
        put_same(object, "bytes", record, "bytes.file");
        json_tree_append(array, object);
    }
    return array;
}
