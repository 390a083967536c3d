#include "app/bench_list.h"

#include <dirent.h>
#include <stdint.h>

#include "base/text.h"
#include "scratch.h"

#define ROWS_BYTES ((size_t)2 << 20)

static struct options options;
static struct error error;
static struct bench_list *list;
static char *old_folder; /* TMPDIR of the other tests */

static void setup(void)
{
    const char *folder = getenv("TMPDIR");
    old_folder = folder != NULL ? strdup(folder) : NULL;
    scratch_setup();
    ck_assert_int_eq(mkdir(in_scratch("tmp"), 0700), 0);
    setenv("TMPDIR", in_scratch("tmp"), 1);
    options_init(&options);
    options.command = COMMAND_BENCH;
    options.sample = 0;
    error = (struct error){0};
}

static void teardown(void)
{
    bench_list_destroy(list);
    list = NULL;
    options_clear(&options);
    if (old_folder != NULL)
        setenv("TMPDIR", old_folder, 1);
    else
        unsetenv("TMPDIR");
    free(old_folder);
    scratch_teardown();
}

static void create(uint64_t seed)
{
    bench_list_destroy(list);
    list = bench_list_create(&options, seed, NULL, &error);
    ck_assert_msg(list != NULL, "%s", error.text);
}

static void read_file(const char *name, const char *text, const char *format)
{
    scratch_write(name, text);
    ck_assert(options_set(&options, OPTION_ID_format, format, &error));
    options_add_operand(&options, in_scratch(name));
}

/* All rows as a run will read them, without the header; the caller's. */
static char *rows(void)
{
    static const char header[] = "url\tout\tdir\tchecksum\theader\treferer\tpriority\n";
    char *content = calloc(1, ROWS_BYTES);
    FILE *file = fopen(bench_list_path(list), "re");
    ck_assert_ptr_nonnull(file);
    size_t length = fread(content, 1, ROWS_BYTES - 1, file);
    fclose(file);
    ck_assert_uint_ge(length, sizeof(header) - 1);
    ck_assert_int_eq(memcmp(content, header, sizeof(header) - 1), 0);
    memmove(content, content + sizeof(header) - 1, length + 1 - (sizeof(header) - 1));
    return content;
}

static void assert_rows(const char *expected)
{
    char *found = rows();
    ck_assert_str_eq(found, expected);
    free(found);
}

START_TEST(bad_lines_and_duplicates_are_counted_and_left_out)
{
    read_file("urls.txt",
              "# a comment\n"
              "http://a.example/1\n"
              "http:///\n"
              "\n"
              "http://b.example/2\n"
              "http://a.example/1\n"
              "ftp://c.example/3\n"
              "http://A.example:80/1\n"
              "http://b.example/4\n",
              "text");
    create(1);
    struct bench_list_facts facts = bench_list_facts(list);
    ck_assert_uint_eq(facts.listed, 3);
    ck_assert_uint_eq(facts.bad, 2);
    ck_assert_uint_eq(facts.duplicates, 2);
    ck_assert_uint_eq(facts.urls, 3);
    ck_assert_uint_eq(facts.hosts, 2);
    ck_assert_uint_eq(facts.elsewhere, 3);
    ck_assert(!facts.is_cut);
    assert_rows("http://a.example/1\t\t\t\t\t\t\n"
                "http://b.example/2\t\t\t\t\t\t\n"
                "http://b.example/4\t\t\t\t\t\t\n");
}
END_TEST

START_TEST(hosts_have_as_many_places_as_per_host_and_their_urls_allow)
{
    read_file("urls.txt",
              "http://a.example/1\nhttp://a.example/2\nhttp://a.example/3\n"
              "http://127.0.0.1:8080/1\nhttp://127.0.0.1:8080/2\n"
              "http://slow.example/1\nhttp://slow.example/2\nhttp://slow.example/3\n",
              "text");
    options.per_host = 2;
    options_host_section_of(&options, "slow.example")->per_host = 1;
    create(1);
    struct bench_list_facts facts = bench_list_facts(list);
    ck_assert_uint_eq(facts.hosts, 3);
    ck_assert_uint_eq(facts.host_slots, 2 + 2 + 1);
    ck_assert_uint_eq(facts.elsewhere, 6);
    options.per_host = 100;
    create(1);
    ck_assert_uint_eq(bench_list_facts(list).host_slots, 3 + 2 + 1);
}
END_TEST

