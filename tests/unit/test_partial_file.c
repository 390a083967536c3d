#include "io/partial_file.h"

#include <time.h>

#include "io/sink.h"
#include "scratch.h"

#define TMP "out/.haul/tmp/"
#define DIGITS "00000000000000010000000000000002"
#define PART TMP DIGITS ".part"
#define INFO TMP DIGITS ".info"
#define TOTAL 1000

static const struct key key = {1, 2};
static struct root *root;

static void open_root(void)
{
    struct error error = {0};
    root = root_open(in_scratch("out"), &error);
    ck_assert_msg(root != NULL, "%s", error.text);
}

static void setup(void)
{
    scratch_setup();
    open_root();
}

static void teardown(void)
{
    root_close(root);
    scratch_teardown();
}

static void reopen(void)
{
    root_close(root);
    open_root();
}

/* What a transfer does until it breaks off. */
static void leave_part(const char *text)
{
    char name[PARTIAL_NAME_SIZE];
    struct partial partial = {.total = TOTAL, .validator = "\"v1\""};
    ck_assert_int_eq(partial_file_begin(root, key, &partial), 0);
    struct sink *sink = sink_create(root, 65536);
    sink_begin(sink, "1");
    ck_assert_int_eq(sink_use_part(sink, partial_file_name(key, name), 0), 0);
    ck_assert_int_eq(sink_write(sink, text, strlen(text)), 0);
    ck_assert_int_eq(sink_keep(sink), 0);
    sink_destroy(sink);
}

static void expect_nothing_left(void)
{
    ck_assert_int_eq(scratch_kind(PART), 0);
    ck_assert_int_eq(scratch_kind(INFO), 0);
}

/* Notes the part as one of another boot of which so many bytes are safe. */
static void pretend_restart(int64_t synced_bytes)
{
    struct partial partial = {
        .total = TOTAL, .validator = "\"v1\"", .synced_bytes = synced_bytes, .boot = "0-1"};
    struct text text;
    text_init(&text, PARTIAL_TEXT_BYTES);
    partial_format(&partial, &text);
    scratch_write(INFO, text.data);
    text_clear(&text);
}

START_TEST(a_part_is_found_by_this_run_and_by_the_next_one)
{
    struct partial found;
    ck_assert(!partial_file_any(root));
    ck_assert(!partial_file_load(root, key, &found));
    leave_part("abcdef");
    for (int run = 0; run < 2; run++) {
        ck_assert(partial_file_load(root, key, &found));
        ck_assert_int_eq(found.bytes, 6);
        ck_assert_int_eq(found.total, TOTAL);
        ck_assert_int_eq(found.synced_bytes, 0);
        ck_assert_str_eq(found.validator, "\"v1\"");
        partial_clear(&found);
        ck_assert(scratch_holds(PART, "abcdef"));
        reopen();
        ck_assert(partial_file_any(root));
    }
    struct stat status;
    ck_assert_int_eq(stat(in_scratch(INFO), &status), 0);
    ck_assert_int_eq(status.st_mode, S_IFREG | 0600);
}
END_TEST

START_TEST(what_ended_leaves_nothing)
{
    leave_part("abcdef");
    partial_file_end(root, key, false);
    ck_assert(scratch_holds(PART, "abcdef"));
    ck_assert_int_eq(scratch_kind(INFO), 0);
    partial_file_end(root, key, true);
    expect_nothing_left();
    partial_file_end(root, key, true);
    reopen();
    ck_assert(!partial_file_any(root));
}
END_TEST

