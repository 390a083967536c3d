#include "io/sink.h"

#include <dirent.h>
#include <sys/resource.h>
#include <time.h>

#include "scratch.h"

#define MEMORY ((size_t)64 * 1024)
#define FILE_NAME "out/.haul/tmp/t"

static struct root *root;
static char *body; /* bytes that differ from their neighbours at every distance */

#define BODY_BYTES ((size_t)1024 * 1024 + 13)

static void setup(void)
{
    scratch_setup();
    struct error error = {0};
    root = root_open(in_scratch("out"), &error);
    ck_assert_msg(root != NULL, "%s", error.text);
    body = malloc(BODY_BYTES);
    ck_assert_ptr_nonnull(body);
    uint32_t state = 1;
    for (size_t i = 0; i < BODY_BYTES; i++) {
        state = state * 1664525 + 1013904223;
        body[i] = (char)(state >> 24);
    }
}

static void teardown(void)
{
    root_close(root);
    free(body);
    scratch_teardown();
}

static bool file_equals(const char *name, const char *bytes, size_t length)
{
    FILE *file = fopen(in_scratch(name), "r");
    char *content = malloc(length + 1);
    bool equals = file != NULL && fread(content, 1, length + 1, file) == length &&
                  memcmp(content, bytes, length) == 0;
    free(content);
    if (file != NULL)
        fclose(file);
    return equals;
}

static const struct {
    size_t memory;
    size_t length;
    size_t piece;
} body_cases[] = {
    {MEMORY, 0, 1},
    {MEMORY, 1, 1},
    {MEMORY, 10000, 1460},
    {MEMORY, MEMORY - 1, 16384},
    {MEMORY, MEMORY, 16384},
    {MEMORY, MEMORY, MEMORY},
    {MEMORY, MEMORY + 1, 16384},
    {MEMORY, MEMORY + 1, MEMORY + 1},
    {MEMORY, BODY_BYTES, 1},
    {MEMORY, BODY_BYTES, 1459},
    {MEMORY, BODY_BYTES, 16384},
    {MEMORY, BODY_BYTES, 99991},
    {MEMORY, BODY_BYTES, BODY_BYTES},
    {1000, BODY_BYTES, 777},
    {1000, BODY_BYTES, 1001},
    {0, 100, 7},
};

START_TEST(a_body_in_pieces_of_any_size_is_stored_byte_for_byte)
{
    struct sink *sink = sink_create(root, body_cases[_i].memory);
    size_t length = body_cases[_i].length;
    sink_begin(sink, "t");
    int result = 0;
    for (size_t at = 0; at < length && result == 0; at += body_cases[_i].piece) {
        size_t piece = body_cases[_i].piece < length - at ? body_cases[_i].piece : length - at;
        result = sink_write(sink, body + at, piece);
    }
    ck_assert_int_eq(result, 0);
    ck_assert_int_eq(sink_finish(sink, -1), 0);
    ck_assert(file_equals(FILE_NAME, body, length));
    sink_destroy(sink);
}
END_TEST

START_TEST(a_body_that_fits_into_memory_has_no_file_before_it_is_finished)
{
    struct sink *sink = sink_create(root, MEMORY);
    sink_begin(sink, "t");
    ck_assert_int_eq(sink_write(sink, body, MEMORY - 1), 0);
    ck_assert_int_eq(sink_write(sink, body, 1), 0);
    ck_assert_int_eq(scratch_kind(FILE_NAME), 0);
    ck_assert_int_eq(sink_write(sink, body, 1), 0);
    ck_assert_int_eq(scratch_kind(FILE_NAME), S_IFREG);
    sink_abort(sink);
    ck_assert_int_eq(scratch_kind(FILE_NAME), 0);
    sink_destroy(sink);
}
END_TEST

START_TEST(one_sink_serves_many_bodies)
{
    struct sink *sink = sink_create(root, MEMORY);
    static const size_t lengths[] = {100, BODY_BYTES, 0, MEMORY, 5};
    for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
        char temporary[8];
        snprintf(temporary, sizeof(temporary), "t%zu", i);
        sink_begin(sink, temporary);
        ck_assert_int_eq(sink_write(sink, body + i, lengths[i] - (lengths[i] > i ? i : 0)), 0);
        if (i % 2 == 0)
            ck_assert_int_eq(sink_finish(sink, -1), 0);
        else
            sink_abort(sink);
    }
    sink_abort(sink);
    ck_assert(file_equals("out/.haul/tmp/t0", body, 100));
    ck_assert_int_eq(scratch_kind("out/.haul/tmp/t1"), 0);
    ck_assert(file_equals("out/.haul/tmp/t2", body, 0));
    ck_assert_int_eq(scratch_kind("out/.haul/tmp/t3"), 0);
    ck_assert(file_equals("out/.haul/tmp/t4", body + 4, 1));
    sink_destroy(sink);
}
END_TEST

