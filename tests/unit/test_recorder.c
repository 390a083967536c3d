#include "app/recorder.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "bell.h"
#include "scratch.h"

static struct {
    struct root *root;
    struct run_folder *folder;
    struct state *state;
    struct results *results;
    struct cancel *cancel;
    struct budget *budget;
    struct recorder *recorder;
    atomic_uint recorded;
    struct bell room;
} parts;

static void on_record(void *context, const struct job *job)
{
    (void)context;
    ck_assert_ptr_nonnull(job);
    atomic_fetch_add(&parts.recorded, 1);
}

static void on_checkpoint(void *context)
{
    (void)context;
}

static void setup(void)
{
    struct error error = {0};
    scratch_setup();
    parts.root = root_open(in_scratch("out"), &error);
    ck_assert_msg(parts.root != NULL, "%s", error.text);
    parts.state = state_open(parts.root, NULL, &error);
    ck_assert_msg(parts.state != NULL, "%s", error.text);
    parts.folder = run_folder_create(parts.root, 1700000000000000, 10, &error);
    ck_assert_msg(parts.folder != NULL, "%s", error.text);
    parts.results = results_create();
    parts.cancel = cancel_create(&error);
    ck_assert_ptr_nonnull(parts.cancel);
    parts.budget = budget_create(SIZE_MAX / 2);
    bell_init(&parts.room);
    atomic_store(&parts.recorded, 0);
}

static void make_with(enum sync_mode sync, const struct naming_settings *naming, int json)
{
    struct error error = {0};
    struct recorder_settings settings = {
        .naming = naming,
        .root = parts.root,
        .folder = parts.folder,
        .state = parts.state,
        .results = parts.results,
        .cancel = parts.cancel,
        .budget = parts.budget,
        .sync = sync,
        .json_descriptor = json,
        .start_us = clock_monotonic_us(),
        .on_record = on_record,
        .on_checkpoint = on_checkpoint,
    };
    parts.recorder = recorder_create(&settings, &error);
    ck_assert_msg(parts.recorder != NULL, "%s", error.text);
    recorder_add_waiter(parts.recorder, (struct hook){bell_ring, &parts.room});
}

static void make(enum sync_mode sync)
{
    make_with(sync, NULL, -1);
}

static void start(void)
{
    struct error error = {0};
    ck_assert_msg(recorder_start(parts.recorder, &error), "%s", error.text);
}

static void teardown(void)
{
    recorder_destroy(parts.recorder);
    bell_clear(&parts.room);
    ck_assert_uint_eq(budget_held(parts.budget), 0); /* all was given back */
    budget_destroy(parts.budget);
    cancel_destroy(parts.cancel);
    results_destroy(parts.results);
    run_folder_destroy(parts.folder);
    state_close(parts.state);
    root_close(parts.root);
    scratch_teardown();
}

static void push_failed(unsigned number)
{
    struct job *job = job_create(number, "list", number, "http://a/x", 10);
    job_fail(job, FAILURE_NOT_FOUND, NULL);
    job->charged = job_weight(job);
    budget_acquire(parts.budget, job->charged);
    recorder_push(parts.recorder, job);
}

static void push_named(unsigned number, const char *name, const char *server_name)
{
    struct job *job = job_create(number, "list", number, "http://a/x", 10);
    snprintf(job->temporary, sizeof job->temporary, "%u", number);
    job->name = memory_copy_string(name);
    job->server_name = memory_copy_string(server_name);
    int descriptor = root_create_temporary(parts.root, job->temporary);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, "body", 4), 4);
    close(descriptor);
    job->key.low = number;
    job->outcome.file_bytes = 4;
    job->charged = job_weight(job);
    budget_acquire(parts.budget, job->charged);
    recorder_push(parts.recorder, job);
}

static void push_file(unsigned number, const char *name)
{
    push_named(number, name, NULL);
}

static unsigned count_lines(const char *name)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", run_folder_path(parts.folder), name);
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    unsigned lines = 0;
    for (int character; (character = getc(file)) != EOF;)
        lines += character == '\n';
    fclose(file);
    return lines;
}

/* The names of the records, in their order. */
static void read_paths(char *out, size_t size)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/results.jsonl", run_folder_path(parts.folder));
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    char line[4096];
    size_t used = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        const char *name = strstr(line, "\"path\":\"");
        ck_assert_ptr_nonnull(name);
        name += strlen("\"path\":\"");
        used += (size_t)snprintf(out + used, size - used, "%.*s ", (int)strcspn(name, "\""), name);
    }
    fclose(file);
}

static const enum sync_mode modes[] = {SYNC_BATCH, SYNC_FILE, SYNC_NONE};

