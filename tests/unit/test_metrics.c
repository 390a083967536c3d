#include "io/metrics.h"

#include <check.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scratch.h"

#define LABEL "directory=\"/srv/img\""
#define SUCCESS "haul_run_success_timestamp_seconds"

static struct summary summary;
static struct text text;

static const struct metrics_facts failed_facts = {
    .directory = "/srv/img",
    .end_wall_us = 1700000000123456,
    .elapsed_us = 2000001,
    .cpu_us = 5,
    .exit_code = 1,
};

static void setup(void)
{
    scratch_setup();
    summary_init(&summary);
    text_init(&text, 1024 * 1024);
}

static void teardown(void)
{
    text_clear(&text);
    summary_clear(&summary);
    scratch_teardown();
}

/* Figures that differ from each other; durations of 1 to 100 ms. */
static void fill_summary(void)
{
    struct counts *counts = &summary.counts;
    for (unsigned i = 0; i < STATUS_COUNT; i++)
        counts->by_status[i] = i + 1;
    counts->by_failure[FAILURE_DNS] = 2;
    counts->by_failure[FAILURE_INTERNAL] = 3;
    counts->file_bytes = INT64_C(5000000000000);
    counts->wire_bytes = INT64_MAX;
    counts->retries = 7;
    counts->connections_opened = 8;
    counts->connections_reused = 9;
    for (int64_t i = 1; i <= 100; i++)
        histogram_add(&summary.total_us, i * 1000);
}

/* The lines that are no comments. */
static char *samples(void)
{
    struct text lines;
    text_init(&lines, 1024 * 1024);
    for (char *at = text.data; *at != '\0';) {
        size_t length = strcspn(at, "\n") + 1;
        if (*at != '#')
            text_append(&lines, at, length);
        at += length;
    }
    char *taken = text_take(&lines);
    text_clear(&lines);
    return taken;
}

/* The file as Prometheus' own tool sees it. */
static void assert_promtool_is_content(const char *name)
{
    if (system("command -v promtool >/dev/null") != 0) {
        printf("SKIPPED promtool is not installed\n");
        return;
    }
    char command[3 * PATH_MAX];
    snprintf(command, sizeof(command), "promtool check metrics <'%s' >&2", in_scratch(name));
    ck_assert_int_eq(system(command), 0);
}

START_TEST(a_page_has_every_figure_in_the_same_order)
{
    fill_summary();
    struct metrics_facts facts = failed_facts;
    facts.exit_code = 0;
    facts.is_complete = true;
    facts.last_success_wall_us = facts.end_wall_us;
    metrics_format(&facts, &summary, &text);
    char *found = samples();
    struct text expected;
    text_init(&expected, 1024 * 1024);
    text_append_string(&expected, "haul_run_end_timestamp_seconds{" LABEL
                                  "} 1700000000.123456\n" SUCCESS "{" LABEL "} 1700000000.123456\n"
                                  "haul_run_duration_seconds{" LABEL "} 2.000001\n"
                                  "haul_run_exit_code{" LABEL "} 0\n"
                                  "haul_run_complete{" LABEL "} 1\n");
    for (unsigned i = 0; i < STATUS_COUNT; i++)
        text_append_format(&expected, "haul_urls{" LABEL ",status=\"%s\"} %u\n",
                           status_name((enum status)i), i + 1);
    text_append_string(&expected, "haul_failures{" LABEL ",class=\"dns\"} 2\n"
                                  "haul_failures{" LABEL ",class=\"internal\"} 3\n"
                                  "haul_bytes{" LABEL ",kind=\"files\"} 5000000000000\n"
                                  "haul_bytes{" LABEL ",kind=\"wire\"} 9223372036854775807\n"
                                  "haul_retries{" LABEL "} 7\n"
                                  "haul_connections{" LABEL ",kind=\"opened\"} 8\n"
                                  "haul_connections{" LABEL ",kind=\"reused\"} 9\n"
                                  "haul_cpu_seconds{" LABEL "} 0.000005\n");
    static const char *const shares[] = {"0.5", "0.95", "0.99", "1"};
    static const double share_values[] = {0.5, 0.95, 0.99, 1};
    for (size_t i = 0; i < ARRAY_LENGTH(shares); i++) {
        int64_t us = histogram_percentile(&summary.total_us, share_values[i]);
        text_append_format(&expected,
                           "haul_url_seconds{" LABEL ",quantile=\"%s\"} 0.%06" PRId64 "\n",
                           shares[i], us);
    }
    text_append_string(&expected, "haul_url_seconds_sum{" LABEL "} 5.050000\n"
                                  "haul_url_seconds_count{" LABEL "} 100\n");
    ck_assert_str_eq(found, expected.data);
    text_clear(&expected);
    free(found);
}
END_TEST