static const int64_t times[] = {0, 1, 1700000000, 1700000001, INT32_MAX, 2147483648, -86400, -1};

START_TEST(the_file_gets_the_time_of_the_server)
{
    struct sink *sink = sink_create(root, MEMORY);
    int64_t before = (int64_t)time(NULL);
    sink_begin(sink, "t");
    ck_assert_int_eq(sink_write(sink, "abc", 3), 0);
    ck_assert_int_eq(sink_finish(sink, times[_i]), 0);
    struct stat status;
    ck_assert_int_eq(stat(in_scratch(FILE_NAME), &status), 0);
    ck_assert_int_eq(sink_mtime_ns(sink), root_mtime_ns(&status));
    if (times[_i] != -1)
        ck_assert_int_eq(status.st_mtime, times[_i]);
    else
        ck_assert_int_ge(status.st_mtime, before - 1); /* the kernel's coarse clock is behind */
    sink_destroy(sink);
}
END_TEST

START_TEST(what_is_planted_under_the_temporary_name_is_not_touched)
{
    scratch_write("victim", "precious");
    ck_assert_int_eq(symlink(in_scratch("victim"), in_scratch("out/.haul/tmp/link")), 0);
    ck_assert_int_eq(mkfifo(in_scratch("out/.haul/tmp/fifo"), 0600), 0);
    ck_assert_int_eq(mkdir(in_scratch("out/.haul/tmp/directory"), 0700), 0);
    static const char *const names[] = {"link", "fifo", "directory"};
    struct sink *sink = sink_create(root, MEMORY);
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        sink_begin(sink, names[i]);
        ck_assert_int_eq(sink_write(sink, body, MEMORY + 1), -EEXIST);
        ck_assert_int_eq(sink_write(sink, body, 1), -EEXIST);
        ck_assert_int_eq(sink_finish(sink, -1), -EEXIST);
        sink_begin(sink, names[i]);
        ck_assert_int_eq(sink_write(sink, body, 10), 0);
        ck_assert_int_eq(sink_finish(sink, -1), -EEXIST);
    }
    sink_destroy(sink);
    ck_assert(scratch_holds("victim", "precious"));
    ck_assert_int_eq(scratch_kind("out/.haul/tmp/link"), S_IFLNK);
    ck_assert_int_eq(scratch_kind("out/.haul/tmp/fifo"), S_IFIFO);
    ck_assert_int_eq(scratch_kind("out/.haul/tmp/directory"), S_IFDIR);
}
END_TEST

START_TEST(destroying_a_sink_removes_an_unfinished_file)
{
    struct sink *sink = sink_create(root, MEMORY);
    sink_begin(sink, "t");
    ck_assert_int_eq(sink_write(sink, body, BODY_BYTES), 0);
    ck_assert_int_eq(scratch_kind(FILE_NAME), S_IFREG);
    sink_destroy(sink);
    ck_assert_int_eq(scratch_kind(FILE_NAME), 0);
    sink_destroy(NULL);
}
END_TEST

START_TEST(a_part_stays_when_it_is_kept_and_is_appended_to_later)
{
    struct sink *sink = sink_create(root, MEMORY);
    size_t first = BODY_BYTES / 3;
    sink_begin(sink, "1");
    ck_assert_int_eq(sink_use_part(sink, "t", 0), 0);
    ck_assert_int_eq(sink_write(sink, body, first), 0);
    ck_assert_int_eq(sink_keep(sink), 0);
    sink_abort(sink);
    ck_assert(file_equals(FILE_NAME, body, first));
    ck_assert_int_eq(scratch_kind("out/.haul/tmp/1"), 0);
    sink_begin(sink, "1");
    ck_assert_int_eq(sink_use_part(sink, "t", (int64_t)first), 0);
    for (size_t at = first; at < BODY_BYTES; at += 777)
        ck_assert_int_eq(sink_write(sink, body + at, BODY_BYTES - at < 777 ? BODY_BYTES - at : 777),
                         0);
    ck_assert_int_eq(sink_finish(sink, -1), 0);
    ck_assert(file_equals(FILE_NAME, body, BODY_BYTES));
    sink_destroy(sink);
}
END_TEST