#define SHA256 "sha-256=ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

START_TEST(what_a_list_says_beside_a_url_is_kept)
{
    read_file("urls.jsonl",
              "{\"url\":\"http://a.example/1\",\"out\":\"o \\\"1\\\".jpg\",\"dir\":\"d/e\","
              "\"checksum\":\"" SHA256 "\",\"referer\":\"http://r.example/\",\"priority\":-5,"
              "\"header\":[\"X-One: 1\",\"X-Two: 2\"]}\n"
              "{\"url\":[\"http://a.example/2\",\"http://b.example/2\"],\"header\":\"X: y\"}\n",
              "jsonl");
    create(1);
    assert_rows("http://a.example/1\t\"o \"\"1\"\".jpg\"\td/e\t" SHA256
                "\t\"X-One: 1\tX-Two: 2\"\thttp://r.example/\t-5\n"
                "\"http://a.example/2\thttp://b.example/2\"\t\t\t\t\"X: y\"\t\t\n");
}
END_TEST

/* http://h.example/0 and so on, in the order of their numbers. */
static void list_numbers(unsigned count)
{
    struct text text;
    text_init(&text, 1 << 20);
    for (unsigned i = 0; i < count; i++)
        text_append_format(&text, "http://h.example/%u\n", i);
    read_file("urls.txt", text.data, "text");
    text_clear(&text);
}

/* The numbers of the rows; returns how many there are. */
static size_t numbers_of(unsigned *out, size_t most)
{
    char *found = rows();
    size_t count = 0;
    for (char *line = found; *line != '\0'; line = strchr(line, '\n') + 1) {
        ck_assert_uint_lt(count, most);
        ck_assert_int_eq(sscanf(line, "http://h.example/%u", &out[count]), 1);
        count++;
    }
    free(found);
    return count;
}

START_TEST(a_sample_keeps_the_order_of_the_list_and_depends_on_the_seed_alone)
{
    enum { SAMPLE = 20 };
    unsigned first[SAMPLE];
    unsigned other[SAMPLE];
    list_numbers(500);
    options.sample = SAMPLE;
    create(42);
    struct bench_list_facts facts = bench_list_facts(list);
    ck_assert_uint_eq(facts.listed, 500);
    ck_assert_uint_eq(facts.urls, SAMPLE);
    ck_assert_uint_eq(numbers_of(first, SAMPLE), SAMPLE);
    for (size_t i = 1; i < SAMPLE; i++)
        ck_assert_uint_gt(first[i], first[i - 1]);
    create(42);
    ck_assert_uint_eq(numbers_of(other, SAMPLE), SAMPLE);
    ck_assert_mem_eq(first, other, sizeof(first));
    for (uint64_t seed = 43; seed < 50; seed++) {
        create(seed);
        ck_assert_uint_eq(numbers_of(other, SAMPLE), SAMPLE);
        ck_assert_mem_ne(first, other, sizeof(first));
    }
}
END_TEST

START_TEST(a_sample_of_at_least_all_is_all)
{
    static const int64_t samples[] = {7, 8, 1000000000};
    unsigned numbers[7];
    list_numbers(7);
    for (size_t i = 0; i < ARRAY_LENGTH(samples); i++) {
        options.sample = samples[i];
        create(42);
        ck_assert_uint_eq(numbers_of(numbers, 7), 7);
        for (unsigned j = 0; j < 7; j++)
            ck_assert_uint_eq(numbers[j], j);
        ck_assert_uint_eq(bench_list_facts(list).urls, 7);
    }
}
END_TEST

START_TEST(each_url_is_in_about_as_many_samples)
{
    enum { URLS = 10, SAMPLE = 3, SEEDS = 600 };
    unsigned taken[URLS] = {0};
    unsigned numbers[SAMPLE];
    list_numbers(URLS);
    options.sample = SAMPLE;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        create(seed);
        size_t count = numbers_of(numbers, SAMPLE);
        for (size_t i = 0; i < count; i++)
            taken[numbers[i]]++;
    }
    for (size_t i = 0; i < URLS; i++) { /* 180, within 5 standard deviations of 11.2 */
        ck_assert_uint_ge(taken[i], 124);
        ck_assert_uint_le(taken[i], 236);
    }
}
END_TEST

