#include "app/run_difference.h"

#include "app/foreign_text.h"
#include "app/report_text.h"
#include "app/run_difference_entry.h"
#include "base/memory.h"
#include "base/number.h"
#include "io/json_field.h"
#include "io/json_tree.h"
#include "io/results_reader.h"
#include "model/run_comparison.h"

#include <stdlib.h>
#include <string.h>

#define SHOWN 20
#define TEXT_LIMIT (16 * 1024 * 1024)

struct run_difference {
    const struct report_reader *reports[2]; /* older, newer; lent */
    struct results_reader *records[2];
    uint64_t damaged[2];
    struct run_comparison *comparison;
};

/* Kinds of change in the order in which they are shown. */
static const struct {
    enum run_change change;
    const char *key;
    const char *words;
} kinds[] = {
    {RUN_CHANGE_NEW, "new", "new"},
    {RUN_CHANGE_GONE, "gone", "gone"},
    {RUN_CHANGE_CHANGED, "changed", "changed"},
    {RUN_CHANGE_MOVED, "moved", "moved permanently"},
};

static uint64_t count_of(const struct run_comparison_counts *counts, enum run_change change)
{
    switch (change) {
    case RUN_CHANGE_NEW:
        return counts->added;
    case RUN_CHANGE_GONE:
        return counts->gone;
    case RUN_CHANGE_CHANGED:
        return counts->changed;
    case RUN_CHANGE_MOVED:
        break;
    }
    return counts->moved;
}

/* All records of one run into the comparison. */
static bool read_run(struct run_difference *difference, int run, struct error *error)
{
    struct results_line line;
    struct results_reader *records = difference->records[run];
    while (results_reader_next(records, &line)) {
        struct key key;
        struct run_result result;
        json_t *record = results_line_parse_verdict(&line);
        if (record == NULL || !results_record_key(record, &key) ||
            !run_difference_read_result(record, &result))
            results_reader_note_damaged(records);
        else if (result.status == STATUS_DUPLICATE)
            ; /* the first record of that URL tells all */
        else if (run == 0)
            run_comparison_add_older(difference->comparison, key, &result);
        else
            run_comparison_add_newer(difference->comparison, key, &result);
        json_decref(record);
    }
    difference->damaged[run] = results_reader_damaged(records);
    return results_reader_check(records, error);
}

/* Calls `show` for the first `limit` URLs of a kind; false when the records cannot be read. */
static bool visit(struct run_difference *difference, enum run_change change, uint64_t limit,
                  void (*show)(void *context, const struct run_difference_entry *entry),
                  void *context, struct error *error)
{
    struct results_line line;
    struct results_reader *records = difference->records[change == RUN_CHANGE_GONE ? 0 : 1];
    results_reader_rewind(records);
    uint64_t shown = 0;
    while (shown < limit && results_reader_next(records, &line)) {
        struct key key;
        if (!results_line_key(&line, &key) ||
            !run_comparison_has(difference->comparison, key, change))
            continue;
        struct run_difference_entry entry = {.change = change};
        json_t *record = results_line_parse(&line);
        entry.record = record;
        /* A duplicate may be recorded before the URL that it repeats. */
        if (record != NULL && run_difference_read_result(record, &entry.newer) &&
            entry.newer.status != STATUS_DUPLICATE &&
            run_comparison_take(difference->comparison, key, change, &entry.older,
                                &entry.is_older_known)) {
            show(context, &entry);
            shown++;
        }
        json_decref(record);
    }
    return results_reader_check(records, error);
}

static void flush_text(struct text *text, FILE *out)
{
    fwrite(text->data, 1, text->length, out); /* the caller asks the stream how it went */
    text_reset(text);
}

static void append_count(struct text *text, const char *words, uint64_t count, const char *note)
{
    char number[NUMBER_SIZE];
    text_append_format(text, "  %-17s %9s%s\n", words, number_format_count(number, (int64_t)count),
                       note);
}

static void append_head(struct text *text, const struct run_difference *difference,
                        const struct run_comparison_counts *counts)
{
    static const char *const words[] = {"from  ", "to    "};
    for (int run = 0; run < 2; run++) {
        text_append_string(text, words[run]);
        report_text_append_run(text, difference->reports[run]->report);
        text_append_string(text, "      ");
        foreign_text_append(text, difference->reports[run]->path, FOREIGN_TEXT_MAX);
        text_append_char(text, '\n');
    }
    text_append_char(text, '\n');
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
        append_count(text, kinds[i].words, count_of(counts, kinds[i].change), "");
    append_count(text, "unchanged", counts->unchanged, "");
    if (counts->not_tried > 0)
        append_count(text, "not tried", counts->not_tried, "   in one of the runs: not compared");
    uint64_t damaged = difference->damaged[0] + difference->damaged[1];
    if (damaged > 0)
        append_count(text, "unreadable", damaged, "   lines of results.jsonl");
}

