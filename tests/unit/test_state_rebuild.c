#include "io/state_rebuild.h"

#include <time.h>

#include "base/memory.h"
#include "io/record.h"
#include "state_rows.h"

#define RUN_1 "20261120T120000Z-aaaa"
#define RUN_2 "20261120T130000Z-0000"
#define RUN_1_TIME INT64_C(1795176000)
#define STARTED "2026-11-20T12:00:30.250000Z" /* within run 1 */
#define STARTED_US INT64_C(1795176030250000)
#define TOTAL_US 1750000
#define FILE_TIME INT64_C(1795176031) /* while it was downloaded */
#define RUN_2_FILE_TIME INT64_C(1795179601)
#define KEY "f000000000000001fffffffffffffffe"

static const struct key key = {UINT64_C(0xF000000000000001), UINT64_C(0xFFFFFFFFFFFFFFFE)};

static void make_directories(const char *path)
{
    for (const char *end = strchr(path, '/'); end != NULL; end = strchr(end + 1, '/')) {
        char prefix[300];
        snprintf(prefix, sizeof(prefix), "out/%.*s", (int)(end - path), path);
        ck_assert(mkdir(in_scratch(prefix), 0700) == 0 || errno == EEXIST);
    }
}

static void date(const char *name, int64_t seconds)
{
    char path[300];
    snprintf(path, sizeof(path), "out/%s", name);
    struct timespec times[2] = {{.tv_sec = seconds, .tv_nsec = 5},
                                {.tv_sec = seconds, .tv_nsec = 5}};
    ck_assert_int_eq(utimensat(AT_FDCWD, in_scratch(path), times, AT_SYMLINK_NOFOLLOW), 0);
}

/* A final file, of the time when the records say that it came. */
static void make_file(const char *name, const char *content)
{
    char path[300];
    snprintf(path, sizeof(path), "out/%s", name);
    make_directories(name);
    scratch_write(path, content);
    date(name, FILE_TIME);
}

static void write_run(const char *id, const char *file, const char *text)
{
    char path[300];
    snprintf(path, sizeof(path), ".haul/runs/%s/%s", id, file);
    make_directories(path);
    memmove(path + 4, path, strlen(path) + 1);
    memcpy(path, "out/", 4);
    scratch_write(path, text);
}

struct line {
    char text[4000];
};

/* A record with what matters here. */
static struct line record_of(const char *url_key, const char *path, int64_t size, const char *start)
{
    struct line line;
    snprintf(line.text, sizeof(line.text),
             "{\"schema\":\"haul.result/1\",\"i\":1,\"key\":\"%s\",\"url\":\"http://a/%s\","
             "\"status\":\"downloaded\",\"attempts\":1,\"http\":200,\"start\":\"%s\","
             "\"us\":{\"total\":%d},\"bytes\":{\"file\":%lld},\"path\":\"%s\","
             "\"type\":{\"detected\":\"image/png\"},\"etag\":\"\\\"t\\\"\"}\n",
             url_key, path, start, TOTAL_US, (long long)size, path);
    return line;
}

static struct state_rebuilt rebuild(struct state *state)
{
    struct error error = {0};
    struct state_rebuilt done = {99, 99};
    ck_assert_msg(state_rebuild(state, root, &done, &error), "%s", error.text);
    ck_assert_int_eq(error.kind, ERROR_NONE);
    return done;
}

static struct state_rebuilt fold(struct state *state)
{
    struct error error = {0};
    struct state_rebuilt done = {99, 99};
    ck_assert_msg(state_fold_interrupted(state, root, &done, &error), "%s", error.text);
    return done;
}

START_TEST(without_runs_there_is_nothing_to_add)
{
    struct state *state = open_state();
    ck_assert_uint_eq(rebuild(state).runs, 0);
    ck_assert_uint_eq(fold(state).runs, 0);
    ck_assert_int_eq(mkdir(in_scratch("out/.haul/runs"), 0700), 0);
    ck_assert_int_eq(mkdir(in_scratch("out/.haul/runs/" RUN_1), 0700), 0);
    ck_assert_int_eq(mkdir(in_scratch("out/.haul/runs/notes"), 0700), 0);
    ck_assert_uint_eq(rebuild(state).runs, 0);
    ck_assert_uint_eq(fold(state).runs, 0);
    ck_assert(state_is_empty(state));
    state_close(state);
}
END_TEST