START_TEST(after_a_restart_only_synced_bytes_count)
{
    struct partial found;
    leave_part("abcdef");
    pretend_restart(4);
    ck_assert(partial_file_load(root, key, &found));
    ck_assert_int_eq(found.bytes, 4);
    ck_assert(scratch_holds(PART, "abcd"));
    /* appended to in this boot, all of it counts after a kill */
    ck_assert_int_eq(partial_file_continue(root, key, &found), 0);
    scratch_write(PART, "abcdEFGH");
    partial_clear(&found);
    ck_assert(partial_file_load(root, key, &found));
    ck_assert_int_eq(found.bytes, 8);
    ck_assert_int_eq(found.synced_bytes, 4);
    partial_clear(&found);
    pretend_restart(0);
    ck_assert(!partial_file_load(root, key, &found));
    expect_nothing_left();
}
END_TEST

START_TEST(what_is_kept_for_later_is_noted_as_synced)
{
    struct partial found;
    leave_part("abcdef");
    ck_assert(partial_file_load(root, key, &found));
    ck_assert_int_eq(partial_file_keep(root, key, &found), 0);
    partial_clear(&found);
    ck_assert(partial_file_load(root, key, &found));
    ck_assert_int_eq(found.synced_bytes, 6);
    partial_clear(&found);
    ck_assert_int_eq(unlink(in_scratch(PART)), 0);
    ck_assert_int_eq(partial_file_keep(root, key, &(struct partial){.validator = "\"v1\""}),
                     -ENOENT);
}
END_TEST

START_TEST(a_new_version_never_stands_beside_the_old_bytes)
{
    leave_part("abcdef");
    struct partial partial = {.total = TOTAL + 1, .validator = "\"v2\"", .synced_bytes = 6};
    ck_assert_int_eq(partial_file_begin(root, key, &partial), 0);
    ck_assert_int_eq(scratch_kind(PART), 0);
    struct partial found;
    ck_assert(!partial_file_load(root, key, &found));
    expect_nothing_left();
}
END_TEST

enum harm {
    HARM_EMPTY_PART,
    HARM_TOO_LONG_PART,
    HARM_SHORTER_THAN_SYNCED,
    HARM_EMPTY_INFO,
    HARM_CUT_INFO,
    HARM_LONG_INFO,
    HARM_PART_IS_LINK,
    HARM_PART_IS_HARD_LINK,
    HARM_INFO_IS_LINK,
    HARM_INFO_IS_FIFO,
    HARM_COUNT,
};

static void do_harm(enum harm harm)
{
    char long_text[TOTAL + 2], *info = long_text;
    memset(long_text, 'x', TOTAL + 1);
    long_text[TOTAL + 1] = '\0';
    scratch_write("victim", "precious");
    switch (harm) {
    case HARM_EMPTY_PART:
        scratch_write(PART, "");
        break;
    case HARM_TOO_LONG_PART:
        scratch_write(PART, long_text);
        break;
    case HARM_SHORTER_THAN_SYNCED:
        pretend_restart(7);
        break;
    case HARM_EMPTY_INFO:
        scratch_write(INFO, "");
        break;
    case HARM_CUT_INFO:
        ck_assert_int_eq(truncate(in_scratch(INFO), 100), 0);
        break;
    case HARM_LONG_INFO:
        info = malloc(100001);
        memset(info, '\n', 100000);
        info[100000] = '\0';
        scratch_write(INFO, info);
        free(info);
        break;
    case HARM_PART_IS_LINK:
        ck_assert_int_eq(unlink(in_scratch(PART)), 0);
        ck_assert_int_eq(symlink(in_scratch("victim"), in_scratch(PART)), 0);
        break;
    case HARM_PART_IS_HARD_LINK:
        ck_assert_int_eq(unlink(in_scratch(PART)), 0);
        ck_assert_int_eq(link(in_scratch("victim"), in_scratch(PART)), 0);
        break;
    case HARM_INFO_IS_LINK:
        ck_assert_int_eq(rename(in_scratch(INFO), in_scratch("info")), 0);
        ck_assert_int_eq(symlink(in_scratch("info"), in_scratch(INFO)), 0);
        break;
    case HARM_INFO_IS_FIFO:
        ck_assert_int_eq(unlink(in_scratch(INFO)), 0);
        ck_assert_int_eq(mkfifo(in_scratch(INFO), 0600), 0);
        break;
    case HARM_COUNT:
        break;
    }
}