START_TEST(a_part_that_is_not_kept_goes)
{
    struct sink *sink = sink_create(root, MEMORY);
    sink_begin(sink, "1");
    ck_assert_int_eq(sink_use_part(sink, "t", 0), 0);
    ck_assert_int_eq(scratch_kind(FILE_NAME), S_IFREG);
    sink_abort(sink);
    ck_assert_int_eq(scratch_kind(FILE_NAME), 0);
    sink_begin(sink, "1"); /* the next body is an ordinary one */
    ck_assert_int_eq(sink_write(sink, body, MEMORY + 1), 0);
    ck_assert_int_eq(sink_keep(sink), -ENOENT);
    sink_abort(sink);
    ck_assert_int_eq(scratch_kind("out/.haul/tmp/1"), 0);
    sink_destroy(sink);
}
END_TEST

START_TEST(without_the_part_that_was_meant_the_sink_goes_on_as_before)
{
    struct sink *sink = sink_create(root, MEMORY);
    scratch_write("victim", "precious");
    ck_assert_int_eq(symlink(in_scratch("victim"), in_scratch("out/.haul/tmp/link")), 0);
    ck_assert_int_eq(link(in_scratch("victim"), in_scratch("out/.haul/tmp/hard")), 0);
    scratch_write("out/.haul/tmp/short", "abc");
    sink_begin(sink, "t");
    ck_assert_int_eq(sink_use_part(sink, "short", 4), -EINVAL);
    ck_assert_int_eq(sink_use_part(sink, "short", 2), -EINVAL);
    ck_assert_int_eq(sink_use_part(sink, "short", 0), -EEXIST);
    ck_assert_int_eq(sink_use_part(sink, "link", 8), -ELOOP);
    ck_assert_int_eq(sink_use_part(sink, "hard", 8), -EINVAL);
    ck_assert_int_eq(sink_use_part(sink, "nothing", 8), -ENOENT);
    ck_assert_int_eq(sink_use_part(sink, "../t", 0), -EINVAL);
    ck_assert_int_eq(sink_write(sink, body, 5), 0);
    ck_assert_int_eq(sink_finish(sink, -1), 0);
    ck_assert(file_equals(FILE_NAME, body, 5));
    ck_assert(scratch_holds("victim", "precious"));
    ck_assert(scratch_holds("out/.haul/tmp/short", "abc"));
    sink_destroy(sink);
}
END_TEST

