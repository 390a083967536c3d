#include "io/publisher.h"

#include "publishing.h"

START_TEST(files_get_their_names_and_rows)
{
    struct job *first = add_job("a.jpg", "first");
    struct job *second = add_job("b.jpg", "second");
    struct job *without = add_job("c.jpg", "");
    ck_assert_int_eq(root_remove_temporary(root, without->temporary), 0);
    without->temporary[0] = '\0'; /* failed before: not the publisher's business */
    job_fail(without, FAILURE_TIMEOUT, NULL);
    publish(modes[_i], EXISTING_SKIP);
    ck_assert_int_eq(first->outcome.status, STATUS_DOWNLOADED);
    ck_assert_int_eq(first->outcome.failure, FAILURE_NONE);
    ck_assert_str_eq(first->outcome.path, "a.jpg");
    ck_assert_str_eq(second->outcome.path, "b.jpg");
    ck_assert(scratch_holds("out/a.jpg", "first"));
    ck_assert(scratch_holds("out/b.jpg", "second"));
    ck_assert(no_temporary_is_left());
    ck_assert_int_eq(without->outcome.failure, FAILURE_TIMEOUT);
    ck_assert_ptr_null(without->outcome.path);
    struct state_row row;
    ck_assert(!state_find(state, without->key, &row));
    ck_assert(state_find(state, second->key, &row));
    ck_assert_str_eq(row.name, "b.jpg");
    ck_assert_str_eq(row.url, second->listed);
    ck_assert_str_eq(row.etag, "\"tag\"");
    ck_assert_int_eq(row.size, 6);
    ck_assert_int_gt(row.downloaded_us, INT64_C(1500000000000000));
}
END_TEST

START_TEST(a_batch_without_files_is_fine)
{
    publish(modes[_i], EXISTING_SKIP);
    ck_assert(state_is_empty(state));
}
END_TEST

static const struct {
    const char *name;
    bool wants;
    const char *type;
    const char *path;
    bool fixes;
} extension_cases[] = {
    {"photo", true, "image/jpeg", "photo.jpg", false},
    {"photo", true, "image/webp", "photo.webp", false},
    {"photo", true, "text/html", "photo.html", false},
    {"notes", true, "text/plain", "notes", false},
    {"photo", true, NULL, "photo", false},
    {"photo.jpg", false, "image/png", "photo.jpg", false},
    {"photo", true, "no/type", "photo", false},
    {"v1.5/photo", true, "image/jpeg", "v1.5/photo.jpg", false},
    {"photo.jpg", false, "image/png", "photo.png", true},
    {"photo.jpeg", false, "image/jpeg", "photo.jpeg", true},
    {"photo.JPG", false, "image/jpeg", "photo.JPG", true},
    {"photo.jpg", false, "application/x-tar", "photo.tar", true},
    {"photo.tar.gz", false, "image/png", "photo.png", true},
    {"photo.jpg", false, "text/plain", "photo.jpg", true},
    {"photo.jpg", false, NULL, "photo.jpg", true},
    {"photo.jpg", false, "no/type", "photo.jpg", true},
    {"photo", false, "image/png", "photo.png", true},
    {"v1.jpg/photo", false, "image/png", "v1.jpg/photo.png", true},
    {"v1.jpg/photo.gif", false, "image/png", "v1.jpg/photo.png", true},
};

START_TEST(the_extension_is_that_of_the_type)
{
    struct job *job = add_job(extension_cases[_i].name, "x");
    job->wants_extension = extension_cases[_i].wants;
    job->fixes_extension = extension_cases[_i].fixes;
    job->outcome.detected_type = extension_cases[_i].type;
    publish(SYNC_NONE, EXISTING_SKIP);
    ck_assert_str_eq(job->outcome.path, extension_cases[_i].path);
    ck_assert(has_row(job, extension_cases[_i].path));
    ck_assert_int_eq(root_stat(root, extension_cases[_i].path, &(struct stat){0}), 0);
}
END_TEST

enum there { A_FILE, A_DIRECTORY, A_LINK, A_FIFO };

static const mode_t kinds[] = {S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO};