START_TEST(every_family_says_what_it_is)
{
    fill_summary();
    metrics_format(&failed_facts, &summary, &text);
    unsigned families = 0;
    for (const char *at = text.data; (at = strstr(at, "# HELP ")) != NULL; families++) {
        at += strlen("# HELP ");
        size_t length = strcspn(at, " ");
        const char *type = strchr(at, '\n') + 1;
        ck_assert_int_eq(strncmp(type, "# TYPE ", 7), 0);
        ck_assert_int_eq(strncmp(type + 7, at, length + 1), 0);
        ck_assert_int_eq(strncmp(strchr(type, '\n') + 1, at, length), 0);
    }
    ck_assert_uint_eq(families, 11); /* no run has succeeded */
    ck_assert_ptr_null(strstr(text.data, SUCCESS));
}
END_TEST

START_TEST(a_run_without_anything_is_a_page_too)
{
    struct metrics_facts facts = {.directory = "", .elapsed_us = -1};
    struct error error = {0};
    ck_assert(metrics_write(in_scratch("empty.prom"), &facts, &summary, &error));
    assert_promtool_is_content("empty.prom");
    metrics_format(&facts, &summary, &text);
    ck_assert_ptr_null(strstr(text.data, "haul_failures"));
    ck_assert_ptr_null(strstr(text.data, "quantile="));
    ck_assert_ptr_null(strstr(text.data, "nan"));
    ck_assert_ptr_nonnull(
        strstr(text.data, "haul_run_duration_seconds{directory=\"\"} 0.000000\n"));
}
END_TEST

static const struct {
    const char *directory;
    const char *label;
} label_cases[] = {
    {"/a b", "/a b"},
    {"/say \"hi\"", "/say \\\"hi\\\""},
    {"C:\\x\\", "C:\\\\x\\\\"},
    {"/a\nhaul_fake 1\n", "/a\\nhaul_fake 1\\n"},
    {"/b\xC3\xA4r", "/b\xC3\xA4r"},
    {"/b\xE4r\xC3", "/b\xEF\xBF\xBDr\xEF\xBF\xBD"},
    {"/{a},b=\"}", "/{a},b=\\\"}"},
};

START_TEST(any_directory_is_a_label)
{
    struct metrics_facts facts = failed_facts;
    facts.directory = label_cases[_i].directory;
    struct error error = {0};
    ck_assert(metrics_write(in_scratch("haul.prom"), &facts, &summary, &error));
    assert_promtool_is_content("haul.prom");
    metrics_format(&facts, &summary, &text);
    struct text line;
    text_init(&line, 1024);
    text_append_format(&line, "\nhaul_retries{directory=\"%s\"} 0\n", label_cases[_i].label);
    ck_assert_msg(strstr(text.data, line.data) != NULL, "%s", text.data);
    text_clear(&line);
}
END_TEST

/* The success line of the file; "" when it has none. */
static const char *success_line(const char *name)
{
    static char line[512];
    line[0] = '\0';
    FILE *file = fopen(in_scratch(name), "r");
    ck_assert_ptr_nonnull(file);
    while (fgets(line, sizeof(line), file) != NULL && strncmp(line, SUCCESS, strlen(SUCCESS)) != 0)
        line[0] = '\0';
    fclose(file);
    return line;
}

