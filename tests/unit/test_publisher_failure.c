#include "io/publisher.h"

#include <sqlite3.h>
#include <sys/syscall.h>

#include "publishing.h"

START_TEST(a_state_that_cannot_be_written_fails_all_and_names_nothing)
{
    add_job("a.jpg", "a");
    add_job("b.jpg", "b");
    sqlite3 *database;
    ck_assert_int_eq(sqlite3_open(in_scratch("out/.haul/state.db"), &database), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(database,
                                  "CREATE TRIGGER refuse BEFORE INSERT ON downloads"
                                  " WHEN new.name = 'b.jpg'"
                                  " BEGIN SELECT RAISE(ABORT, 'no more rows'); END",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(database);
    struct error error = {0};
    ck_assert(!publish_with(modes[_i], EXISTING_SKIP, &error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    /* One by one, what came before is published. */
    bool has_first = modes[_i] == SYNC_FILE;
    ck_assert_int_eq(jobs[0]->outcome.status, has_first ? STATUS_DOWNLOADED : STATUS_FAILED);
    ck_assert_int_eq(scratch_kind("out/a.jpg"), has_first ? S_IFREG : 0);
    ck_assert_int_eq(jobs[1]->outcome.status, STATUS_FAILED);
    ck_assert_int_eq(jobs[1]->outcome.failure, FAILURE_IO);
    ck_assert_ptr_nonnull(strstr(outcome_detail(&jobs[1]->outcome), "state.db"));
    ck_assert_int_eq(scratch_kind("out/b.jpg"), 0);
    ck_assert(no_temporary_is_left());
}
END_TEST

/* The disk refuses to promise anything: no file may be called downloaded. */
static void with_failing_sync(int number, int errno_value, enum sync_mode sync,
                              enum failure failure, bool is_named)
{
    scratch_refuse_call(number, errno_value);
    struct error error = {0};
    EXPECT(!publish_with(sync, EXISTING_SKIP, &error));
    EXPECT(error.kind == ERROR_LOCAL);
    for (size_t i = 0; i < job_count; i++) {
        EXPECT(jobs[i]->outcome.status == STATUS_FAILED);
        EXPECT(jobs[i]->outcome.failure == failure);
    }
    EXPECT((scratch_kind("out/a.jpg") == S_IFREG) == is_named);
    EXPECT(has_row(jobs[0], "a.jpg") == is_named);
    EXPECT(no_temporary_is_left());
}

static void with_full_disk_at_syncfs(void)
{
    with_failing_sync(SYS_syncfs, ENOSPC, SYNC_BATCH, FAILURE_DISK_FULL, false);
}

static void with_quota_at_syncfs(void)
{
    with_failing_sync(SYS_syncfs, EDQUOT, SYNC_BATCH, FAILURE_DISK_FULL, false);
}

static void with_error_at_fsync(void)
{
    with_failing_sync(SYS_fsync, EIO, SYNC_BATCH, FAILURE_IO, true);
}

static void (*const sync_cases[])(void) = {with_full_disk_at_syncfs, with_quota_at_syncfs,
                                           with_error_at_fsync};

START_TEST(nothing_is_called_downloaded_when_the_disk_does_not_sync)
{
    add_job("a.jpg", "a");
    add_job("b.jpg", "b");
    scratch_child(sync_cases[_i], "a sync that fails");
}
END_TEST

static const struct {
    int call; /* that is the last one */
    enum sync_mode sync;
    bool is_noted;
    bool is_named;
} kill_cases[] = {
    {SYS_pwrite64, SYNC_BATCH, false, false}, {SYS_syncfs, SYNC_BATCH, true, false},
    {SYS_renameat2, SYNC_BATCH, true, false}, {SYS_renameat2, SYNC_FILE, true, false},
    {SYS_renameat2, SYNC_NONE, true, false},  {SYS_fsync, SYNC_BATCH, true, true},
};

/* Check's loop variable is a parameter of the test; the child's body takes none. */
static int kill_case;

static void publish_and_die(void)
{
    struct error error = {0};
    state = state_open(root, NULL, &error);
    EXPECT(state != NULL);
    scratch_die_at_call(kill_cases[kill_case].call);
    publish_with(kill_cases[kill_case].sync, EXISTING_SKIP, &error);
    EXPECT(!"still alive");
}

START_TEST(after_a_kill_the_state_knows_every_name_that_appeared)
{
    struct job *job = add_job("a.jpg", "a");
    state_close(state);
    state = NULL; /* SQLite's handles do not survive a fork */
    kill_case = _i;
    struct child child = child_run(publish_and_die);
    struct error error = {0};
    state = state_open(root, NULL, &error);
    ck_assert_msg(state != NULL, "%s", error.text);
    if (WIFEXITED(child.status) && WEXITSTATUS(child.status) == SCRATCH_SKIPPED) {
        printf("SKIPPED a kill: this system does not let a test do that\n");
        return;
    }
    ck_assert_msg(WIFSIGNALED(child.status) && WTERMSIG(child.status) == SIGSYS, "%s", child.text);
    ck_assert(has_row(job, "a.jpg") == kill_cases[_i].is_noted);
    ck_assert_int_eq(scratch_kind("out/a.jpg"), kill_cases[_i].is_named ? S_IFREG : 0);
    if (kill_cases[_i].is_named)
        return;
    publish(SYNC_BATCH, EXISTING_SKIP); /* what the next run does with the same URL */
    ck_assert_str_eq(job->outcome.path, "a.jpg");
    ck_assert(scratch_holds("out/a.jpg", "a"));
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("publisher_failure");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_set_timeout(cases, 20);
    tcase_add_loop_test(cases, a_state_that_cannot_be_written_fails_all_and_names_nothing, 0,
                        (int)ARRAY_LENGTH(modes));
    tcase_add_loop_test(cases, nothing_is_called_downloaded_when_the_disk_does_not_sync, 0,
                        (int)ARRAY_LENGTH(sync_cases));
    tcase_add_loop_test(cases, after_a_kill_the_state_knows_every_name_that_appeared, 0,
                        (int)ARRAY_LENGTH(kill_cases));
    Suite *suite = suite_create("publisher_failure");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