static const struct {
    enum existing_policy existing;
    bool is_own;
    enum there there;
    enum status status;
    const char *path; /* NULL = none; a.jpg is replaced then */
} existing_cases[] = {
    {EXISTING_SKIP, false, A_FILE, STATUS_SKIPPED, NULL},
    {EXISTING_ERROR, false, A_FILE, STATUS_FAILED, NULL},
    {EXISTING_OVERWRITE, false, A_FILE, STATUS_DOWNLOADED, "a.jpg"},
    {EXISTING_RENAME, false, A_FILE, STATUS_DOWNLOADED, "a-2.jpg"},
    {EXISTING_SKIP, true, A_FILE, STATUS_DOWNLOADED, "a.jpg"},
    {EXISTING_ERROR, true, A_FILE, STATUS_DOWNLOADED, "a.jpg"},
    {EXISTING_OVERWRITE, true, A_FILE, STATUS_DOWNLOADED, "a.jpg"},
    {EXISTING_RENAME, true, A_FILE, STATUS_DOWNLOADED, "a.jpg"},
    {EXISTING_SKIP, false, A_DIRECTORY, STATUS_FAILED, NULL},
    {EXISTING_SKIP, false, A_LINK, STATUS_FAILED, NULL},
    {EXISTING_SKIP, true, A_LINK, STATUS_FAILED, NULL},
    {EXISTING_ERROR, false, A_FIFO, STATUS_FAILED, NULL},
    {EXISTING_OVERWRITE, false, A_DIRECTORY, STATUS_FAILED, NULL},
    {EXISTING_OVERWRITE, false, A_LINK, STATUS_FAILED, NULL},
    {EXISTING_OVERWRITE, true, A_LINK, STATUS_FAILED, NULL},
    {EXISTING_OVERWRITE, false, A_FIFO, STATUS_FAILED, NULL},
    {EXISTING_RENAME, false, A_DIRECTORY, STATUS_FAILED, NULL},
    {EXISTING_RENAME, false, A_LINK, STATUS_FAILED, NULL},
    {EXISTING_RENAME, true, A_FIFO, STATUS_FAILED, NULL},
};

START_TEST(what_is_there_is_treated_by_the_policy_and_only_files_are_replaced)
{
    enum there there = existing_cases[_i].there;
    scratch_write("victim", "old");
    if (there == A_FILE)
        scratch_write("out/a.jpg", "old");
    else if (there == A_DIRECTORY)
        ck_assert_int_eq(mkdir(in_scratch("out/a.jpg"), 0700), 0);
    else if (there == A_LINK)
        ck_assert_int_eq(symlink(in_scratch("victim"), in_scratch("out/a.jpg")), 0);
    else
        ck_assert_int_eq(mkfifo(in_scratch("out/a.jpg"), 0600), 0);
    struct job *job = add_job("a.jpg", "new");
    struct job *neighbour = add_job("b.jpg", "b");
    job->owns_existing = existing_cases[_i].is_own;
    publish(SYNC_BATCH, existing_cases[_i].existing);

    const char *path = existing_cases[_i].path;
    ck_assert_int_eq(job->outcome.status, existing_cases[_i].status);
    ck_assert_int_eq(job->outcome.failure, path != NULL ? FAILURE_NONE : FAILURE_EXISTS);
    ck_assert_int_eq(scratch_kind("out/a.jpg"), kinds[there]);
    ck_assert(scratch_holds("victim", "old"));
    bool is_replaced = path != NULL && strcmp(path, "a.jpg") == 0;
    if (there == A_FILE)
        ck_assert(scratch_holds("out/a.jpg", is_replaced ? "new" : "old"));
    if (path != NULL) {
        ck_assert_str_eq(job->outcome.path, path);
        ck_assert(has_row(job, path));
        ck_assert_int_eq(job->outcome.file_bytes, 3);
    } else {
        struct state_row row;
        ck_assert_ptr_null(job->outcome.path);
        ck_assert(!state_find(state, job->key, &row));
        ck_assert_int_eq(job->outcome.file_bytes, -1);
        ck_assert_str_ne(outcome_detail(&job->outcome), "");
    }
    ck_assert_int_eq(neighbour->outcome.status, STATUS_DOWNLOADED);
    ck_assert(no_temporary_is_left());
}
END_TEST

