#include "app/report_command.h"

#include "app/exit_code.h"
#include "app/report_page.h"
#include "app/report_text.h"
#include "app/run_difference.h"
#include "base/log.h"
#include "base/memory.h"
#include "io/json_tree.h"
#include "io/report_reader.h"
#include "io/results_reader.h"
#include "io/slowest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* A report holds at most 64 MiB, and a control byte needs four times its room. */
#define TEXT_LIMIT (5 * REPORT_READER_MAX_BYTES)

static void print_text(const struct report_reader *reader, const struct report_records *records,
                       const char *directory)
{
    struct text text;
    text_init(&text, TEXT_LIMIT);
    report_text_append(&text, reader, records, directory);
    fwrite(text.data, 1, text.length, stdout);
    text_clear(&text);
}

static void print_json(const struct report_reader *reader, const struct slowest *slowest)
{
    if (slowest != NULL)
        json_tree_put(reader->report, "slowest", slowest_value(slowest));
    char *json = json_tree_format(reader->report, true);
    fputs(json, stdout);
    free(json);
}

static struct results_reader *take_records(struct report_reader *reader)
{
    return results_reader_create(report_reader_take_results(reader), reader->results_path);
}

static bool print_run(struct report_reader *reader, bool is_json, struct error *error)
{
    struct report_records *read = memory_allocate_zeroed(1, sizeof *read);
    bool has_records = reader->results >= 0;
    bool is_read = true;
    char *directory = report_page_directory(reader);
    if (has_records) {
        struct results_reader *records = take_records(reader);
        is_read = is_json ? slowest_read(&read->slowest, records, error)
                          : report_records_read(read, records, error);
        results_reader_destroy(records);
    }
    if (is_read && is_json)
        print_json(reader, has_records ? &read->slowest : NULL);
    else if (is_read)
        print_text(reader, has_records ? read : NULL, directory);
    report_records_clear(read);
    free(directory);
    free(read);
    return is_read;
}

/* The page in place of the text; JSON beside it where that is asked for. */
static bool export_page(struct report_reader *reader, const struct options *options,
                        struct error *error)
{
    struct report_records *read = memory_allocate_zeroed(1, sizeof *read);
    char *directory = report_page_directory(reader);
    bool has_records = reader->results >= 0;
    bool is_done = true;
    if (has_records) {
        struct results_reader *records = take_records(reader);
        is_done = report_records_read(read, records, error);
        results_reader_destroy(records);
    }
    if (is_done)
        is_done =
            report_page_export(reader, has_records ? read : NULL, directory, options->html, error);
    if (is_done && options->json)
        print_json(reader, has_records ? &read->slowest : NULL);
    report_records_clear(read);
    free(directory);
    free(read);
    return is_done;
}

static bool show_run(struct report_reader *reader, const struct options *options,
                     struct error *error)
{
    return options->html != NULL ? export_page(reader, options, error)
                                 : print_run(reader, options->json, error);
}

static bool print_difference(struct report_reader *older, struct report_reader *newer, bool is_json,
                             struct error *error)
{
    struct run_difference *difference = run_difference_create(older, newer, error);
    if (difference == NULL)
        return false;
    bool is_printed = is_json ? run_difference_print_json(difference, stdout, error)
                              : run_difference_print_text(difference, stdout, error);
    run_difference_destroy(difference);
    return is_printed;
}

static bool print_all(const struct options *options, struct error *error)
{
    struct report_reader readers[2];
    size_t count = options->operands.count;
    if (count == 0 || count > ARRAY_LENGTH(readers))
        return error_set(error, ERROR_USAGE, "%s: haul report DIR|FILE [DIR|FILE]",
                         count == 0 ? "which run?" : "too many runs");
    bool is_done = true;
    size_t opened = 0;
    while (opened < count && is_done) {
        is_done = report_reader_open(&readers[opened], options->operands.items[opened], error);
        opened += is_done;
    }
    if (is_done)
        is_done = count == 1 ? show_run(&readers[0], options, error)
                             : print_difference(&readers[0], &readers[1], options->json, error);
    while (opened > 0)
        report_reader_close(&readers[--opened]);
    /* A report that nobody got is a failure, too. */
    if (is_done && (fflush(stdout) != 0 || ferror(stdout) != 0))
        return error_set_errno(error, ERROR_LOCAL, errno, "cannot write to standard output");
    return is_done;
}

int report_command_run(const struct options *options)
{
    struct error error = {0};
    if (print_all(options, &error))
        return EXIT_CODE_SUCCESS;
    log_error("%s", error.text);
    return exit_code_of_error(error.kind);
}
