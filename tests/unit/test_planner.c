#include "app/planner.h"

#include <check.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "scratch.h"

static struct root *root;
static struct state *state;
static struct name_template *name_template;
static struct warnings *warnings;
static struct planner *planner;
static uint64_t next_index;
static struct verification_rules rules;
static bool wants_update;
static bool wants_all;

static void setup(void)
{
    struct error error = {0};
    scratch_setup();
    root = root_open(in_scratch("out"), &error);
    ck_assert_msg(root != NULL, "%s", error.text);
    state = state_open(root, NULL, &error);
    ck_assert_msg(state != NULL, "%s", error.text);
    warnings = warnings_create();
    name_template = name_template_create("{name}", &error);
    planner = NULL;
    next_index = 1;
    rules = (struct verification_rules){0};
    wants_update = wants_all = false;
}

static void teardown(void)
{
    planner_destroy(planner);
    name_template_destroy(name_template);
    warnings_destroy(warnings);
    state_close(state);
    root_close(root);
    scratch_teardown();
}

static void hide_warning(void *context, const char *words)
{
    (void)context;
    (void)words;
}

static void make(enum existing_policy existing, bool names_later)
{
    struct planner_settings settings = {
        .naming = {.template = name_template, .root = root, .state = state, .existing = existing},
        .rules = &rules,
        .names_later = names_later,
        .wants_update = wants_update,
        .wants_all = wants_all,
        .warnings = warnings,
    };
    warnings_show_with(warnings, hide_warning, NULL);
    planner = planner_create(&settings);
}

/* Keys and values in turn, NULL at the end. */
static enum plan plan(const char *url, const char *const *pairs, struct job **out_job)
{
    struct list_field fields[8];
    struct source_item item = {
        .line = next_index + 10, .url = url, .url_length = strlen(url), .fields = fields};
    for (; pairs != NULL && pairs[2 * item.field_count] != NULL; item.field_count++) {
        const char *const *pair = pairs + 2 * item.field_count;
        fields[item.field_count] =
            (struct list_field){pair[0], strlen(pair[0]), pair[1], strlen(pair[1]), false};
    }
    item.has_options = true;
    *out_job = planner_make_job(planner, next_index++, "list", &item);
    return planner_decide(planner, *out_job, &item, false);
}

static void expect(enum plan expected, const char *url, const char *const *pairs, const char *name)
{
    struct job *job;
    enum plan actual = plan(url, pairs, &job);
    ck_assert_msg(actual == expected, "%s: plan %d, detail '%s'", url, actual,
                  outcome_detail(&job->outcome));
    if (name != NULL)
        ck_assert_str_eq(job->name, name);
    job_destroy(job);
}