static void show_text(void *context, const struct run_difference_entry *entry)
{
    run_difference_entry_append_text(context, entry);
}

struct json_output {
    FILE *out;
    bool has_entries;
};

static void show_json(void *context, const struct run_difference_entry *entry)
{
    struct json_output *output = context;
    char *json = run_difference_entry_json(entry);
    fputs(output->has_entries ? ",\n    " : "\n    ", output->out);
    fwrite(json, 1, strlen(json) - 1, output->out); /* without its line end */
    output->has_entries = true;
    free(json);
}

/* The value of a key as one line of JSON; takes the value. */
static void print_value(FILE *out, const char *key, json_t *value)
{
    char *json = json_tree_format(value, false);
    fprintf(out, ",\n  \"%s\": %.*s", key, (int)strlen(json) - 1, json);
    free(json);
    json_decref(value);
}

static void print_run(FILE *out, const char *key, const struct report_reader *reader,
                      uint64_t damaged)
{
    static const char *const kept[] = {"run_id",  "command",   "start",      "end",
                                       "outcome", "exit_code", "elapsed_us", "counts"};
    json_t *run = json_tree_object();
    json_tree_put(run, "report", json_tree_string(reader->path));
    for (size_t i = 0; i < ARRAY_LENGTH(kept); i++) {
        const json_t *value = json_field_find(reader->report, kept[i]);
        json_tree_put(run, kept[i], value == NULL ? json_null() : json_deep_copy(value));
    }
    json_tree_put(run, "damaged_lines", json_tree_count(damaged));
    print_value(out, key, run);
}

static json_t *counts_value(const struct run_comparison_counts *counts)
{
    json_t *object = json_tree_object();
    for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
        json_tree_put(object, kinds[i].key, json_tree_count(count_of(counts, kinds[i].change)));
    json_tree_put(object, "unchanged", json_tree_count(counts->unchanged));
    json_tree_put(object, "not_tried", json_tree_count(counts->not_tried));
    return object;
}

struct run_difference *run_difference_create(struct report_reader *older,
                                             struct report_reader *newer, struct error *error)
{
    struct report_reader *reports[] = {older, newer};
    for (int run = 0; run < 2; run++) {
        if (reports[run]->results < 0) {
            error_set(error, ERROR_INPUT, "%s: the records of that run are not there to compare",
                      reports[run]->path);
            return NULL;
        }
    }
    struct run_difference *difference = memory_allocate_zeroed(1, sizeof *difference);
    difference->comparison = run_comparison_create();
    for (int run = 0; run < 2; run++) {
        difference->reports[run] = reports[run];
        difference->records[run] = results_reader_create(report_reader_take_results(reports[run]),
                                                         reports[run]->results_path);
    }
    if (read_run(difference, 0, error) && read_run(difference, 1, error))
        return difference;
    run_difference_destroy(difference);
    return NULL;
}

void run_difference_destroy(struct run_difference *difference)
{
    if (difference == NULL)
        return;
    results_reader_destroy(difference->records[0]);
    results_reader_destroy(difference->records[1]);
    run_comparison_destroy(difference->comparison);
    free(difference);
}

bool run_difference_print_text(struct run_difference *difference, FILE *out, struct error *error)
{
    struct text text;
    struct run_comparison_counts counts = run_comparison_counts(difference->comparison);
    bool is_read = true;
    text_init(&text, TEXT_LIMIT);
    append_head(&text, difference, &counts);
    for (size_t i = 0; i < ARRAY_LENGTH(kinds) && is_read; i++) {
        uint64_t count = count_of(&counts, kinds[i].change);
        if (count == 0)
            continue;
        text_append_format(&text, "\n%s\n", kinds[i].words);
        is_read = visit(difference, kinds[i].change, count < SHOWN ? count : SHOWN, show_text,
                        &text, error);
        if (count > SHOWN)
            text_append_format(&text, "  ... %llu more\n", (unsigned long long)(count - SHOWN));
    }
    if (is_read)
        flush_text(&text, out);
    text_clear(&text);
    return is_read;
}

bool run_difference_print_json(struct run_difference *difference, FILE *out, struct error *error)
{
    struct run_comparison_counts counts = run_comparison_counts(difference->comparison);
    bool is_read = true;
    fputs("{\n  \"schema\": \"haul.report-comparison/1\"", out);
    print_run(out, "a", difference->reports[0], difference->damaged[0]);
    print_run(out, "b", difference->reports[1], difference->damaged[1]);
    print_value(out, "counts", counts_value(&counts));
    for (size_t i = 0; i < ARRAY_LENGTH(kinds) && is_read; i++) {
        struct json_output output = {.out = out};
        fprintf(out, ",\n  \"%s\": [", kinds[i].key);
        is_read = visit(difference, kinds[i].change, count_of(&counts, kinds[i].change), show_json,
                        &output, error);
        fputs(output.has_entries ? "\n  ]" : "]", out);
    }
    fputs("\n}\n", out);
    return is_read;
}
