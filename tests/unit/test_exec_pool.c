#include "app/exec_pool.h"

#include <check.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "bell.h"
#include "scratch.h"

#define JOBS 60

/* What was handed back. */
static struct {
    struct cancel *cancel;
    struct command *command;
    struct exec_pool *pool;
    struct job *jobs[JOBS];
    atomic_uint times[JOBS];
    struct bell bell;
} parts;

static void on_done(void *context, struct job *job)
{
    ck_assert_ptr_eq(context, &parts);
    atomic_fetch_add(&parts.times[job->index], 1);
    bell_ring(&parts.bell);
}

static void setup(void)
{
    scratch_setup();
    memset(&parts, 0, sizeof(parts));
    bell_init(&parts.bell);
    struct error error = {0};
    parts.cancel = cancel_create(&error);
    ck_assert_ptr_nonnull(parts.cancel);
    setenv("OUT", in_scratch("out"), 1);
}

static void teardown(void)
{
    exec_pool_destroy(parts.pool);
    command_destroy(parts.command);
    cancel_destroy(parts.cancel);
    bell_clear(&parts.bell);
    for (int i = 0; i < JOBS; i++)
        job_destroy(parts.jobs[i]);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    unsetenv("OUT");
    scratch_teardown();
}

/* A pool whose programs are this shell script, with these words behind it. */
static void start_line(const char *line, unsigned jobs, bool must_succeed)
{
    struct error error = {0};
    parts.command = command_create(line, EXEC_PLACEHOLDERS, &error);
    ck_assert_msg(parts.command != NULL, "%s", error.text);
    struct exec_settings settings = {
        .command = parts.command,
        .jobs = jobs,
        .must_succeed = must_succeed,
        .directory = "/srv/a dir",
        .cancel = parts.cancel,
        .on_done = on_done,
        .context = &parts,
    };
    parts.pool = exec_pool_start(&settings, &error);
    ck_assert_msg(parts.pool != NULL, "%s", error.text);
}

static void start(const char *script, const char *words, unsigned jobs, bool must_succeed)
{
    scratch_write("script", script);
    struct text line;
    text_init(&line, 64 * 1024);
    text_append_format(&line, "sh '%s' %s", in_scratch("script"), words);
    start_line(line.data, jobs, must_succeed);
    text_clear(&line);
}

static struct job *make_job(unsigned index, const char *url, const char *path)
{
    struct job *job = job_create(index, "list.txt", index, url, strlen(url));
    job->exec_status = -1;
    job->outcome.status = STATUS_DOWNLOADED;
    job->outcome.failure = FAILURE_NONE;
    job->outcome.path = memory_copy_string(path);
    parts.jobs[index] = job;
    return job;
}

static void push(unsigned index, const char *path)
{
    exec_pool_push(parts.pool, make_job(index, "http://h/x", path));
}

static void assert_each_came_back_once(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        ck_assert_uint_eq(atomic_load(&parts.times[i]), 1);
    ck_assert_uint_eq(exec_pool_pending(parts.pool), 0);
}

START_TEST(every_job_comes_back_once_with_its_status)
{
    start("echo . >>\"$OUT\"; exit $1", "{name}", 4, false);
    for (unsigned i = 0; i < JOBS; i++) {
        char name[8];
        snprintf(name, sizeof(name), "%u", i % 3);
        push(i, name);
    }
    exec_pool_stop(parts.pool);
    assert_each_came_back_once(JOBS);
    for (unsigned i = 0; i < JOBS; i++) {
        ck_assert_int_eq(parts.jobs[i]->exec_status, (int)(i % 3));
        ck_assert_int_eq(parts.jobs[i]->outcome.status, STATUS_DOWNLOADED);
    }
    ck_assert_uint_eq(exec_pool_failed(parts.pool), JOBS / 3 * 2);
    struct stat status;
    ck_assert_int_eq(stat(in_scratch("out"), &status), 0);
    ck_assert_int_eq(status.st_size, 2 * JOBS);
}
END_TEST

