#include "app/run_difference.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "app/run_difference_entry.h"
#include "base/common.h"
#include "json_check.h"
#include "scratch.h"

#define KEY "\"key\":\"%032d\",\"schema\":\"haul.result/1\",\"source\":\"l\",\"line\":%d"

static struct report_reader readers[2];
static FILE *out;
static char *printed;
static size_t printed_length;

static void set_up(void)
{
    scratch_setup();
    readers[0] = readers[1] = (struct report_reader){.results = -1};
    out = open_memstream(&printed, &printed_length);
    ck_assert_ptr_nonnull(out);
}

static void tear_down(void)
{
    fclose(out);
    free(printed);
    printed = NULL;
    for (int run = 0; run < 2; run++)
        report_reader_close(&readers[run]);
    scratch_teardown();
}

static FILE *open_records(const char *name)
{
    FILE *file = fopen(in_scratch(name), "w");
    ck_assert_ptr_nonnull(file);
    return file;
}

/* `verdict` is the rest of the record. */
static void add(FILE *file, int number, const char *verdict)
{
    fprintf(file, "{" KEY ",\"url\":\"http://h/%d\",%s}\n", number, number, number, verdict);
}

static void close_records(FILE *file, int run, const char *name)
{
    ck_assert_int_eq(fclose(file), 0);
    char path[2 * PATH_MAX];
    snprintf(path, sizeof(path), "%s", in_scratch(name));
    readers[run] = (struct report_reader){
        .report = json_loads("{\"run_id\":\"r\",\"counts\":{\"total\":1}}", 0, NULL),
        .path = strdup(name),
        .results = open(path, O_RDONLY),
        .results_path = strdup(path),
    };
    ck_assert_int_ge(readers[run].results, 0);
}

/* An older run of 1 to 40, a newer one of 11 to 75 of which some failed and some moved. */
static void write_runs(void)
{
    FILE *file = open_records("older");
    for (int i = 1; i <= 40; i++)
        add(file, i, "\"status\":\"downloaded\",\"bytes\":{\"file\":5}");
    add(file, 1, "\"status\":\"duplicate\"");
    fputs("no record\n", file);
    add(file, 77, "\"status\":\"of another world\"");
    fputs("{\"cut", file);
    close_records(file, 0, "older");
    file = open_records("newer");
    add(file, 11, "\"status\":\"duplicate\""); /* recorded before the URL that it repeats */
    for (int i = 11; i <= 75; i++) {
        if (i <= 12)
            add(file, i, "\"status\":\"failed\",\"class\":\"gone\",\"http\":410");
        else if (i == 13)
            add(file, i, "\"status\":\"not_tried\"");
        else if (i == 74)
            add(file, i,
                "\"status\":\"ok\",\"redirects\":[{\"http\":308,\"url\":\"http://h/a\"},"
                "{\"http\":301,\"url\":\"http://h/b\"},{\"http\":302,\"url\":\"http://h/c\"}]");
        else if (i == 75)
            add(file, i, "\"status\":\"ok\",\"redirects\":[{\"http\":302,\"url\":\"http://h/a\"}]");
        else
            add(file, i, "\"status\":\"kept\",\"bytes\":{\"file\":5}");
    }
    add(file, 76, "\"status\":\"duplicate\"");
    close_records(file, 1, "newer");
}

static struct run_difference *open_difference(void)
{
    struct error error = {0};
    struct run_difference *difference = run_difference_create(&readers[0], &readers[1], &error);
    ck_assert_msg(difference != NULL, "%s", error.text);
    return difference;
}

static size_t occurrences(const char *words)
{
    size_t count = 0;
    for (const char *found = printed; (found = strstr(found, words)) != NULL; found++)
        count++;
    return count;
}