START_TEST(a_file_that_changed_since_the_plan_is_somebody_elses)
{
    struct stat status;
    for (int changed = 0; changed <= 1; changed++) {
        const char *name = changed ? "changed.txt" : "same.txt";
        char path[40];
        snprintf(path, sizeof(path), "out/%s", name);
        scratch_write(path, "old");
        ck_assert_int_eq(stat(in_scratch(path), &status), 0);
        struct job *job = add_job(name, "new");
        job->owns_existing = true;
        job->existing_bytes = status.st_size;
        job->existing_mtime_ns =
            (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec + changed;
    }
    publish(SYNC_NONE, EXISTING_SKIP);
    ck_assert(scratch_holds("out/same.txt", "new"));
    ck_assert(scratch_holds("out/changed.txt", "old"));
    ck_assert_int_eq(jobs[1]->outcome.status, STATUS_SKIPPED);
}
END_TEST

START_TEST(renaming_takes_the_first_free_number_and_every_file_gets_its_own)
{
    scratch_write("out/a.jpg", "old");
    scratch_write("out/a-2.jpg", "old");
    ck_assert_int_eq(mkdir(in_scratch("out/a-3.jpg"), 0700), 0);
    ck_assert_int_eq(symlink("nothing", in_scratch("out/a-4.jpg")), 0);
    struct job *first = add_job("a.jpg", "first");
    struct job *second = add_job("a.jpg", "second"); /* clash in one batch: another round */
    struct job *third = add_job("a.jpg", "third");
    publish(modes[_i], EXISTING_RENAME);
    ck_assert_str_eq(first->outcome.path, "a-5.jpg");
    ck_assert_str_eq(second->outcome.path, "a-6.jpg");
    ck_assert_str_eq(third->outcome.path, "a-7.jpg");
    ck_assert(has_row(first, "a-5.jpg") && has_row(second, "a-6.jpg") && has_row(third, "a-7.jpg"));
    ck_assert(scratch_holds("out/a-5.jpg", "first") && scratch_holds("out/a-6.jpg", "second") &&
              scratch_holds("out/a-7.jpg", "third"));
    ck_assert(scratch_holds("out/a.jpg", "old") && scratch_holds("out/a-2.jpg", "old"));
    ck_assert(no_temporary_is_left());
}
END_TEST

START_TEST(the_state_gets_all_that_is_known_of_the_file)
{
    struct job *job = add_job("a.jpg", "new");
    struct job *bare = add_job("b.txt", "bare");
    job->file_mtime_ns = 1795176000123456789;
    job->outcome.sha256 = memory_copy_string("0123");
    job->outcome.detected_type = "image/jpeg";
    job->outcome.image = (struct image_info){.format = "jpeg", .width = 640, .height = 480};
    job->outcome.last_modified = 7;
    job->checks = 9;
    publish(modes[_i], EXISTING_SKIP);
    struct state_row row;
    ck_assert(state_find(state, job->key, &row));
    ck_assert_str_eq(row.name, "a.jpg");
    ck_assert_int_eq(row.size, 3);
    ck_assert_int_eq(row.modified_ns, 1795176000123456789);
    ck_assert_str_eq(row.sha256, "0123");
    ck_assert_str_eq(row.type, "image/jpeg");
    ck_assert_int_eq(row.width, 640);
    ck_assert_int_eq(row.height, 480);
    ck_assert_int_eq(row.last_modified, 7);
    ck_assert_int_eq(row.checks, 9);
    ck_assert(state_find(state, bare->key, &row));
    ck_assert_int_eq(row.modified_ns, 0);
    ck_assert_ptr_null(row.sha256);
    ck_assert_int_eq(row.width, 0);
}
END_TEST

START_TEST(an_old_row_comes_back_when_the_new_file_gets_no_name)
{
    struct error error = {0};
    struct job *job = add_job("a.jpg", "new");
    struct job *unknown = add_job("b.jpg", "new");
    struct state_row old = {.key = job->key,
                            .url = job->listed,
                            .name = "earlier.jpg",
                            .size = 42,
                            .modified_ns = 1234567890123456789,
                            .etag = "\"old\"",
                            .last_modified = 7,
                            .sha256 = "0123",
                            .width = 5,
                            .downloaded_us = 1};
    ck_assert(state_begin(state, &error) && state_put(state, &old, &error) &&
              state_commit(state, &error));
    scratch_write("out/a.jpg", "foreign");
    scratch_write("out/b.jpg", "foreign");
    publish(modes[_i], EXISTING_SKIP);
    struct state_row row;
    ck_assert(state_find(state, job->key, &row));
    ck_assert_str_eq(row.name, "earlier.jpg");
    ck_assert_str_eq(row.url, job->listed);
    ck_assert_str_eq(row.etag, "\"old\"");
    ck_assert_int_eq(row.size, 42);
    ck_assert_int_eq(row.last_modified, 7);
    ck_assert_int_eq(row.modified_ns, 1234567890123456789);
    ck_assert_str_eq(row.sha256, "0123");
    ck_assert_int_eq(row.width, 5);
    ck_assert(!state_find(state, unknown->key, &row));
    ck_assert(scratch_holds("out/a.jpg", "foreign"));
}
END_TEST

START_TEST(an_own_file_is_replaced_only_under_the_name_that_was_asked_about)
{
    scratch_write("out/a.png", "foreign");
    scratch_write("out/b.jpg", "own");
    struct job *fixed = add_job("a.jpg", "new");
    struct job *same = add_job("b.jpg", "new");
    fixed->owns_existing = same->owns_existing = true;
    fixed->fixes_extension = same->fixes_extension = true;
    fixed->outcome.detected_type = "image/png";
    same->outcome.detected_type = "image/jpeg";
    publish(modes[_i], EXISTING_SKIP);
    ck_assert_int_eq(fixed->outcome.status, STATUS_SKIPPED);
    ck_assert(scratch_holds("out/a.png", "foreign"));
    ck_assert_int_eq(same->outcome.status, STATUS_DOWNLOADED);
    ck_assert(scratch_holds("out/b.jpg", "new"));
}
END_TEST

static const char *const evil_names[] = {
    "..", "../escaped", "/tmp/escaped", ".haul/state.db", "",   "a/../../escaped", "a//b",
    "/",  "/a",         "a/",           ".HAUL/tmp/x",    "./a"};

START_TEST(a_name_that_leads_elsewhere_fails_and_its_neighbours_do_not)
{
    struct job *evil = add_job(evil_names[_i], "evil");
    struct job *good = add_job("good.jpg", "good");
    struct job *below = add_job("z/good.jpg", "good");
    publish(SYNC_BATCH, EXISTING_OVERWRITE);
    ck_assert_int_eq(evil->outcome.status, STATUS_FAILED);
    ck_assert_int_eq(evil->outcome.failure, FAILURE_IO);
    ck_assert_int_eq(good->outcome.status, STATUS_DOWNLOADED);
    ck_assert_int_eq(below->outcome.status, STATUS_DOWNLOADED);
    ck_assert_int_eq(scratch_kind("escaped"), 0);
    struct state_row row;
    ck_assert(!state_find(state, evil->key, &row));
    ck_assert(no_temporary_is_left());
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("publisher");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 20);
    int mode_count = (int)ARRAY_LENGTH(modes);
    tcase_add_loop_test(cases, files_get_their_names_and_rows, 0, mode_count);
    tcase_add_loop_test(cases, a_batch_without_files_is_fine, 0, mode_count);
    tcase_add_loop_test(cases, the_extension_is_that_of_the_type, 0,
                        (int)ARRAY_LENGTH(extension_cases));
    tcase_add_loop_test(cases, what_is_there_is_treated_by_the_policy_and_only_files_are_replaced,
                        0, (int)ARRAY_LENGTH(existing_cases));
    tcase_add_test(cases, a_file_that_changed_since_the_plan_is_somebody_elses);
    tcase_add_loop_test(cases, renaming_takes_the_first_free_number_and_every_file_gets_its_own, 0,
                        mode_count);
    tcase_add_loop_test(cases, the_state_gets_all_that_is_known_of_the_file, 0, mode_count);
    tcase_add_loop_test(cases, an_old_row_comes_back_when_the_new_file_gets_no_name, 0, mode_count);
    tcase_add_loop_test(cases, an_own_file_is_replaced_only_under_the_name_that_was_asked_about, 0,
                        mode_count);
    tcase_add_loop_test(cases, a_name_that_leads_elsewhere_fails_and_its_neighbours_do_not, 0,
                        (int)ARRAY_LENGTH(evil_names));
    Suite *suite = suite_create("publisher");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