START_TEST(what_cannot_be_relied_on_starts_anew_and_goes)
{
    struct partial found;
    leave_part("abcdef");
    do_harm((enum harm)_i);
    ck_assert_msg(!partial_file_load(root, key, &found), "harm %d", _i);
    expect_nothing_left();
    ck_assert(scratch_holds("victim", "precious"));
}
END_TEST

START_TEST(a_complete_part_without_its_name_asks_for_the_last_byte)
{
    struct partial found;
    struct stat status;
    char whole[TOTAL + 1];
    memset(whole, 'x', TOTAL);
    whole[TOTAL] = '\0';
    leave_part("abcdef");
    scratch_write(PART, whole);
    ck_assert(partial_file_load(root, key, &found));
    ck_assert_int_eq(found.bytes, TOTAL - 1);
    ck_assert_int_eq(stat(in_scratch(PART), &status), 0);
    ck_assert_int_eq(status.st_size, TOTAL - 1);
    partial_clear(&found);
}
END_TEST

static void set_age(const char *name, int days)
{
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = time(NULL) - days * 86400L}};
    ck_assert_int_eq(utimensat(AT_FDCWD, in_scratch(name), times, 0), 0);
}

static const struct {
    int part_days; /* -1 = it is missing */
    int info_days;
    bool stays;
} ages[] = {
    {0, 0, true},  {6, 6, true},   {6, 100, true}, {100, 6, true},
    {8, 8, false}, {0, -1, false}, {-1, 0, false}, {-3, -3, true}, /* the clock was set back */
};

START_TEST(parts_live_for_a_week_and_only_in_pairs)
{
    leave_part("abcdef");
    if (ages[_i].part_days == -1)
        ck_assert_int_eq(unlink(in_scratch(PART)), 0);
    else
        set_age(PART, ages[_i].part_days);
    if (ages[_i].info_days == -1)
        ck_assert_int_eq(unlink(in_scratch(INFO)), 0);
    else
        set_age(INFO, ages[_i].info_days);
    scratch_write(TMP "17", "x");
    scratch_write(TMP DIGITS ".new", "x");
    reopen();
    ck_assert_int_eq(partial_file_any(root), ages[_i].stays);
    ck_assert_int_eq(scratch_kind(PART), ages[_i].stays ? S_IFREG : 0);
    ck_assert_int_eq(scratch_kind(INFO), ages[_i].stays ? S_IFREG : 0);
    ck_assert_int_eq(scratch_kind(TMP "17"), 0);
    ck_assert_int_eq(scratch_kind(TMP DIGITS ".new"), 0);
}
END_TEST

START_TEST(all_parts_go_when_the_disk_is_full_and_nothing_else)
{
    leave_part("abcdef");
    scratch_write(TMP "17", "x");
    partial_file_remove_all(root);
    expect_nothing_left();
    ck_assert(scratch_holds(TMP "17", "x"));
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("partial_file");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, a_part_is_found_by_this_run_and_by_the_next_one);
    tcase_add_test(cases, what_ended_leaves_nothing);
    tcase_add_test(cases, after_a_restart_only_synced_bytes_count);
    tcase_add_test(cases, what_is_kept_for_later_is_noted_as_synced);
    tcase_add_test(cases, a_new_version_never_stands_beside_the_old_bytes);
    tcase_add_loop_test(cases, what_cannot_be_relied_on_starts_anew_and_goes, 0, HARM_COUNT);
    tcase_add_test(cases, a_complete_part_without_its_name_asks_for_the_last_byte);
    tcase_add_loop_test(cases, parts_live_for_a_week_and_only_in_pairs, 0, (int)ARRAY_LENGTH(ages));
    tcase_add_test(cases, all_parts_go_when_the_disk_is_full_and_nothing_else);
    Suite *suite = suite_create("partial_file");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