/* The record as haul writes it. */
START_TEST(a_record_becomes_the_row_that_the_state_had)
{
    struct job *job = job_create(1, "list", 1, "http://u:secret@a/b", 19);
    job->key = key;
    job->outcome.status = STATUS_DOWNLOADED;
    job->outcome.failure = FAILURE_NONE;
    job->outcome.http = 200;
    job->outcome.attempts = 1;
    job->outcome.start_us = STARTED_US;
    job->outcome.us.total = TOTAL_US;
    job->outcome.file_bytes = 3;
    job->outcome.path = memory_copy_string("d/e/a.png");
    job->outcome.detected_type = "image/png";
    job->outcome.image = (struct image_info){.format = "png", .width = 640, .height = 480};
    static const char digits[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    job->outcome.sha256 = memory_copy_string(digits);
    job->outcome.etag = memory_copy_string("W/\"x\\y\"");
    job->outcome.last_modified = 1234567890;
    struct redaction redaction = {0};
    struct text text;
    text_init(&text, SIZE_MAX / 4);
    ck_assert(record_append_json(&text, job, &redaction));
    make_file("d/e/a.png", "abc");
    write_run(RUN_1, "results.jsonl", text.data);
    text_clear(&text);
    job_destroy(job);

    struct state *state = open_state();
    struct state_rebuilt done = rebuild(state);
    ck_assert_uint_eq(done.runs, 1);
    ck_assert_uint_eq(done.rows, 1);
    struct state_row row;
    ck_assert(state_find(state, key, &row));
    ck_assert_ptr_null(strstr(row.url, "secret"));
    ck_assert_ptr_nonnull(strstr(row.url, "a/b"));
    ck_assert_str_eq(row.name, "d/e/a.png");
    ck_assert_int_eq(row.size, 3);
    ck_assert_int_eq(row.modified_ns, FILE_TIME * 1000000000 + 5);
    ck_assert_str_eq(row.etag, "W/\"x\\y\"");
    ck_assert_int_eq(row.last_modified, 1234567890);
    ck_assert_str_eq(row.type, "image/png");
    ck_assert_str_eq(row.sha256, digits);
    ck_assert_int_eq(row.width, 640);
    ck_assert_int_eq(row.height, 480);
    ck_assert_int_eq(row.downloaded_us, STARTED_US + TOTAL_US);
    ck_assert_int_eq(row.checks, 0);
    ck_assert(state_has_directory(state, "d") && state_has_directory(state, "d/e"));
    ck_assert(!state_has_directory(state, "d/e/a.png"));
    ck_assert(state_path_is_taken(state, "D/E/A.PNG", key_of_number(77)));
    ck_assert_uint_eq(rebuild(state).rows, 0); /* it is known now */
    state_close(state);
}
END_TEST

#define BEGIN "{\"schema\":\"haul.result/1\",\"i\":1,\"key\":\"" KEY "\",\"url\":\"http://a/b\","
#define DOWNLOADED                                                                                 \
    "\"status\":\"downloaded\",\"attempts\":1,\"http\":200,\"start\":\"" STARTED "\","
#define KEPT "\"status\":\"kept\",\"attempts\":0,\"http\":null,\"start\":null,"
#define FILE_OF(path, size) "\"bytes\":{\"file\":" size "},\"path\":\"" path "\""
#define END "}\n"

static const struct {
    const char *line;
    bool is_added;
} line_cases[] = {
    {BEGIN DOWNLOADED FILE_OF("a.png", "3") END, true},
    {BEGIN DOWNLOADED "\"us\":{\"total\":null}," FILE_OF("a.png", "3") END, true},
    {BEGIN KEPT "\"etag\":\"x\"," FILE_OF("a.png", "3") END, true},
    {BEGIN KEPT "\"last_modified\":\"2020-01-01T00:00:00Z\"," FILE_OF("a.png", "3") END, true},
    {BEGIN KEPT "\"type\":{\"detected\":\"image/png\"}," FILE_OF("a.png", "3") END, true},
    {BEGIN "\"status\":\"kept\",\"attempts\":1,\"http\":304," FILE_OF("a.png", "3") END, true},
    /* Somebody's own file, which a checksum proved. */
    {BEGIN KEPT FILE_OF("a.png", "3") END, false},
    {BEGIN "\"status\":\"kept\",\"attempts\":1,\"http\":200,\"etag\":\"x\"," FILE_OF("a.png", "3")
         END,
     false},
    {BEGIN "\"status\":\"failed\",\"detail\":\"downloaded\",\"start\":\"" STARTED
           "\"," FILE_OF("a.png", "3") END,
     false},
    {BEGIN "\"status\":\"duplicate\",\"extra\":[\"kept\"]," FILE_OF("a.png", "3") END, false},
    {BEGIN "\"status\":\"ok\",\"extra\":[\"kept\"]," FILE_OF("a.png", "3") END, false},
    {BEGIN "\"status\":\"downloaded\",\"start\":null," FILE_OF("a.png", "3") END, false},
    {BEGIN "\"status\":\"downloaded\",\"start\":\"2026\"," FILE_OF("a.png", "3") END, false},
    {BEGIN DOWNLOADED "\"us\":{\"total\":9223372036854775807}," FILE_OF("a.png", "3") END, false},
    {BEGIN DOWNLOADED FILE_OF("a.png", "4") END, false},
    {BEGIN DOWNLOADED FILE_OF("a.png", "-1") END, false},
    {BEGIN DOWNLOADED FILE_OF("a.png", "3.0") END, false},
    {BEGIN DOWNLOADED FILE_OF("a.png", "null") END, false},
    {BEGIN DOWNLOADED FILE_OF("missing.png", "3") END, false},
    {BEGIN DOWNLOADED FILE_OF("link.png", "3") END, false},
    {BEGIN DOWNLOADED FILE_OF("folder", "3") END, false},
    {BEGIN DOWNLOADED FILE_OF("linked/b.png", "3") END, false},
    {BEGIN DOWNLOADED FILE_OF("touched.png", "3") END, false},
    {BEGIN DOWNLOADED FILE_OF("older.png", "3") END, false},
    {BEGIN DOWNLOADED "\"last_modified\":\"2026-11-20T11:59:00Z\"," FILE_OF("older.png", "3") END,
     true},
    {BEGIN DOWNLOADED FILE_OF("../outside.png", "3") END, false},
    {BEGIN DOWNLOADED FILE_OF("folder/../a.png", "3") END, false},
    {BEGIN DOWNLOADED FILE_OF("./a.png", "3") END, false},
    {BEGIN DOWNLOADED FILE_OF("/a.png", "3") END, false},
    {BEGIN DOWNLOADED FILE_OF("", "3") END, false},
    {BEGIN DOWNLOADED FILE_OF(".haul/own", "3") END, false},
    {BEGIN DOWNLOADED FILE_OF(".hidden", "3") END, false},
    {BEGIN DOWNLOADED FILE_OF("a.png\\u0000.png", "3") END, false},
    {BEGIN DOWNLOADED FILE_OF("odd\\u0007.png", "3") END, false},
    {BEGIN DOWNLOADED "\"bytes\":{\"file\":3},\"path\":null" END, false},
    {BEGIN DOWNLOADED "\"bytes\":{\"file\":3},\"path\":5" END, false},
    {"{\"schema\":\"haul.result/2\",\"key\":\"" KEY
     "\",\"url\":\"u\"," DOWNLOADED FILE_OF("a.png", "3") END,
     false},
    {"{\"schema\":\"haul.result/1\",\"key\":\"" KEY "\"," DOWNLOADED FILE_OF("a.png", "3") END,
     false},
    {"{\"schema\":\"haul.result/1\",\"key\":\"f0\",\"url\":\"u\"," DOWNLOADED FILE_OF("a.png", "3")
         END,
     false},
    {"{\"schema\":\"haul.result/"
     "1\",\"key\":\"F000000000000001FFFFFFFFFFFFFFFE\",\"url\":\"u\"," DOWNLOADED FILE_OF("a.png",
                                                                                          "3") END,
     false},
    {"[\"downloaded\"]\n", false},
    {"\"downloaded\"\n", false},
    {BEGIN DOWNLOADED FILE_OF("a.png", "3") "\n", false},
    {BEGIN DOWNLOADED FILE_OF("a.png", "3") "}", false}, /* a line that was cut may look whole */
};

START_TEST(only_what_haul_downloaded_and_is_there_is_added)
{
    make_file("a.png", "abc");
    make_file("touched.png", "abc");
    date("touched.png", FILE_TIME + 10);
    make_file("older.png", "abc");
    date("older.png", RUN_1_TIME - 60);
    make_file(".haul/own", "abc");
    make_file(".hidden", "abc");
    make_file("odd\a.png", "abc");
    make_file("folder/b.png", "abc");
    scratch_write("outside.png", "abc");
    ck_assert_int_eq(symlink("a.png", in_scratch("out/link.png")), 0);
    ck_assert_int_eq(symlink("folder", in_scratch("out/linked")), 0);
    write_run(RUN_1, "results.jsonl", line_cases[_i].line);
    date("a.png", strstr(line_cases[_i].line, "kept") != NULL ? FILE_TIME - 60 : FILE_TIME);
    struct state *state = open_state();
    struct state_rebuilt done = rebuild(state);
    ck_assert_uint_eq(done.runs, 1);
    struct state_row row;
    ck_assert_msg(state_find(state, key, &row) == line_cases[_i].is_added, "%s",
                  line_cases[_i].line);
    ck_assert_uint_eq(done.rows, line_cases[_i].is_added);
    ck_assert_int_eq(state_is_empty(state), !line_cases[_i].is_added);
    state_close(state);
}
END_TEST

static const struct {
    const char *members;
    const char *etag;
    const char *type;
    const char *sha256;
    int64_t width;
    int64_t last_modified;
} value_cases[] = {
    {"\"etag\":\"\\\"a\\\"\",\"type\":{\"detected\":\"image/jpeg\"},\"image\":{\"width\":7}",
     "\"a\"", "image/jpeg", NULL, 7, -1},
    /* A header of the next request would end there. */
    {"\"etag\":\"\\\"a\\\"\\r\\nX: y\"", NULL, NULL, NULL, 0, -1},
    {"\"etag\":\"\\\"a\\uFFFD\\\"\"", NULL, NULL, NULL, 0, -1},
    {"\"etag\":\"\"", NULL, NULL, NULL, 0, -1},
    {"\"etag\":5,\"type\":5,\"image\":5,\"sha256\":5,\"last_modified\":5", NULL, NULL, NULL, 0, -1},
    {"\"type\":{\"detected\":\"image/nothing\"}", NULL, NULL, NULL, 0, -1},
    {"\"sha256\":\"abc\"", NULL, NULL, NULL, 0, -1},
    {"\"image\":{\"width\":-7}", NULL, NULL, NULL, 0, -1},
    {"\"image\":{\"width\":5000000000}", NULL, NULL, NULL, 0, -1},
    {"\"last_modified\":\"2009-02-13T23:31:30Z\"", NULL, NULL, NULL, 0, 1234567890},
    {"\"last_modified\":\"2009-02-13T23:31:30+01:00\"", NULL, NULL, NULL, 0, -1},
    {"\"last_modified\":\"2009-02-30\"", NULL, NULL, NULL, 0, -1},
};

static bool is_same(const char *found, const char *expected)
{
    return found == NULL || expected == NULL ? found == expected : strcmp(found, expected) == 0;
}

START_TEST(values_that_haul_would_not_write_are_unknown)
{
    char line[2000];
    snprintf(line, sizeof(line), BEGIN DOWNLOADED "%s," FILE_OF("a.png", "3") END,
             value_cases[_i].members);
    make_file("a.png", "abc");
    write_run(RUN_1, "results.jsonl", line);
    struct state *state = open_state();
    struct state_row row;
    ck_assert_uint_eq(rebuild(state).rows, 1);
    ck_assert(state_find(state, key, &row));
    ck_assert(is_same(row.etag, value_cases[_i].etag));
    ck_assert(is_same(row.type, value_cases[_i].type));
    ck_assert(is_same(row.sha256, value_cases[_i].sha256));
    ck_assert_int_eq(row.width, value_cases[_i].width);
    ck_assert_int_eq(row.last_modified, value_cases[_i].last_modified);
    state_close(state);
}
END_TEST

START_TEST(the_server_may_have_dated_the_file_into_the_future)
{
    make_file("a.png", "abc");
    date("a.png", FILE_TIME + 86400);
    write_run(RUN_1, "results.jsonl",
              BEGIN DOWNLOADED "\"last_modified\":\"2026-11-21T12:00:31Z\"," FILE_OF("a.png", "3")
                  END);
    struct state *state = open_state();
    ck_assert_uint_eq(rebuild(state).rows, 1);
    state_close(state);
}
END_TEST

START_TEST(lines_that_are_no_record_do_not_touch_their_neighbours)
{
    enum { LONG = 5 * 1024 * 1024 };
    make_file("a.png", "abc");
    make_file("b.png", "abc");
    make_file("c.png", "abc");
    char *text = malloc(LONG + 20000);
    size_t length =
        (size_t)sprintf(text, "%s\n\x01\xFF{]\n", record_of(KEY, "a.png", 3, STARTED).text);
    memset(text + length, '[', LONG);
    length += LONG;
    struct line second = record_of("00000000000000000000000000000002", "b.png", 3, STARTED);
    struct line third = record_of("00000000000000000000000000000003", "c.png", 3, STARTED);
    third.text[strlen(third.text) - 20] = '\0'; /* the run was killed here */
    sprintf(text + length, "\n%s%s", second.text, third.text);
    write_run(RUN_1, "results.jsonl", text);
    free(text);
    struct state *state = open_state();
    ck_assert_uint_eq(rebuild(state).rows, 2);
    struct state_row row;
    ck_assert(state_find(state, key, &row));
    ck_assert(state_find(state, (struct key){0, 2}, &row));
    ck_assert_str_eq(row.name, "b.png");
    state_close(state);
}
END_TEST

START_TEST(later_records_replace_earlier_ones)
{
    make_file("a.png", "abc");
    make_file("b.png", "abcd");
    date("b.png", RUN_2_FILE_TIME);
    write_run(RUN_2, "results.jsonl",
              record_of(KEY, "b.png", 4, "2026-11-20T13:00:00.000000Z").text);
    write_run(RUN_1, "results.jsonl", record_of(KEY, "a.png", 3, STARTED).text);
    write_run("20250101T000000Z-ffff", "results.jsonl",
              record_of(KEY, "missing.png", 3, "2025-01-01T00:00:01.000000Z").text);
    struct state *state = open_state();
    struct state_rebuilt done = rebuild(state);
    ck_assert_uint_eq(done.runs, 3);
    struct state_row row;
    ck_assert(state_find(state, key, &row));
    ck_assert_str_eq(row.name, "b.png");
    state_close(state);
}
END_TEST

START_TEST(a_file_of_two_records_is_the_later_ones)
{
    make_file("a.png", "abc");
    date("a.png", RUN_2_FILE_TIME);
    write_run(RUN_1, "results.jsonl",
              record_of("00000000000000000000000000000002", "a.png", 3, STARTED).text);
    write_run(RUN_2, "results.jsonl",
              record_of(KEY, "a.png", 3, "2026-11-20T13:00:00.000000Z").text);
    struct state *state = open_state();
    rebuild(state);
    struct state_row row;
    ck_assert(state_find(state, key, &row));
    ck_assert(!state_find(state, (struct key){0, 2}, &row));
    ck_assert(!state_name_is_taken(state, "a.png", key));
    state_close(state);
}
END_TEST

#define RUN_1_US INT64_C(1795176000000000)

static const struct {
    int64_t put_us;
    const char *name; /* of the row then */
} age_cases[] = {
    {STARTED_US + TOTAL_US + 1, "old.png"},
    {STARTED_US + TOTAL_US, "old.png"},
    {RUN_1_US, "old.png"}, /* by that run, whose clock was set back */
    {RUN_1_US - 1, "a.png"},
    {0, "a.png"},
};

START_TEST(a_row_that_is_as_new_as_the_record_stays)
{
    make_file("a.png", "abc");
    write_run(RUN_1, "results.jsonl", record_of(KEY, "a.png", 3, STARTED).text);
    struct state *state = open_state();
    struct state_row row = row_of(1, "old.png");
    row.key = key;
    row.downloaded_us = age_cases[_i].put_us;
    put(state, &row);
    rebuild(state);
    struct state_row found;
    ck_assert(state_find(state, key, &found));
    ck_assert_str_eq(found.name, age_cases[_i].name);
    state_close(state);
}
END_TEST

START_TEST(what_was_kept_takes_nothing_from_the_row)
{
    make_file("a.png", "abc");
    date("a.png", FILE_TIME - 60);
    write_run(RUN_1, "results.jsonl", BEGIN KEPT "\"etag\":\"x\"," FILE_OF("a.png", "3") END);
    struct state *state = open_state();
    struct state_row row = row_of(1, "a.png");
    row.key = key;
    row.downloaded_us = 1;
    row.sha256 = "abc";
    put(state, &row);
    ck_assert_uint_eq(rebuild(state).rows, 0);
    struct state_row found;
    ck_assert(state_find(state, key, &found));
    ck_assert_str_eq(found.sha256, "abc");
    state_close(state);
}
END_TEST

static void plant_runs_link(void)
{
    ck_assert_int_eq(rename(in_scratch("out/.haul/runs"), in_scratch("elsewhere")), 0);
    ck_assert_int_eq(symlink(in_scratch("elsewhere"), in_scratch("out/.haul/runs")), 0);
}

static void plant_run_link(void)
{
    ck_assert_int_eq(rename(in_scratch("out/.haul/runs/" RUN_1), in_scratch("elsewhere")), 0);
    ck_assert_int_eq(symlink(in_scratch("elsewhere"), in_scratch("out/.haul/runs/" RUN_1)), 0);
}

#define RESULTS "out/.haul/runs/" RUN_1 "/results.jsonl"

static void plant_results_link(void)
{
    ck_assert_int_eq(rename(in_scratch(RESULTS), in_scratch("elsewhere")), 0);
    ck_assert_int_eq(symlink(in_scratch("elsewhere"), in_scratch(RESULTS)), 0);
}

static void plant_fifo(void)
{
    ck_assert_int_eq(unlink(in_scratch(RESULTS)), 0);
    ck_assert_int_eq(mkfifo(in_scratch(RESULTS), 0600), 0);
}

static void plant_directory(void)
{
    ck_assert_int_eq(unlink(in_scratch(RESULTS)), 0);
    ck_assert_int_eq(mkdir(in_scratch(RESULTS), 0700), 0);
}

static void (*const planters[])(void) = {plant_runs_link, plant_run_link, plant_results_link,
                                         plant_fifo, plant_directory};

START_TEST(only_regular_files_below_are_read)
{
    make_file("a.png", "abc");
    write_run(RUN_1, "results.jsonl", record_of(KEY, "a.png", 3, STARTED).text);
    planters[_i]();
    struct state *state = open_state();
    ck_assert_uint_eq(rebuild(state).runs, 0);
    ck_assert_uint_eq(fold(state).runs, 0);
    ck_assert(state_is_empty(state));
    state_close(state);
}
END_TEST

static const struct {
    const char *report; /* of the newest run; NULL = none */
    bool is_read;
} report_cases[] = {
    {NULL, true},
    {"", true},
    {"{\"outcome\":\"runn", true},
    {"{\"outcome\":\"running\"}", true},
    {"{\"outcome\":null}", true},
    {"[]", true},
    {"{\"outcome\":\"finished\"}", false},
    {"{\"outcome\":\"interrupted\",\"counts\":{}}", false},
};

START_TEST(only_the_newest_run_is_folded_and_only_when_it_was_interrupted)
{
    make_file("a.png", "abc");
    date("a.png", RUN_2_FILE_TIME);
    make_file("b.png", "abc");
    write_run(RUN_1, "results.jsonl",
              record_of("00000000000000000000000000000002", "b.png", 3, STARTED).text);
    write_run(RUN_2, "results.jsonl",
              record_of(KEY, "a.png", 3, "2026-11-20T13:00:00.000000Z").text);
    if (report_cases[_i].report != NULL)
        write_run(RUN_2, "report.json", report_cases[_i].report);
    struct state *state = open_state();
    struct state_rebuilt done = fold(state);
    ck_assert_uint_eq(done.runs, report_cases[_i].is_read);
    ck_assert_uint_eq(done.rows, report_cases[_i].is_read);
    struct state_row row;
    ck_assert_int_eq(state_find(state, key, &row), report_cases[_i].is_read);
    ck_assert(!state_find(state, (struct key){0, 2}, &row));
    ck_assert_uint_eq(fold(state).rows, 0);
    state_close(state);
}
END_TEST

START_TEST(a_rebuild_that_was_killed_is_done_by_the_next_run)
{
    make_file("a.png", "abc");
    write_run(RUN_1, "results.jsonl", record_of(KEY, "a.png", 3, STARTED).text);
    write_run(RUN_1, "report.json", "{\"outcome\":\"finished\"}");
    write_run(RUN_2, "report.json", "{\"outcome\":\"finished\"}");
    scratch_write(DATABASE, "no database, and more than enough of it to be seen at once");
    struct error error = {0};
    struct state_set_aside aside;
    struct state *state = state_open(root, &aside, &error);
    ck_assert_msg(state != NULL && aside.happened, "%s", error.text);
    state_close(state); /* and dies */

    state = open_state();
    struct state_row row;
    ck_assert_uint_eq(fold(state).rows, 1);
    ck_assert(state_find(state, key, &row));
    ck_assert_uint_eq(fold(state).runs, 0); /* that was all */
    state_close(state);
}
END_TEST

START_TEST(many_rows_take_several_transactions)
{
    enum { MANY = 10034 };
    char *text = malloc(MANY * 600);
    size_t length = 0;
    for (unsigned i = 0; i < MANY; i++) {
        char name[40], digits[40];
        snprintf(name, sizeof(name), "d%u/f%u.png", i / 1000, i);
        /* Both halves differ: of a key, the first alone is indexed. */
        snprintf(digits, sizeof(digits), "%016x%016x", i, i);
        make_file(name, "abc");
        length += (size_t)sprintf(text + length, "%s", record_of(digits, name, 3, STARTED).text);
    }
    write_run(RUN_1, "results.jsonl", text);
    free(text);
    struct state *state = open_state();
    ck_assert_uint_eq(rebuild(state).rows, MANY);
    struct state *reader = open_reader();
    for (unsigned i = 0; i < MANY; i++) {
        struct state_row row;
        ck_assert(state_find(reader, (struct key){i, i}, &row));
    }
    ck_assert(state_has_directory(reader, "d0") && state_has_directory(reader, "d10"));
    state_close(reader);
    state_close(state);
}
END_TEST

START_TEST(a_state_that_cannot_be_written_is_an_error)
{
    make_file("a.png", "abc");
    write_run(RUN_1, "results.jsonl", record_of(KEY, "a.png", 3, STARTED).text);
    struct state *state = open_state();
    struct error error = {0};
    struct state_rebuilt done = {99, 99};
    ck_assert(state_begin(state, &error)); /* a second one cannot begin */
    ck_assert(!state_rebuild(state, root, &done, &error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_uint_eq(done.rows, 99);
    ck_assert(state_rebuild(state, root, &done, &error)); /* the failure ended the transaction */
    ck_assert_uint_eq(done.rows, 1);
    state_close(state);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("state_rebuild");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 20);
    tcase_add_test(cases, without_runs_there_is_nothing_to_add);
    tcase_add_test(cases, a_record_becomes_the_row_that_the_state_had);
    tcase_add_loop_test(cases, only_what_haul_downloaded_and_is_there_is_added, 0,
                        (int)ARRAY_LENGTH(line_cases));
    tcase_add_loop_test(cases, values_that_haul_would_not_write_are_unknown, 0,
                        (int)ARRAY_LENGTH(value_cases));
    tcase_add_test(cases, the_server_may_have_dated_the_file_into_the_future);
    tcase_add_test(cases, lines_that_are_no_record_do_not_touch_their_neighbours);
    tcase_add_test(cases, later_records_replace_earlier_ones);
    tcase_add_test(cases, a_file_of_two_records_is_the_later_ones);
    tcase_add_loop_test(cases, a_row_that_is_as_new_as_the_record_stays, 0,
                        (int)ARRAY_LENGTH(age_cases));
    tcase_add_test(cases, what_was_kept_takes_nothing_from_the_row);
    tcase_add_loop_test(cases, only_regular_files_below_are_read, 0, (int)ARRAY_LENGTH(planters));
    tcase_add_loop_test(cases, only_the_newest_run_is_folded_and_only_when_it_was_interrupted, 0,
                        (int)ARRAY_LENGTH(report_cases));
    tcase_add_test(cases, a_rebuild_that_was_killed_is_done_by_the_next_run);
    tcase_add_test(cases, many_rows_take_several_transactions);
    tcase_add_test(cases, a_state_that_cannot_be_written_is_an_error);
    Suite *suite = suite_create("state_rebuild");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