START_TEST(everything_pushed_is_recorded_when_it_stops)
{
    make(modes[_i]);
    start();
    for (unsigned i = 1; i <= 50; i++)
        push_failed(i);
    push_file(51, "a.txt");
    push_file(52, "b.txt");
    recorder_stop(parts.recorder);
    struct counts counts = results_counts(parts.results);
    ck_assert_uint_eq(atomic_load(&parts.recorded), 52);
    ck_assert_uint_eq(counts.total, 52);
    ck_assert_uint_eq(counts.by_status[STATUS_FAILED], 50);
    ck_assert_uint_eq(counts.by_status[STATUS_DOWNLOADED], 2);
    ck_assert_uint_eq(count_lines("results.jsonl"), 52);
    ck_assert_uint_eq(count_lines("failed.tsv"), 51); /* and the names of the columns */
    ck_assert(scratch_holds("out/a.txt", "body"));
    ck_assert(scratch_holds("out/b.txt", "body"));
    struct error error = {0};
    ck_assert(recorder_is_sound(parts.recorder, &error));
}
END_TEST

/* Writes until nothing more fits. */
static void fill(int pipe)
{
    char bytes[4096] = {0};
    ck_assert_int_eq(fcntl(pipe, F_SETFL, O_NONBLOCK), 0);
    while (write(pipe, bytes, sizeof bytes) > 0)
        continue;
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(fcntl(pipe, F_SETFL, 0), 0);
}

START_TEST(a_count_is_seen_only_when_its_line_is_there)
{
    int ends[2];
    char bytes[4096];
    struct timespec moment = {.tv_nsec = 1000000};
    ck_assert_int_eq(pipe(ends), 0);
    fill(ends[1]);
    make_with(SYNC_NONE, NULL, ends[1]); /* the recorder is held where it writes the event */
    start();
    push_failed(1);
    int64_t until_us = clock_monotonic_us() + BELL_DEADLINE_US;
    while (count_lines("results.jsonl") == 0 && clock_monotonic_us() < until_us)
        nanosleep(&moment, NULL);
    ck_assert_uint_eq(count_lines("results.jsonl"), 1);
    ck_assert_uint_eq(results_counts(parts.results).total, 0);
    ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    while (results_counts(parts.results).total == 0 && clock_monotonic_us() < until_us) {
        if (read(ends[0], bytes, sizeof bytes) < 0)
            nanosleep(&moment, NULL);
    }
    ck_assert_uint_eq(results_counts(parts.results).total, 1);
    recorder_stop(parts.recorder);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(a_full_recorder_calls_for_more_when_it_has_room)
{
    make(SYNC_NONE);
    unsigned number = 0;
    while (!recorder_is_full(parts.recorder))
        push_failed(++number);
    start();
    recorder_wait_for_room(parts.recorder);
    ck_assert(!recorder_is_full(parts.recorder));
    ck_assert(bell_wait(&parts.room, 1, clock_monotonic_us() + BELL_DEADLINE_US));
    recorder_stop(parts.recorder);
    ck_assert_uint_eq(atomic_load(&parts.recorded), number);
}
END_TEST

START_TEST(files_appear_without_a_stop_when_nothing_is_batched)
{
    make(SYNC_NONE);
    start();
    push_file(1, "a.txt");
    int64_t until_us = clock_monotonic_us() + BELL_DEADLINE_US;
    while (atomic_load(&parts.recorded) < 1)
        ck_assert_int_lt(clock_monotonic_us(), until_us);
    ck_assert(scratch_holds("out/a.txt", "body"));
    recorder_stop(parts.recorder);
}
END_TEST

START_TEST(names_of_servers_are_given_in_the_order_of_the_list)
{
    char paths[200];
    struct naming_settings naming = {0};
    make_with(SYNC_NONE, &naming, -1);
    start();
    push_named(3, "wish.txt", NULL);
    push_named(2, "2.txt", "same.txt");
    push_named(4, "same-2.txt", NULL);
    push_named(1, "1.txt", "SAME.txt");
    recorder_stop(parts.recorder);
    read_paths(paths, sizeof paths);
    ck_assert_str_eq(paths, "SAME.txt same-2.txt wish.txt same-2-2.txt ");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("recorder");
    TCase *tests = tcase_create("batches");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, everything_pushed_is_recorded_when_it_stops, 0, ARRAY_LENGTH(modes));
    tcase_add_test(tests, names_of_servers_are_given_in_the_order_of_the_list);
    tcase_add_test(tests, a_count_is_seen_only_when_its_line_is_there);
    tcase_add_test(tests, a_full_recorder_calls_for_more_when_it_has_room);
    tcase_add_test(tests, files_appear_without_a_stop_when_nothing_is_batched);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