START_TEST(a_program_is_told_all_about_its_file)
{
    start("printf '<%s>' \"$@\" >\"$OUT\"\n"
          "env | grep ^HAUL_ | sort >>\"$OUT\"",
          "{} {url} {name} --x={}.y", 1, false);
    struct job *job =
        make_job(0, "http://u:p@h/a?token=s&n=1", "sub dir/it's a \"$(file)\" {url}.jpg");
    job->outcome.sha256 = memory_copy_string("ab12");
    job->outcome.detected_type = "image/jpeg";
    exec_pool_push(parts.pool, job);
    exec_pool_stop(parts.pool);
    ck_assert_int_eq(job->exec_status, 0);
    ck_assert(scratch_holds(
        "out", "</srv/a dir/sub dir/it's a \"$(file)\" {url}.jpg>"
               "<http://u:p@h/a?token=s&n=1>"
               "<sub dir/it's a \"$(file)\" {url}.jpg>"
               "<--x=/srv/a dir/sub dir/it's a \"$(file)\" {url}.jpg.y>"
               "HAUL_FILE=/srv/a dir/sub dir/it's a \"$(file)\" {url}.jpg\n"
               "HAUL_FILE_NAME=sub dir/it's a \"$(file)\" {url}.jpg\n"
               "HAUL_FILE_SHA256=ab12\nHAUL_FILE_STATUS=downloaded\nHAUL_FILE_TYPE=image/jpeg\n"
               "HAUL_FILE_URL=http://u:p@h/a?token=s&n=1\n"));
}
END_TEST

START_TEST(what_is_not_known_is_not_in_the_environment)
{
    start("env | grep -c -e ^HAUL_FILE_TYPE -e ^HAUL_FILE_SHA256 >\"$OUT\"", "", 1, true);
    push(0, "x");
    exec_pool_stop(parts.pool);
    ck_assert(scratch_holds("out", "0\n"));
    ck_assert_int_eq(parts.jobs[0]->outcome.failure, FAILURE_IO); /* grep found nothing */
}
END_TEST

static const struct {
    const char *line;
    bool must_succeed;
    int exec_status;
    enum status status;
    enum failure failure;
    const char *detail;
} end_cases[] = {
    {"true", true, 0, STATUS_DOWNLOADED, FAILURE_NONE, ""},
    {"false", false, 1, STATUS_DOWNLOADED, FAILURE_NONE, ""},
    {"sh -c 'exit 3'", true, 3, STATUS_FAILED, FAILURE_IO, "--exec ended with 3"},
    {"sh -c 'exit 127'", true, 127, STATUS_FAILED, FAILURE_IO, "--exec ended with 127"},
    {"sh -c 'kill -9 $$'", true, 137, STATUS_FAILED, FAILURE_IO, "--exec was ended by signal 9"},
    {"sh -c 'kill -9 $$'", false, 137, STATUS_DOWNLOADED, FAILURE_NONE, ""},
    {"no-such-program {}", true, 127, STATUS_FAILED, FAILURE_IO,
     "--exec cannot be started: no-such-program: No such file or directory"},
    {"no-such-program {}", false, 127, STATUS_DOWNLOADED, FAILURE_NONE, ""},
};

START_TEST(a_failing_program_fails_its_job_only_where_it_must_succeed)
{
    start_line(end_cases[_i].line, 1, end_cases[_i].must_succeed);
    push(0, "x");
    exec_pool_stop(parts.pool);
    assert_each_came_back_once(1);
    const struct job *job = parts.jobs[0];
    ck_assert_int_eq(job->exec_status, end_cases[_i].exec_status);
    ck_assert_int_eq(job->outcome.status, end_cases[_i].status);
    ck_assert_int_eq(job->outcome.failure, end_cases[_i].failure);
    ck_assert_str_eq(outcome_detail(&job->outcome), end_cases[_i].detail);
    ck_assert_str_eq(job->outcome.path, "x");
    ck_assert_uint_eq(exec_pool_failed(parts.pool), end_cases[_i].exec_status != 0);
}
END_TEST

START_TEST(as_many_run_at_once_as_asked_for)
{
    /* Two end only together, and each two have a place of their own: a third that came early would
     * take the word from those that are still to come. */
    ck_assert_int_eq(mkfifo(in_scratch("out.1"), 0600), 0);
    ck_assert_int_eq(mkfifo(in_scratch("out.2"), 0600), 0);
    start("place=$OUT.${1#*-}\n"
          "case $1 in reader-*) read -r word <\"$place\" && [ \"$word\" = word ] ;;\n"
          "*) echo word >\"$place\" ;; esac",
          "{name}", 2, false);
    push(0, "reader-1");
    push(1, "writer-1");
    push(2, "writer-2");
    push(3, "reader-2");
    exec_pool_stop(parts.pool);
    assert_each_came_back_once(4);
    ck_assert_uint_eq(exec_pool_failed(parts.pool), 0);
}
END_TEST