static void write_file(const char *name, const char *text)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "out/%s", name);
    FILE *file = fopen(in_scratch(path), "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

#define PAIRS(...) ((const char *const[]){__VA_ARGS__, NULL})

START_TEST(the_same_url_under_another_out_or_dir_is_another_file)
{
    make(EXISTING_SKIP, false);
    expect(PLAN_DOWNLOAD, "http://a.example/x.txt", NULL, "x.txt");
    expect(PLAN_DUPLICATE, "http://A.example:80/x.txt#f", NULL, NULL);
    expect(PLAN_DOWNLOAD, "http://a.example/x.txt", PAIRS("out", "y.txt"), "y.txt");
    expect(PLAN_DUPLICATE, "http://a.example/x.txt", PAIRS("out", "y.txt", "caption", "c"), NULL);
    expect(PLAN_DOWNLOAD, "http://a.example/x.txt", PAIRS("dir", "d"), "d/x.txt");
    expect(PLAN_DOWNLOAD, "http://a.example/x.txt", PAIRS("dir", "d", "out", "y.txt"), "d/y.txt");
    expect(PLAN_DOWNLOAD, "http://a.example/x.txt", PAIRS("out", "d/y.txt"), "d/y-2.txt");
    expect(PLAN_DUPLICATE, "http://a.example/x.txt\thttp://b.example/", NULL, NULL);
}
END_TEST

START_TEST(what_cannot_be_used_is_bad_with_a_reason)
{
    struct job *job;
    make(EXISTING_SKIP, false);
    static const struct {
        const char *url;
        const char *const pairs[5];
        const char *reason;
    } bad[] = {
        {"no url", {NULL}, "scheme"},
        {"http://a/\tno mirror", {NULL}, "mirror"},
        {"ftp://a/", {NULL}, "neither http nor https"},
        {"{\"url\": 1}", {NULL}, "jsonl"},
        {"url,caption", {NULL}, "csv"},
        {"out=x", {NULL}, "blank"},
        {"http://a/1", {"out", "../x", NULL}, ".."},
        {"http://a/2", {"dir", "a//b", NULL}, "empty"},
        {"http://a/3", {"checksum", "sha-256=1", NULL}, "checksum"},
        {"http://a/4", {"header", "no colon", NULL}, "header"},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
        ck_assert_int_eq(plan(bad[i].url, bad[i].pairs, &job), PLAN_BAD);
        ck_assert_int_eq(job->outcome.status, STATUS_FAILED);
        ck_assert_msg(strstr(outcome_detail(&job->outcome), bad[i].reason) != NULL, "%s: '%s'",
                      bad[i].url, outcome_detail(&job->outcome));
        job_destroy(job);
    }
}
END_TEST

START_TEST(each_unknown_option_is_warned_about_once)
{
    size_t count;
    make(EXISTING_SKIP, false);
    expect(PLAN_DOWNLOAD, "http://a/1", PAIRS("split", "5"), NULL);
    expect(PLAN_DOWNLOAD, "http://a/2", PAIRS("split", "6"), NULL);
    expect(PLAN_DOWNLOAD, "http://a/3", PAIRS("dir", "/abs"), "abs/3");
    expect(PLAN_DOWNLOAD, "http://a/4", PAIRS("dir", "/abs"), "abs/4");
    for (int i = 0; i < 30; i++) {
        char key[] = {'k', (char)('a' + i % 26), (char)('a' + i / 26), '\0'};
        char url[32];
        snprintf(url, sizeof url, "http://b/%d", i);
        expect(PLAN_DOWNLOAD, url, PAIRS(key, "x"), NULL);
    }
    char **copy = warnings_copy(warnings, &count);
    ck_assert_uint_eq(count, 11); /* ten names, and the absolute dir */
    ck_assert_ptr_nonnull(strstr(copy[0], "list:11"));
    ck_assert_ptr_nonnull(strstr(copy[0], "'split'"));
    warnings_free_copy(copy, count);
}
END_TEST

static void remember(const char *url, const char *name, int64_t size)
{
    struct error error = {0};
    struct url parsed;
    enum failure failure;
    const char *reason;
    ck_assert(url_parse(url, strlen(url), &parsed, &failure, &reason));
    struct state_row row = {.key = url_key(&parsed),
                            .url = url,
                            .name = name,
                            .size = size,
                            .downloaded_us = clock_wall_us()};
    ck_assert(state_begin(state, &error) && state_put(state, &row, &error) &&
              state_commit(state, &error));
    url_clear(&parsed);
}

START_TEST(a_file_of_an_earlier_run_is_kept_under_its_name)
{
    write_file("old-7.txt", "four");
    write_file("changed.txt", "changed");
    remember("http://a/new.txt", "old-7.txt", 4);
    remember("http://a/changed.txt", "changed.txt", 4);
    remember("http://a/gone.txt", "gone-3.txt", 4);
    remember("http://a/evil.txt", "../evil.txt", 4);
    make(EXISTING_SKIP, false);
    expect(PLAN_KEPT, "http://a/new.txt", NULL, "old-7.txt");
    expect(PLAN_IN_THE_WAY, "http://a/changed.txt", NULL, "changed.txt");
    expect(PLAN_DOWNLOAD, "http://a/gone.txt", NULL, "gone-3.txt");
    expect(PLAN_DOWNLOAD, "http://a/evil.txt", NULL, "evil.txt");
    expect(PLAN_DOWNLOAD, "http://b/old-7.txt", NULL, "old-7-2.txt");
}
END_TEST

/* SHA-256 of "four". */
#define FOUR "sha-256=04efaf080f5a3e74e1c29d1ca6a48569382cbbcd324e8d59d2b83ef21c039f00"

START_TEST(a_checksum_proves_a_file_that_haul_did_not_make)
{
    write_file("proven.txt", "four");
    write_file("other.txt", "five");
    make(EXISTING_SKIP, false);
    expect(PLAN_KEPT, "http://a/proven.txt", PAIRS("checksum", FOUR), "proven.txt");
    expect(PLAN_IN_THE_WAY, "http://a/other.txt", PAIRS("checksum", FOUR), "other.txt");
    /* A file is no directory, and a link is not followed. */
    ck_assert_int_eq(symlink("/", in_scratch("out/link")), 0);
    expect(PLAN_DOWNLOAD, "http://b/1", PAIRS("out", "other.txt/x"), "other-2.txt/x");
    expect(PLAN_IN_THE_WAY, "http://b/2", PAIRS("out", "link/x.txt"), "link/x.txt");
}
END_TEST

START_TEST(a_kept_file_must_hold_what_this_run_asks_of_it)
{
    struct error error = {0};
    write_file("text.txt", "four");
    remember("http://a/text.txt", "text.txt", 4);
    rules.expectation = expectation_create("image", &error);
    make(EXISTING_SKIP, false);
    struct job *job;
    ck_assert_int_eq(plan("http://a/text.txt", NULL, &job), PLAN_DOWNLOAD);
    ck_assert(job->owns_existing);
    ck_assert_str_eq(job->name, "text.txt");
    uint64_t checks = job->checks;
    ck_assert_uint_ne(checks, 0);
    job_destroy(job);
    planner_destroy(planner);
    /* It is remembered what held. */
    struct state_row row = {.url = "http://a/text.txt",
                            .name = "text.txt",
                            .size = 4,
                            .downloaded_us = clock_wall_us()};
    row.key = key_of("http://a/text.txt", strlen("http://a/text.txt"));
    row.checks = (int64_t)checks;
    ck_assert(state_begin(state, &error) && state_put(state, &row, &error) &&
              state_commit(state, &error));
    make(EXISTING_SKIP, false);
    expect(PLAN_KEPT, "http://a/text.txt", NULL, "text.txt");
    expectation_destroy((struct expectation *)rules.expectation);
}
END_TEST

START_TEST(a_file_that_somebody_wrote_since_is_not_replaced)
{
    write_file("1.txt", "five");
    remember("http://a/1.txt", "1.txt", 4);
    struct timespec later[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, {.tv_sec = time(NULL) + 60}};
    ck_assert_int_eq(utimensat(AT_FDCWD, in_scratch("out/1.txt"), later, 0), 0);
    make(EXISTING_SKIP, false);
    expect(PLAN_IN_THE_WAY, "http://a/1.txt", PAIRS("checksum", FOUR), "1.txt");
}
END_TEST

/* A row as a download leaves it: with the file's own time, and what the server said. */
static void remember_whole(const char *url, const char *name, const char *etag, int64_t date)
{
    struct error error = {0};
    struct stat status;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "out/%s", name);
    ck_assert_int_eq(stat(in_scratch(path), &status), 0);
    struct state_row row = {.key = key_of(url, strlen(url)),
                            .url = url,
                            .name = name,
                            .size = status.st_size,
                            .modified_ns = root_mtime_ns(&status),
                            .etag = etag,
                            .last_modified = date,
                            .downloaded_us = 1};
    ck_assert(state_begin(state, &error) && state_put(state, &row, &error) &&
              state_commit(state, &error));
}