START_TEST(dropping_removes_exactly_the_rows_whose_bit_is_set)
{
    static const uint8_t first[] = {0x81, 0x02}; /* 0, 7 and 9 */
    static const uint8_t again[] = {0x01, 0x80}; /* what was 1 then, and 17 */
    static const unsigned left[] = {2, 3, 4, 5, 6, 8, 10, 11, 12, 13, 14, 15, 16, 17, 19};
    unsigned numbers[20];
    uint8_t dropped[3] = {0};
    list_numbers(20);
    create(1);
    memcpy(dropped, first, sizeof(first));
    ck_assert_msg(bench_list_drop(list, dropped, &error), "%s", error.text);
    ck_assert_uint_eq(numbers_of(numbers, 20), 17);
    ck_assert_uint_eq(numbers[0], 1);
    ck_assert_uint_eq(numbers[6], 8);
    memcpy(dropped, again, sizeof(again));
    ck_assert(bench_list_drop(list, dropped, &error));
    ck_assert_uint_eq(numbers_of(numbers, 20), ARRAY_LENGTH(left));
    ck_assert_mem_eq(numbers, left, sizeof(left));
    struct bench_list_facts facts = bench_list_facts(list);
    ck_assert_uint_eq(facts.urls, ARRAY_LENGTH(left));
    ck_assert_uint_eq(facts.elsewhere, ARRAY_LENGTH(left));
    ck_assert_uint_eq(facts.listed, 20);
    memset(dropped, 0xFF, sizeof(dropped));
    ck_assert(bench_list_drop(list, dropped, &error));
    ck_assert_uint_eq(bench_list_facts(list).urls, 0);
    assert_rows("");
}
END_TEST

START_TEST(rows_that_are_not_dropped_are_as_they_were)
{
    static const uint8_t dropped[] = {0x01};
    read_file("urls.jsonl",
              "{\"url\":\"http://a.example/1\"}\n"
              "{\"url\":[\"http://a.example/2\",\"http://b.example/2\"],\"out\":\"\\\"o\\\"\","
              "\"header\":[\"X-One: 1\",\"X-Two: 2\"]}\n",
              "jsonl");
    create(1);
    ck_assert(bench_list_drop(list, dropped, &error));
    assert_rows("\"http://a.example/2\thttp://b.example/2\"\t\"\"\"o\"\"\"\t\t\t"
                "\"X-One: 1\tX-Two: 2\"\t\t\n");
}
END_TEST

START_TEST(a_list_may_come_from_a_pipe)
{
    int ends[2];
    int input = dup(STDIN_FILENO);
    static const char text[] = "http://a.example/1\nhttp://a.example/2\n";
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], text, sizeof(text) - 1), (ssize_t)sizeof(text) - 1);
    close(ends[1]);
    ck_assert_int_ge(dup2(ends[0], STDIN_FILENO), 0);
    close(ends[0]);
    options_add_operand(&options, "-");
    create(1);
    ck_assert_uint_eq(bench_list_facts(list).urls, 2);
    for (int i = 0; i < 2; i++) /* it can be read as often as there are runs */
        assert_rows("http://a.example/1\t\t\t\t\t\t\nhttp://a.example/2\t\t\t\t\t\t\n");
    dup2(input, STDIN_FILENO);
    close(input);
}
END_TEST

static size_t entry_count(const char *name)
{
    size_t count = 0;
    DIR *entries = opendir(in_scratch(name));
    ck_assert_ptr_nonnull(entries);
    while (readdir(entries) != NULL)
        count++;
    closedir(entries);
    return count - 2; /* itself and its parent */
}

START_TEST(no_file_is_ever_seen)
{
    static const uint8_t dropped[] = {0x01};
    char target[PATH_MAX] = "";
    list_numbers(3);
    create(1);
    ck_assert_uint_eq(entry_count("tmp"), 0);
    /* It is there that the unlinked file was made. */
    ck_assert_int_gt(readlink(bench_list_path(list), target, sizeof(target) - 1), 0);
    ck_assert_ptr_eq(strstr(target, in_scratch("tmp")), target);
    ck_assert(bench_list_drop(list, dropped, &error));
    ck_assert_uint_eq(entry_count("tmp"), 0);
}
END_TEST