START_TEST(text_shows_twenty_of_each_kind)
{
    struct error error = {0};
    write_runs();
    struct run_difference *difference = open_difference();
    ck_assert(run_difference_print_text(difference, out, &error));
    ck_assert_int_eq(fflush(out), 0);
    ck_assert_ptr_nonnull(strstr(printed, "  new                      35\n"));
    ck_assert_ptr_nonnull(strstr(printed, "  gone                     10\n"));
    ck_assert_ptr_nonnull(strstr(printed, "  changed                   2\n"));
    ck_assert_ptr_nonnull(strstr(printed, "  moved permanently         1\n"));
    ck_assert_ptr_nonnull(strstr(printed, "  unchanged                27\n"));
    ck_assert_ptr_nonnull(strstr(printed, "  not tried                 1 "));
    ck_assert_ptr_nonnull(strstr(printed, "  unreadable                3 "));
    ck_assert_ptr_nonnull(strstr(printed, "\n  ... 15 more\n"));
    ck_assert_ptr_nonnull(strstr(printed, "downloaded -> failed gone  http://h/11  (l:11)\n"));
    ck_assert_ptr_nonnull(strstr(printed, "  http://h/74  (l:74)\n    -> http://h/b\n"));
    ck_assert_uint_eq(occurrences("(l:"), 20 + 10 + 2 + 1);
    run_difference_destroy(difference);
}
END_TEST

START_TEST(json_holds_all)
{
    struct error error = {0};
    write_runs();
    struct run_difference *difference = open_difference();
    ck_assert(run_difference_print_json(difference, out, &error));
    ck_assert_int_eq(fflush(out), 0);
    json_error_t where;
    json_t *value = json_loads(printed, 0, &where);
    ck_assert_msg(value != NULL, "%s", where.text);
    assert_string(value, "schema", "haul.report-comparison/1");
    assert_string(value, "a.report", "older");
    assert_string(value, "b.run_id", "r");
    assert_integer(value, "a.damaged_lines", 3);
    assert_integer(value, "b.damaged_lines", 0);
    assert_integer(value, "counts.not_tried", 1);
    ck_assert_uint_eq(json_array_size(at(value, "new")), 35);
    ck_assert_uint_eq(json_array_size(at(value, "gone")), 10);
    ck_assert_uint_eq(json_array_size(at(value, "changed")), 2);
    ck_assert_uint_eq(json_array_size(at(value, "moved")), 1);
    assert_string(value, "gone.9.url", "http://h/10");
    assert_string(value, "changed.0.before.status", "downloaded");
    assert_null(value, "changed.0.before.class");
    assert_integer(value, "changed.0.before.bytes", 5);
    assert_string(value, "changed.0.class", "gone");
    assert_string(value, "changed.0.differs.1", "class");
    assert_string(value, "moved.0.leads_to", "http://h/b");
    ck_assert(json_is_false(at(value, "moved.0.moved_before")));
    json_decref(value);
    run_difference_destroy(difference);
}
END_TEST

START_TEST(runs_without_records_cannot_be_compared)
{
    struct error error = {0};
    close_records(open_records("older"), 0, "older");
    readers[1].path = strdup("copy.json");
    readers[1].results = -1;
    ck_assert_ptr_null(run_difference_create(&readers[0], &readers[1], &error));
    ck_assert_int_eq(error.kind, ERROR_INPUT);
    ck_assert_ptr_nonnull(strstr(error.text, "copy.json"));
}
END_TEST

static const struct {
    struct run_result older;
    struct run_result newer;
    const char *expected;
} changes[] = {
    {{.status = STATUS_DOWNLOADED, .size = 1},
     {.status = STATUS_KEPT, .size = 2},
     "content, 1 B -> 2 B"},
    {{.status = STATUS_DOWNLOADED, .sha256 = 1},
     {.status = STATUS_DOWNLOADED, .sha256 = 2},
     "content, same size"},
    {{.status = STATUS_DOWNLOADED, .etag = 1},
     {.status = STATUS_DOWNLOADED, .etag = 2},
     "content, by its ETag"},
    {{.status = STATUS_FAILED, .failure = FAILURE_DNS},
     {.status = STATUS_FAILED, .failure = FAILURE_CONNECT},
     "failed dns -> failed connect"},
    {{.status = STATUS_SKIPPED, .failure = FAILURE_EXISTS},
     {.status = STATUS_DOWNLOADED},
     "skipped exists -> downloaded"},
};