START_TEST(an_update_asks_with_what_the_server_said)
{
    struct job *job;
    write_file("both.txt", "four");
    write_file("none.txt", "four");
    remember_whole("http://a/both.txt", "both.txt", "\"v1\"", 784111777);
    remember_whole("http://a/none.txt", "none.txt", NULL, -1);
    wants_update = true;
    make(EXISTING_SKIP, false);
    ck_assert_int_eq(plan("http://a/both.txt", NULL, &job), PLAN_DOWNLOAD);
    ck_assert(job->wants_update && job->owns_existing);
    ck_assert_str_eq(job->known_etag, "\"v1\"");
    ck_assert_str_eq(job->known_date, "Sun, 06 Nov 1994 08:49:37 GMT");
    ck_assert_int_eq(job->existing_bytes, 4);
    job_destroy(job);
    ck_assert_int_eq(plan("http://a/none.txt", NULL, &job), PLAN_DOWNLOAD);
    ck_assert(job->owns_existing);
    ck_assert_ptr_null(job->known_etag);
    ck_assert_ptr_null(job->known_date);
    job_destroy(job);
}
END_TEST

START_TEST(a_forced_download_replaces_only_what_haul_wrote)
{
    struct job *job;
    write_file("own.txt", "four");
    write_file("touched.txt", "four");
    remember_whole("http://a/own.txt", "own.txt", NULL, -1);
    remember_whole("http://a/touched.txt", "touched.txt", NULL, -1);
    struct timespec before[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1}};
    ck_assert_int_eq(utimensat(AT_FDCWD, in_scratch("out/touched.txt"), before, 0), 0);
    wants_all = true;
    make(EXISTING_SKIP, false);
    ck_assert_int_eq(plan("http://a/own.txt", NULL, &job), PLAN_DOWNLOAD);
    ck_assert(job->owns_existing && !job->wants_update);
    ck_assert_str_eq(job->name, "own.txt");
    job_destroy(job);
    /* whatever its time says: it is not the one that the file was stored with */
    expect(PLAN_IN_THE_WAY, "http://a/touched.txt", NULL, "touched.txt");
}
END_TEST

START_TEST(an_update_leaves_changed_files_alone)
{
    write_file("1.txt", "four");
    remember_whole("http://a/1.txt", "1.txt", "\"v1\"", -1);
    struct timespec later[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = time(NULL) + 86400}};
    ck_assert_int_eq(utimensat(AT_FDCWD, in_scratch("out/1.txt"), later, 0), 0);
    wants_update = true;
    make(EXISTING_SKIP, false);
    expect(PLAN_IN_THE_WAY, "http://a/1.txt", NULL, "1.txt");
}
END_TEST