START_TEST(a_folder_that_cannot_be_written_is_an_error_of_this_machine)
{
    list_numbers(3);
    setenv("TMPDIR", in_scratch("nothing"), 1);
    ck_assert_ptr_null(bench_list_create(&options, 1, NULL, &error));
    ck_assert_int_eq(error.kind, ERROR_LOCAL);
    ck_assert_ptr_nonnull(strstr(error.text, "cannot keep the list"));
}
END_TEST

static const struct {
    const char *text; /* NULL = there is no such list */
    enum error_kind kind;
} bad_lists[] = {{NULL, ERROR_INPUT}, {"", ERROR_INPUT}, {"# nothing\n\n", ERROR_INPUT}};

START_TEST(a_list_that_is_missing_or_holds_no_url_is_an_error)
{
    if (bad_lists[_i].text != NULL)
        scratch_write("urls.txt", bad_lists[_i].text);
    options_add_operand(&options, in_scratch("urls.txt"));
    ck_assert_ptr_null(bench_list_create(&options, 1, NULL, &error));
    ck_assert_int_eq(error.kind, bad_lists[_i].kind);
    bench_list_destroy(NULL);
}
END_TEST

START_TEST(lines_that_are_all_bad_leave_nothing_to_measure)
{
    read_file("urls.txt", "http:///\nftp://a.example/\n", "text");
    create(1);
    ck_assert_uint_eq(bench_list_facts(list).urls, 0);
    ck_assert_uint_eq(bench_list_facts(list).bad, 2);
}
END_TEST

START_TEST(a_cancel_cuts_the_list)
{
    struct cancel *cancel = cancel_create(&error);
    ck_assert_ptr_nonnull(cancel);
    cancel_raise(cancel, CANCEL_DRAIN, 1);
    list_numbers(100);
    list = bench_list_create(&options, 1, cancel, &error);
    ck_assert_msg(list != NULL, "%s", error.text);
    ck_assert(bench_list_facts(list).is_cut);
    ck_assert_uint_lt(bench_list_facts(list).urls, 100);
    cancel_destroy(cancel);
}
END_TEST

START_TEST(a_long_list_is_kept_whole)
{
    enum { URLS = 40000 }; /* more than is held in memory at a time */
    static unsigned numbers[URLS];
    list_numbers(URLS);
    create(1);
    ck_assert_uint_eq(bench_list_facts(list).urls, URLS);
    ck_assert_uint_eq(numbers_of(numbers, URLS), URLS);
    bool is_ordered = true;
    for (unsigned i = 0; i < URLS; i++)
        is_ordered = is_ordered && numbers[i] == i;
    ck_assert(is_ordered);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("bench_list");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, bad_lines_and_duplicates_are_counted_and_left_out);
    tcase_add_test(cases, hosts_have_as_many_places_as_per_host_and_their_urls_allow);
    tcase_add_test(cases, what_a_list_says_beside_a_url_is_kept);
    tcase_add_test(cases, a_sample_keeps_the_order_of_the_list_and_depends_on_the_seed_alone);
    tcase_add_test(cases, a_sample_of_at_least_all_is_all);
    tcase_add_test(cases, each_url_is_in_about_as_many_samples);
    tcase_add_test(cases, dropping_removes_exactly_the_rows_whose_bit_is_set);
    tcase_add_test(cases, rows_that_are_not_dropped_are_as_they_were);
    tcase_add_test(cases, a_list_may_come_from_a_pipe);
    tcase_add_test(cases, no_file_is_ever_seen);
    tcase_add_test(cases, a_folder_that_cannot_be_written_is_an_error_of_this_machine);
    tcase_add_loop_test(cases, a_list_that_is_missing_or_holds_no_url_is_an_error, 0,
                        (int)ARRAY_LENGTH(bad_lists));
    tcase_add_test(cases, lines_that_are_all_bad_leave_nothing_to_measure);
    tcase_add_test(cases, a_cancel_cuts_the_list);
    tcase_add_test(cases, a_long_list_is_kept_whole);
    Suite *suite = suite_create("bench_list");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