START_TEST(a_change_is_told_in_words)
{
    json_t *record = json_loads("{\"url\":\"\\u001bu\"}", 0, NULL);
    struct run_difference_entry entry = {.change = RUN_CHANGE_CHANGED,
                                         .record = record,
                                         .older = changes[_i].older,
                                         .newer = changes[_i].newer,
                                         .is_older_known = true};
    struct text text;
    char expected[100];
    snprintf(expected, sizeof(expected), "  %s  \\x1bu\n", changes[_i].expected);
    text_init(&text, 1000);
    run_difference_entry_append_text(&text, &entry);
    ck_assert_str_eq(text.data, expected);
    text_clear(&text);
    json_decref(record);
}
END_TEST

static const struct {
    const char *record;
    bool is_result;
    struct run_result expected; /* of the numbers */
} results[] = {
    {"{}", false, {0}},
    {"{\"status\":7}", false, {0}},
    {"{\"status\":\"odd\"}", false, {0}},
    {"{\"status\":\"kept\"}", true, {.status = STATUS_KEPT, .size = -1}},
    {"{\"status\":\"failed\",\"class\":\"of a later version\",\"http\":5000}",
     true,
     {.status = STATUS_FAILED, .failure = FAILURE_INTERNAL, .size = -1}},
    {"{\"status\":\"failed\",\"class\":\"not-found\",\"http\":404,\"bytes\":{\"file\":null}}",
     true,
     {.status = STATUS_FAILED, .failure = FAILURE_NOT_FOUND, .http = 404, .size = -1}},
    {"{\"status\":\"downloaded\",\"bytes\":{\"file\":3},\"redirects\":[{\"http\":301}]}",
     true,
     {.status = STATUS_DOWNLOADED, .size = 3}},
    {"{\"status\":\"downloaded\",\"redirects\":[{\"http\":301,\"url\":\"u\"}]}",
     true,
     {.status = STATUS_DOWNLOADED, .size = -1, .is_moved = true}},
    {"{\"status\":\"downloaded\",\"redirects\":[{\"http\":307,\"url\":\"u\"},"
     "{\"http\":301,\"url\":\"u\"}]}",
     true,
     {.status = STATUS_DOWNLOADED, .size = -1}},
};

START_TEST(a_record_is_read_as_far_as_it_goes)
{
    struct run_result result;
    const struct run_result *expected = &results[_i].expected;
    json_t *record = json_loads(results[_i].record, 0, NULL);
    ck_assert_ptr_nonnull(record);
    ck_assert_int_eq(run_difference_read_result(record, &result), results[_i].is_result);
    if (results[_i].is_result) {
        ck_assert_int_eq(result.status, expected->status);
        ck_assert_int_eq(result.failure, expected->failure);
        ck_assert_int_eq(result.http, expected->http);
        ck_assert_int_eq(result.size, expected->size);
        ck_assert_int_eq(result.is_moved, expected->is_moved);
    }
    json_decref(record);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("run_difference");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, text_shows_twenty_of_each_kind);
    tcase_add_test(tests, json_holds_all);
    tcase_add_test(tests, runs_without_records_cannot_be_compared);
    tcase_add_loop_test(tests, a_change_is_told_in_words, 0, (int)ARRAY_LENGTH(changes));
    tcase_add_loop_test(tests, a_record_is_read_as_far_as_it_goes, 0, (int)ARRAY_LENGTH(results));
    Suite *suite = suite_create("run_difference");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