START_TEST(a_failed_run_keeps_the_time_of_the_last_success)
{
    fill_summary();
    struct metrics_facts facts = failed_facts;
    const char *path = in_scratch("haul.prom");
    struct error error = {0};
    ck_assert(metrics_write(path, &facts, &summary, &error));
    ck_assert_str_eq(success_line("haul.prom"), "");

    facts.last_success_wall_us = 1700000000123456;
    ck_assert(metrics_write(path, &facts, &summary, &error));
    facts.last_success_wall_us = 0;
    for (int i = 0; i < 2; i++) {
        facts.end_wall_us += 1000000;
        ck_assert(metrics_write(path, &facts, &summary, &error));
        ck_assert_str_eq(success_line("haul.prom"), SUCCESS "{" LABEL "} 1700000000.123456\n");
        assert_promtool_is_content("haul.prom");
    }

    facts.directory = "/srv/other";
    ck_assert(metrics_write(path, &facts, &summary, &error));
    ck_assert_str_eq(success_line("haul.prom"), "");
}
END_TEST

static const struct {
    const char *content;
    const char *kept;
} old_cases[] = {
    {"x\n" SUCCESS "{" LABEL "} 12.000001\ny\n", "12.000001"},
    {SUCCESS "{" LABEL "} bad\n" SUCCESS "{" LABEL "} 999999999999.999999\n",
     "999999999999.999999"},
    {SUCCESS "{" LABEL "} 12.000001", NULL}, /* a line without its end was cut */
    {SUCCESS "{" LABEL "} 12.000001 \n", NULL},
    {SUCCESS "{" LABEL "} 12\n", NULL},
    {SUCCESS "{" LABEL "} 1.2e9\n", NULL},
    {SUCCESS "{" LABEL "} -1.000000\n", NULL},
    {SUCCESS "{" LABEL "} 9999999999999.000000\n", NULL},
    {SUCCESS "{" LABEL "} 12.0000001\n", NULL},
    {SUCCESS "{" LABEL "} \n", NULL},
    {SUCCESS "{" LABEL "}", NULL},
    {SUCCESS "{directory=\"/srv/img2\"} 12.000001\n", NULL},
    {"#" SUCCESS "{" LABEL "} 12.000001\n", NULL},
    {"", NULL},
};

START_TEST(only_a_line_as_haul_writes_it_is_carried_over)
{
    scratch_write("haul.prom", old_cases[_i].content);
    struct error error = {0};
    ck_assert(metrics_write(in_scratch("haul.prom"), &failed_facts, &summary, &error));
    char expected[200] = "";
    if (old_cases[_i].kept != NULL)
        snprintf(expected, sizeof(expected), SUCCESS "{" LABEL "} %s\n", old_cases[_i].kept);
    ck_assert_str_eq(success_line("haul.prom"), expected);
}
END_TEST

START_TEST(a_huge_old_file_is_not_read)
{
    scratch_write("haul.prom", SUCCESS "{" LABEL "} 12.000001\n");
    ck_assert_int_eq(truncate(in_scratch("haul.prom"), 1024 * 1024 + 1), 0);
    struct error error = {0};
    ck_assert(metrics_write(in_scratch("haul.prom"), &failed_facts, &summary, &error));
    ck_assert_str_eq(success_line("haul.prom"), "");
}
END_TEST