START_TEST(a_checksum_that_is_new_in_the_list_is_verified)
{
    write_file("1.txt", "four");
    write_file("2.txt", "five");
    remember("http://a/1.txt", "1.txt", 4);
    remember("http://a/2.txt", "2.txt", 4);
    make(EXISTING_SKIP, false);
    expect(PLAN_KEPT, "http://a/1.txt", PAIRS("checksum", FOUR), "1.txt");
    expect(PLAN_DOWNLOAD, "http://a/2.txt", PAIRS("checksum", FOUR), "2.txt");
}
END_TEST

START_TEST(names_that_come_later_are_only_wished_for)
{
    write_file("a.txt", "x");
    make(EXISTING_SKIP, true);
    expect(PLAN_DOWNLOAD, "http://a/a.txt", NULL, "a.txt");
    expect(PLAN_DOWNLOAD, "http://b/a.txt", NULL, "a.txt");
}
END_TEST

START_TEST(a_name_with_digits_of_old_content_is_not_taken_over)
{
    struct error error = {0};
    name_template_destroy(name_template);
    name_template = name_template_create("{sha256}.txt", &error);
    remember("http://a/x", "0967115f2813a3541eaef77de9d9d5773f1c0c04314b0bbfe4ff3b3b1c55b5d5.txt",
             4);
    make(EXISTING_SKIP, false);
    struct job *job;
    ck_assert_int_eq(plan("http://a/x", NULL, &job), PLAN_DOWNLOAD);
    ck_assert_uint_eq(job->digest_offset, 0);
    ck_assert_int_eq(job->name[0], '0');
    ck_assert(!job->has_history);
    job_destroy(job);
}
END_TEST

static const struct {
    enum existing_policy policy;
    enum plan plan;
    const char *name;
} way_cases[] = {
    {EXISTING_SKIP, PLAN_IN_THE_WAY, "a.txt"},
    {EXISTING_ERROR, PLAN_IN_THE_WAY, "a.txt"},
    {EXISTING_OVERWRITE, PLAN_DOWNLOAD, "a.txt"},
    {EXISTING_RENAME, PLAN_DOWNLOAD, "a-2.txt"},
};

START_TEST(the_policy_decides_about_a_file_of_somebody_else)
{
    write_file("a.txt", "x");
    make(way_cases[_i].policy, false);
    expect(way_cases[_i].plan, "http://a/a.txt", NULL, way_cases[_i].name);
    ck_assert_int_eq(mkdir(in_scratch("out/dir.txt"), 0777), 0);
    expect(PLAN_IN_THE_WAY, "http://a/dir.txt", NULL, "dir.txt"); /* the user's own */
}
END_TEST

START_TEST(a_directory_that_haul_made_gives_the_file_a_number)
{
    struct error error = {0};
    ck_assert_int_eq(mkdir(in_scratch("out/dir.txt"), 0777), 0);
    ck_assert(state_begin(state, &error) && state_put_directory(state, "dir.txt", &error) &&
              state_commit(state, &error));
    make(EXISTING_SKIP, false);
    expect(PLAN_DOWNLOAD, "http://a/dir.txt", NULL, "dir-2.txt");
    expect(PLAN_DOWNLOAD, "http://a/x", PAIRS("out", "dir.txt/x"), "dir.txt/x");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("planner");
    TCase *tests = tcase_create("planner");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_same_url_under_another_out_or_dir_is_another_file);
    tcase_add_test(tests, what_cannot_be_used_is_bad_with_a_reason);
    tcase_add_test(tests, each_unknown_option_is_warned_about_once);
    tcase_add_test(tests, a_file_of_an_earlier_run_is_kept_under_its_name);
    tcase_add_test(tests, a_checksum_proves_a_file_that_haul_did_not_make);
    tcase_add_test(tests, a_kept_file_must_hold_what_this_run_asks_of_it);
    tcase_add_test(tests, a_file_that_somebody_wrote_since_is_not_replaced);
    tcase_add_test(tests, an_update_asks_with_what_the_server_said);
    tcase_add_test(tests, a_forced_download_replaces_only_what_haul_wrote);
    tcase_add_test(tests, an_update_leaves_changed_files_alone);
    tcase_add_test(tests, a_checksum_that_is_new_in_the_list_is_verified);
    tcase_add_test(tests, names_that_come_later_are_only_wished_for);
    tcase_add_test(tests, a_name_with_digits_of_old_content_is_not_taken_over);
    tcase_add_loop_test(tests, the_policy_decides_about_a_file_of_somebody_else, 0,
                        (int)ARRAY_LENGTH(way_cases));
    tcase_add_test(tests, a_directory_that_haul_made_gives_the_file_a_number);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