/* What is in the temporary directory, at most. */
static size_t temporary_count(void)
{
    size_t count = 0;
    DIR *entries = opendir(in_scratch("out/.haul/tmp"));
    ck_assert_ptr_nonnull(entries);
    for (const struct dirent *entry; (entry = readdir(entries)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(entries);
    return count;
}

START_TEST(without_a_root_bodies_of_any_size_are_thrown_away)
{
    static const size_t lengths[] = {0, 100, MEMORY, BODY_BYTES};
    struct sink *sink = sink_create(NULL, MEMORY);
    for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
        sink_begin(sink, "t");
        for (size_t at = 0; at < lengths[i]; at += 9973)
            ck_assert_int_eq(
                sink_write(sink, body + at, lengths[i] - at < 9973 ? lengths[i] - at : 9973), 0);
        ck_assert_int_eq(sink_finish(sink, 1700000000), 0);
        ck_assert_int_eq(sink_mtime_ns(sink), 0);
        sink_begin(sink, "t"); /* also one that fails */
        ck_assert_int_eq(sink_write(sink, body, lengths[i]), 0);
        ck_assert_int_eq(sink_keep(sink), -ENOENT);
        sink_abort(sink);
    }
    sink_begin(sink, "t");
    sink_destroy(sink);
    ck_assert_uint_eq(temporary_count(), 0);
}
END_TEST

/* The write that crosses the limit is a partial one: the rest fails. */
static void beyond_a_limit(void)
{
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit limit = {100000, 100000};
    EXPECT(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    struct sink *sink = sink_create(root, MEMORY);
    sink_begin(sink, "t");
    int result = 0;
    for (size_t at = 0; at < BODY_BYTES && result == 0; at += 10000)
        result = sink_write(sink, body + at, 10000);
    EXPECT(result == -EFBIG);
    EXPECT(scratch_kind(FILE_NAME) == S_IFREG);
    EXPECT(sink_finish(sink, -1) == -EFBIG);
    EXPECT(scratch_kind(FILE_NAME) == 0);
    sink_begin(sink, "t");
    EXPECT(sink_write(sink, body, 50000) == 0 && sink_finish(sink, -1) == 0);
    EXPECT(file_equals(FILE_NAME, body, 50000));
    sink_destroy(sink);
}

START_TEST(a_write_that_fails_half_way_removes_the_file_and_the_sink_goes_on)
{
    scratch_child(beyond_a_limit, "a limit on the size of files");
}
END_TEST

static void on_a_small_disk(void)
{
    scratch_mount("size=1600k"); /* of which 1 MiB is the reserve */
    struct error error = {0};
    struct root *small = root_open(in_scratch("small"), &error);
    EXPECT(small != NULL);
    struct sink *sink = sink_create(small, MEMORY);
    sink_begin(sink, "t");
    EXPECT(sink_write(sink, body, BODY_BYTES) == -ENOSPC);
    sink_abort(sink);
    EXPECT(scratch_kind("small/.haul/tmp/t") == 0);
    sink_begin(sink, "t");
    EXPECT(sink_write(sink, body, 100000) == 0 && sink_finish(sink, -1) == 0);
    EXPECT(file_equals("small/.haul/tmp/t", body, 100000));
    sink_destroy(sink);
    root_close(small);
}

START_TEST(a_full_disk_is_reported_and_the_file_removed)
{
    scratch_child(on_a_small_disk, "a full disk");
}
END_TEST

START_TEST(the_time_of_storing_is_counted_for_each_body)
{
    struct sink *sink = sink_create(root, MEMORY);
    ck_assert_int_eq(sink_write_us(sink), -1);
    sink_begin(sink, "t");
    ck_assert_int_eq(sink_write(sink, body, MEMORY - 1), 0);
    ck_assert_int_eq(sink_write_us(sink), -1); /* it is in memory */
    ck_assert_int_eq(sink_write(sink, body + MEMORY - 1, BODY_BYTES - MEMORY + 1), 0);
    int64_t before_end_us = sink_write_us(sink);
    ck_assert_int_gt(before_end_us, 0); /* a million bytes take more than a microsecond */
    ck_assert_int_eq(sink_finish(sink, -1), 0);
    ck_assert_int_ge(sink_write_us(sink), before_end_us);
    sink_begin(sink, "small");
    ck_assert_int_eq(sink_write_us(sink), -1);
    ck_assert_int_eq(sink_write(sink, body, 100), 0);
    ck_assert_int_eq(sink_finish(sink, -1), 0);
    ck_assert_int_gt(sink_write_us(sink), 0); /* a file is made, written and closed */
    sink_begin(sink, "at once");
    ck_assert_int_eq(sink_write(sink, body, BODY_BYTES), 0); /* past the memory */
    ck_assert_int_gt(sink_write_us(sink), 0);
    sink_abort(sink);
    sink_begin(sink, "dropped");
    ck_assert_int_eq(sink_write(sink, body, 100), 0);
    sink_abort(sink);
    ck_assert_int_eq(sink_write_us(sink), -1);
    sink_destroy(sink);

    sink = sink_create(NULL, MEMORY);
    sink_begin(sink, "t");
    ck_assert_int_eq(sink_write(sink, body, BODY_BYTES), 0);
    ck_assert_int_eq(sink_finish(sink, -1), 0);
    ck_assert_int_eq(sink_write_us(sink), -1); /* thrown away */
    sink_destroy(sink);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("sink");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, a_body_in_pieces_of_any_size_is_stored_byte_for_byte, 0,
                        (int)ARRAY_LENGTH(body_cases));
    tcase_add_test(cases, a_body_that_fits_into_memory_has_no_file_before_it_is_finished);
    tcase_add_test(cases, one_sink_serves_many_bodies);
    tcase_add_test(cases, the_time_of_storing_is_counted_for_each_body);
    tcase_add_loop_test(cases, the_file_gets_the_time_of_the_server, 0, (int)ARRAY_LENGTH(times));
    tcase_add_test(cases, what_is_planted_under_the_temporary_name_is_not_touched);
    tcase_add_test(cases, destroying_a_sink_removes_an_unfinished_file);
    tcase_add_test(cases, a_part_stays_when_it_is_kept_and_is_appended_to_later);
    tcase_add_test(cases, a_part_that_is_not_kept_goes);
    tcase_add_test(cases, without_the_part_that_was_meant_the_sink_goes_on_as_before);
    tcase_add_test(cases, without_a_root_bodies_of_any_size_are_thrown_away);
    tcase_add_test(cases, a_write_that_fails_half_way_removes_the_file_and_the_sink_goes_on);
    tcase_add_test(cases, a_full_disk_is_reported_and_the_file_removed);
    Suite *suite = suite_create("sink");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
