#include "app/run_difference_entry.h"

#include "app/foreign_text.h"
#include "app/report_text.h"
#include "base/number.h"
#include "io/json_field.h"
#include "io/json_tree.h"

#include <string.h>

static bool parse_status(const char *name, enum status *out)
{
    if (name == NULL)
        return false;
    for (int status = 0; status < STATUS_COUNT; status++) {
        if (strcmp(status_name((enum status)status), name) == 0) {
            *out = (enum status)status;
            return true;
        }
    }
    *out = STATUS_DOWNLOADED; /* what `ok` of haul check stands for */
    return strcmp(name, "ok") == 0;
}

/* Classes of a later version are all one: something that is not fine. */
static enum failure parse_failure(const char *name)
{
    if (name == NULL)
        return FAILURE_NONE;
    for (int failure = FAILURE_NONE + 1; failure < FAILURE_COUNT; failure++) {
        if (strcmp(failure_name((enum failure)failure), name) == 0)
            return (enum failure)failure;
    }
    return FAILURE_INTERNAL;
}

static bool is_permanent(const json_t *hop)
{
    int64_t http = json_field_integer(hop, "http", 0);
    return http == 301 || http == 308; /* RFC 9110, 15.4 */
}

/* Where the URL leads for good: as far as redirects are permanent from the first on. */
static const char *permanent_target(const json_t *record)
{
    const json_t *hops = json_field_find(record, "redirects");
    const char *target = NULL;
    for (size_t i = 0; i < json_array_size(hops); i++) {
        const json_t *hop = json_array_get(hops, i);
        const char *url = json_field_string(hop, "url");
        if (!is_permanent(hop) || url == NULL)
            break;
        target = url;
    }
    return target;
}

static const char *url_of(const struct run_difference_entry *entry)
{
    const char *url = json_field_string(entry->record, "url");
    return url != NULL ? url : "?";
}

static void append_verdict(struct text *text, const struct run_result *result)
{
    const char *class_name = failure_name(result->failure);
    text_append_string(text, status_name(result->status));
    if (class_name != NULL)
        text_append_format(text, " %s", class_name);
}

/* "downloaded -> failed not-found", or what of the content is another. */
static void append_change(struct text *text, const struct run_difference_entry *entry)
{
    unsigned differences = run_result_differences(&entry->older, &entry->newer);
    if ((differences & (RUN_DIFFERS_STATUS | RUN_DIFFERS_CLASS)) != 0) {
        append_verdict(text, &entry->older);
        text_append_string(text, " -> ");
        append_verdict(text, &entry->newer);
    } else if ((differences & RUN_DIFFERS_SIZE) != 0) {
        char older[NUMBER_SIZE];
        char newer[NUMBER_SIZE];
        text_append_format(text, "content, %s -> %s", number_format_bytes(older, entry->older.size),
                           number_format_bytes(newer, entry->newer.size));
    } else {
        text_append_string(text, (differences & RUN_DIFFERS_SHA256) != 0 ? "content, same size"
                                                                         : "content, by its ETag");
    }
}

/* What the older run said is known as numbers only. */
static json_t *older_value(const struct run_result *older)
{
    json_t *object = json_tree_object();
    json_tree_put(object, "status", json_tree_string(status_name(older->status)));
    json_tree_put(object, "class", json_tree_string(failure_name(older->failure)));
    json_tree_put(object, "http", json_tree_known(older->http > 0 ? older->http : -1));
    json_tree_put(object, "bytes", json_tree_known(older->size));
    return object;
}

static json_t *differences_value(unsigned differences)
{
    static const struct {
        enum run_aspect aspect;
        const char *name;
    } names[] = {
        {RUN_DIFFERS_STATUS, "status"}, {RUN_DIFFERS_CLASS, "class"},
        {RUN_DIFFERS_SHA256, "sha256"}, {RUN_DIFFERS_ETAG, "etag"},
        {RUN_DIFFERS_SIZE, "size"},
    };
    json_t *array = json_tree_array();
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        if ((differences & names[i].aspect) != 0)
            json_tree_append(array, json_tree_string(names[i].name));
    }
    return array;
}

bool run_difference_read_result(const json_t *record, struct run_result *out)
{
    struct run_result result = {
        .sha256 = run_result_fingerprint(json_field_string(record, "sha256")),
        .etag = run_result_etag_fingerprint(json_field_string(record, "etag")),
        .size = json_field_count(record, "bytes.file", -1),
        .failure = parse_failure(json_field_string(record, "class")),
        .is_moved = permanent_target(record) != NULL,
    };
    int64_t http = json_field_count(record, "http", 0);
    result.http = http <= 999 ? (int)http : 0;
    if (!parse_status(json_field_string(record, "status"), &result.status))
        return false;
    *out = result;
    return true;
}

void run_difference_entry_append_text(struct text *text, const struct run_difference_entry *entry)
{
    text_append_string(text, "  ");
    if (entry->change == RUN_CHANGE_CHANGED) {
        append_change(text, entry);
        text_append_string(text, "  ");
    }
    foreign_text_append(text, url_of(entry), FOREIGN_TEXT_MAX);
    report_text_append_place(text, entry->record);
    if (entry->change == RUN_CHANGE_MOVED) {
        const char *target = permanent_target(entry->record);
        text_append_string(text, "\n    -> ");
        foreign_text_append(text, target != NULL ? target : "?", FOREIGN_TEXT_MAX);
    }
    text_append_char(text, '\n');
}

char *run_difference_entry_json(const struct run_difference_entry *entry)
{
    static const struct {
        const char *key;
        const char *path;
    } same[] = {
        {"url", "url"},       {"key", "key"},     {"source", "source"}, {"line", "line"},
        {"status", "status"}, {"class", "class"}, {"http", "http"},     {"bytes", "bytes.file"},
    };
    json_t *object = json_tree_object();
    for (size_t i = 0; i < ARRAY_LENGTH(same); i++) {
        const json_t *value = json_field_find(entry->record, same[i].path);
        json_tree_put(object, same[i].key, value == NULL ? json_null() : json_deep_copy(value));
    }
    if (entry->change == RUN_CHANGE_CHANGED) {
        unsigned differences = run_result_differences(&entry->older, &entry->newer);
        json_tree_put(object, "before", older_value(&entry->older));
        json_tree_put(object, "differs", differences_value(differences));
    } else if (entry->change == RUN_CHANGE_MOVED) {
        bool had_moved = entry->is_older_known && entry->older.is_moved;
        json_tree_put(object, "leads_to", json_tree_string(permanent_target(entry->record)));
        json_tree_put(object, "moved_before", json_boolean(had_moved));
    }
    char *json = json_tree_format(object, false);
    json_decref(object);
    return json;
}