static unsigned count_entries(void)
{
    unsigned count = 0;
    DIR *directory = opendir(scratch);
    ck_assert_ptr_nonnull(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(directory);
    return count;
}

START_TEST(nothing_but_the_file_is_touched)
{
    char stale[100];
    snprintf(stale, sizeof(stale), ".haul.prom.%ld.tmp", (long)getpid());
    scratch_write("victim", "victim");
    ck_assert_int_eq(symlink(in_scratch("victim"), in_scratch(stale)), 0);
    ck_assert_int_eq(symlink(in_scratch("victim"), in_scratch("haul.prom")), 0);
    mode_t mask = umask(027);
    struct error error = {0};
    ck_assert(metrics_write(in_scratch("haul.prom"), &failed_facts, &summary, &error));
    umask(mask);
    ck_assert(scratch_holds("victim", "victim"));
    ck_assert_uint_eq(count_entries(), 2);
    struct stat status;
    ck_assert_int_eq(lstat(in_scratch("haul.prom"), &status), 0);
    ck_assert(S_ISREG(status.st_mode));
    ck_assert_int_eq(status.st_mode & 07777, 0640);
}
END_TEST

START_TEST(a_name_may_be_as_long_as_the_system_allows)
{
    char name[256];
    memset(name, 'n', 255);
    name[255] = '\0';
    struct error error = {0};
    ck_assert(metrics_write(in_scratch(name), &failed_facts, &summary, &error));
    ck_assert_uint_eq(count_entries(), 1);
    ck_assert_int_eq(chdir(scratch), 0);
    ck_assert(metrics_write("plain.prom", &failed_facts, &summary, &error));
    ck_assert_uint_eq(scratch_kind("plain.prom"), S_IFREG);
    ck_assert_int_eq(chdir("/"), 0);
}
END_TEST

START_TEST(what_cannot_be_written_is_an_error_and_leaves_nothing)
{
    ck_assert_int_eq(mkdir(in_scratch("directory"), 0700), 0);
    const char *paths[] = {in_scratch("missing/haul.prom"), in_scratch("directory"),
                           in_scratch("directory/"), ""};
    for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
        struct error error = {0};
        ck_assert(!metrics_write(paths[i], &failed_facts, &summary, &error));
        ck_assert_int_eq(error.kind, ERROR_LOCAL);
        ck_assert(strstr(error.text, paths[i]) != NULL);
    }
    ck_assert_uint_eq(count_entries(), 1);
}
END_TEST

START_TEST(a_device_or_a_pipe_is_not_replaced)
{
    ck_assert_int_eq(mkfifo(in_scratch("pipe"), 0600), 0);
    ck_assert_int_eq(symlink("/dev/null", in_scratch("link")), 0);
    const char *names[] = {"pipe", "link"};
    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        struct error error = {0};
        struct stat before, after;
        ck_assert_int_eq(lstat(in_scratch(names[i]), &before), 0);
        ck_assert(!metrics_write(in_scratch(names[i]), &failed_facts, &summary, &error));
        ck_assert_int_eq(error.kind, ERROR_LOCAL);
        ck_assert_int_eq(lstat(in_scratch(names[i]), &after), 0);
        ck_assert_uint_eq(after.st_ino, before.st_ino);
    }
    ck_assert_uint_eq(count_entries(), 2);
}
END_TEST

static void write_on_a_full_disk(void)
{
    scratch_mount("size=8k");
    scratch_write("haul.prom", "old\n");
    int filler = open(in_scratch("filler"), O_WRONLY | O_CREAT, 0600);
    char block[4096] = {0};
    while (write(filler, block, sizeof(block)) > 0)
        continue;
    close(filler);
    struct error error = {0};
    EXPECT(!metrics_write(in_scratch("haul.prom"), &failed_facts, &summary, &error));
    EXPECT(error.kind == ERROR_LOCAL);
    EXPECT(scratch_holds("haul.prom", "old\n"));
    EXPECT(count_entries() == 2);
}

START_TEST(a_full_disk_leaves_the_old_file)
{
    (void)scratch_child(write_on_a_full_disk, "a small disk");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metrics");
    TCase *tests = tcase_create("pages");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_page_has_every_figure_in_the_same_order);
    tcase_add_test(tests, every_family_says_what_it_is);
    tcase_add_test(tests, a_run_without_anything_is_a_page_too);
    tcase_add_loop_test(tests, any_directory_is_a_label, 0, ARRAY_LENGTH(label_cases));
    tcase_add_test(tests, a_failed_run_keeps_the_time_of_the_last_success);
    tcase_add_loop_test(tests, only_a_line_as_haul_writes_it_is_carried_over, 0,
                        ARRAY_LENGTH(old_cases));
    tcase_add_test(tests, a_huge_old_file_is_not_read);
    tcase_add_test(tests, nothing_but_the_file_is_touched);
    tcase_add_test(tests, a_name_may_be_as_long_as_the_system_allows);
    tcase_add_test(tests, what_cannot_be_written_is_an_error_and_leaves_nothing);
    tcase_add_test(tests, a_device_or_a_pipe_is_not_replaced);
    tcase_add_test(tests, a_full_disk_leaves_the_old_file);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