START_TEST(no_more_run_at_once_than_asked_for)
{
    start("echo + >>\"$OUT\"; ls / >/dev/null 2>&1; echo - >>\"$OUT\"", "", 3, false);
    for (unsigned i = 0; i < JOBS; i++)
        push(i, "x");
    exec_pool_stop(parts.pool);
    FILE *file = fopen(in_scratch("out"), "r");
    ck_assert_ptr_nonnull(file);
    int running = 0;
    int lines = 0;
    for (int character; (character = fgetc(file)) != EOF;) {
        running += character == '+' ? 1 : character == '-' ? -1 : 0;
        lines += character == '\n';
        ck_assert_int_le(running, 3);
    }
    fclose(file);
    ck_assert_int_eq(lines, 2 * JOBS);
}
END_TEST

static void push_and_abort(bool must_succeed)
{
    ck_assert_int_eq(mkfifo(in_scratch("out"), 0600), 0);
    start("echo 1 >\"$OUT\"; exec sleep 1000", "", 1, must_succeed);
    for (unsigned i = 0; i < 5; i++)
        push(i, "x");
    FILE *ready = fopen(in_scratch("out"), "r");
    ck_assert_ptr_nonnull(ready);
    ck_assert_int_eq(fgetc(ready), '1');
    fclose(ready);
    ck_assert_uint_eq(exec_pool_pending(parts.pool), 5);
    cancel_raise(parts.cancel, CANCEL_ABORT, 1);
    exec_pool_stop(parts.pool);
    assert_each_came_back_once(5);
    ck_assert_uint_eq(exec_pool_failed(parts.pool), 1);
    ck_assert_int_eq(parts.jobs[0]->exec_status, 128 + SIGTERM);
    for (unsigned i = 1; i < 5; i++)
        ck_assert_int_eq(parts.jobs[i]->exec_status, -1);
}

START_TEST(an_abort_ends_what_runs_and_starts_no_more)
{
    push_and_abort(false);
    for (unsigned i = 0; i < 5; i++)
        ck_assert_int_eq(parts.jobs[i]->outcome.status, STATUS_DOWNLOADED);
}
END_TEST

START_TEST(what_must_succeed_and_was_aborted_is_canceled)
{
    push_and_abort(true);
    for (unsigned i = 0; i < 5; i++) {
        ck_assert_int_eq(parts.jobs[i]->outcome.status, STATUS_FAILED);
        ck_assert_int_eq(parts.jobs[i]->outcome.failure, FAILURE_CANCELED);
        ck_assert_str_eq(outcome_detail(&parts.jobs[i]->outcome),
                         i == 0 ? "--exec was ended by signal 15" : "--exec did not run");
    }
}
END_TEST

START_TEST(draining_lets_what_was_pushed_run)
{
    start("echo . >>\"$OUT\"", "", 2, true);
    cancel_raise(parts.cancel, CANCEL_DRAIN, 1);
    for (unsigned i = 0; i < 4; i++)
        push(i, "x");
    exec_pool_stop(parts.pool);
    assert_each_came_back_once(4);
    ck_assert(scratch_holds("out", ".\n.\n.\n.\n"));
}
END_TEST

START_TEST(a_job_comes_back_before_the_stop)
{
    start("true", "", 2, false);
    push(0, "x");
    ck_assert(bell_wait(&parts.bell, 1, clock_monotonic_us() + BELL_DEADLINE_US));
    push(1, "x");
    ck_assert(bell_wait(&parts.bell, 2, clock_monotonic_us() + BELL_DEADLINE_US));
    exec_pool_destroy(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("exec_pool");
    TCase *tests = tcase_create("programs");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, every_job_comes_back_once_with_its_status);
    tcase_add_test(tests, a_program_is_told_all_about_its_file);
    tcase_add_test(tests, what_is_not_known_is_not_in_the_environment);
    tcase_add_loop_test(tests, a_failing_program_fails_its_job_only_where_it_must_succeed, 0,
                        ARRAY_LENGTH(end_cases));
    tcase_add_test(tests, as_many_run_at_once_as_asked_for);
    tcase_add_test(tests, no_more_run_at_once_than_asked_for);
    tcase_add_test(tests, an_abort_ends_what_runs_and_starts_no_more);
    tcase_add_test(tests, what_must_succeed_and_was_aborted_is_canceled);
    tcase_add_test(tests, draining_lets_what_was_pushed_run);
    tcase_add_test(tests, a_job_comes_back_before_the_stop);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
