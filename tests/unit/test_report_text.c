#include "app/report_text.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "app/foreign_text.h"
#include "base/common.h"
#include "scratch.h"

/* In JSON, and as it may be shown. */
#define HOSTILE "\\u001b[31m\\u009b\\u202e"
#define SHOWN "\\x1b[31m\\xc2\\x9b\\xe2\\x80\\xae"

static struct text text;
static struct report_reader reader;

static const char *directory; /* of the files, as the caller knows it */

static void set_up(void)
{
    text_init(&text, 1024 * 1024);
    reader = (struct report_reader){.path = (char *)(uintptr_t) "p/report.json", .results = -1};
}

static void tear_down(void)
{
    text_clear(&text);
    json_decref(reader.report);
    directory = NULL;
}

static json_t *parse(const char *json)
{
    json_error_t where;
    json_t *value = json_loads(json, 0, &where);
    ck_assert_msg(value != NULL, "%s", where.text);
    return value;
}

static void print(const char *json, const struct report_records *records)
{
    reader.report = parse(json);
    report_text_append(&text, &reader, records, directory);
    ck_assert(!text.is_full);
}

static void assert_says(const char *words)
{
    ck_assert_msg(strstr(text.data, words) != NULL, "'%s' is not in:\n%s", words, text.data);
}

static void assert_silent(const char *words)
{
    ck_assert_msg(strstr(text.data, words) == NULL, "'%s' is in:\n%s", words, text.data);
}

START_TEST(a_full_report_says_all)
{
    static struct report_records records;
    records.slowest.count = 1;
    records.slowest.urls[0] =
        (struct slow_url){parse("{\"url\":\"http://h/slow\",\"bytes\":{\"file\":2048}}"), 2310000};
    reader.directory = (char *)(uintptr_t) "my photos";
    reader.results_path = (char *)(uintptr_t) "p/results.jsonl";
    print("{\"run_id\":\"20261120T120000Z-4f1c\",\"command\":\"get\",\"arguments\":[\"urls.txt\"],"
          "\"start\":\"2026-11-20T12:00:00.123456Z\",\"outcome\":\"failed\",\"exit_code\":1,"
          "\"elapsed_us\":87000000,"
          "\"counts\":{\"total\":10000,\"downloaded\":9700,\"kept\":100,\"failed\":200},"
          "\"bytes\":{\"wire\":890880000,\"file\":851443712},"
          "\"failures\":[{\"class\":\"not-found\",\"count\":150,\"hosts\":[{\"host\":\"a.example\","
          "\"count\":148},{\"host\":\"b.example\",\"count\":1}],\"other_hosts\":1316,"
          "\"example\":\"urls.txt:5127\"},{\"class\":\"dns\",\"count\":50,\"hosts\":[]}],"
          "\"latency_us\":{\"total\":{\"p50\":142000,\"p95\":610000,\"p99\":2310000,"
          "\"max\":29800000}},"
          "\"phases_share\":{\"dns\":0.02,\"connect\":0.001,\"tls\":0,\"ttfb\":0.75,"
          "\"receive\":0.22,\"write\":0.009},"
          "\"connections\":{\"opened\":1204,\"reused\":9137},"
          "\"retries\":{\"attempts\":341,\"recovered\":296},"
          "\"cpu\":{\"user_us\":4000000,\"sys_us\":100000,\"duty_cycle\":0.0471},"
          "\"hosts\":[{\"host\":\"a.example\",\"urls\":9000,\"failed\":148,\"mean_us\":142000,"
          "\"max_us\":29800000,\"p95_us\":610000}],"
          "\"slowest_host\":{\"host\":\"b.example\",\"urls\":412,\"p95_us\":2900000},"
          "\"hints\":[\"do this\",7,\"do that\",\"never shown\"],"
          "\"warnings\":[\"one and only\"],\"files\":{\"directory\":\"elsewhere\"}}",
          &records);
    assert_says("run 20261120T120000Z-4f1c  2026-11-20T12:00:00Z  failed, exit 1\n");
    assert_says("haul get urls.txt\n");
    assert_says("10,000 URLs in 1 min 27 s        114.9 url/s   9.8 MiB/s   849.6 MiB\n");
    assert_says("  downloaded     9,700   97.0%\n");
    assert_says("  kept             100    1.0%   already on disk and unchanged\n");
    assert_says("  failed           200    2.0%   150 not-found   50 dns\n");
    assert_says("  time per URL   p50 142 ms   p95 610 ms   p99 2.31 s   max 29.8 s\n");
    assert_says("  where it went  dns 2%  wait 75%  receive 22%  write 1%\n");
    assert_says("  connections    1,204 opened, 9,137 reused (88.4%)\n");
    assert_says("  retries        341 (296 URLs recovered)\n");
    assert_says("  slowest host   b.example   412 URLs   p95 2.90 s\n");
    assert_says("\n\n  hint: do this\n  hint: do that\n\nfailures\n");
    assert_silent("never shown");
    assert_says("  cpu            4.10 s, duty cycle 5%\n");
    assert_says("not-found          a.example 148, 1,317 other hosts  (first: urls.txt:5127)\n");
    assert_says("    2.31 s     2.0 KiB  http://h/slow\n");
    assert_says(
        "  a.example                     9,000       148     142 ms     610 ms     29.8 s\n");
    assert_says("warnings\n  one and only\n");
    assert_says("  files:          my photos\n"
                "  retry failures: haul --retry-failed -d 'my photos'\n"
                "  failed URLs:    p/failed.tsv\n"
                "  look:           p/report.json\n");
    assert_silent("elsewhere");
    assert_silent("not there");
    report_records_clear(&records);
}
END_TEST

/* What is missing is left out, what is of another type is as if it were missing. */
static const char *const poor_reports[] = {
    "{\"counts\":{\"total\":0}}",
    "{\"counts\":{\"total\":3,\"failed\":3}}",
    "{\"counts\":{\"total\":1},\"outcome\":7,\"start\":[],\"run_id\":{},\"failures\":{},"
    "\"hosts\":\"h\",\"warnings\":5,\"latency_us\":null,\"phases_share\":[],\"arguments\":{},"
    "\"connections\":null,\"retries\":7,\"cpu\":[],\"bytes\":null,\"files\":[],\"command\":null}",
    "{\"counts\":{\"total\":9223372036854775807,\"failed\":-5},\"elapsed_us\":1,\"failures\":[7,{}]"
    ","
    "\"hints\":[null,{}],\"slowest_host\":[],\"hosts\":[null,{\"urls\":-1,\"mean_us\":\"x\"}],"
    "\"warnings\":[null],\"command\":\"get\","
    "\"arguments\":[1,2,3,4,5,6],\"bytes\":{\"wire\":9223372036854775807,"
    "\"file\":9223372036854775807},\"latency_us\":{\"total\":{}},\"phases_share\":{\"dns\":1e300},"
    "\"cpu\":{\"user_us\":9223372036854775807,\"sys_us\":9223372036854775807}}",
};

START_TEST(a_poor_report_shows_what_it_has)
{
    print(poor_reports[_i], NULL);
    assert_says(" in ");
    assert_says("  look:           p/report.json\n");
    assert_says("records are not there");
    assert_silent("retry");
}
END_TEST

START_TEST(nothing_of_a_report_reaches_the_terminal_as_it_is)
{
    static struct report_records records;
    records.slowest.count = 1;
    records.slowest.urls[0] = (struct slow_url){parse("{\"url\":\"" HOSTILE "\"}"), 1};
    records.failed_count = 1;
    records.failed[0] =
        parse("{\"class\":\"" HOSTILE "\",\"url\":\"http://" HOSTILE "\",\"detail\":\"" HOSTILE
              "\",\"source\":\"" HOSTILE "\",\"line\":3}");
    print("{\"run_id\":\"" HOSTILE "\",\"command\":\"" HOSTILE "\",\"arguments\":[\"" HOSTILE "\"],"
          "\"start\":\"" HOSTILE "\",\"outcome\":\"" HOSTILE "\",\"counts\":{\"total\":1,"
          "\"failed\":1},\"failures\":[{\"class\":\"" HOSTILE "\",\"count\":1,\"hosts\":"
          "[{\"host\":\"" HOSTILE "\",\"count\":1}],\"example\":\"" HOSTILE "\"}],"
          "\"hosts\":[{\"host\":\"" HOSTILE "\",\"urls\":1}],\"warnings\":[\"" HOSTILE "\"],"
          "\"hints\":[\"" HOSTILE "\"],\"slowest_host\":{\"host\":\"" HOSTILE "\"},"
          "\"files\":{\"directory\":\"/" HOSTILE "\",\"failed\":\"" HOSTILE "\"}}",
          &records);
    for (size_t i = 0; i < text.length; i++)
        ck_assert_msg(text.data[i] == '\n' || (text.data[i] >= 0x20 && text.data[i] < 0x7F),
                      "byte %d in:\n%s", text.data[i], text.data);
    assert_says("run " SHOWN);
    assert_says("  FAIL " SHOWN "  --  " SHOWN "  " SHOWN "  (" SHOWN ":3)\n");
    assert_says("  hint: " SHOWN "\n");
    assert_says("  slowest host   " SHOWN);
    assert_says("--retry-from $'" SHOWN "' -d $'/" SHOWN "'\n");
    report_records_clear(&records);
}
END_TEST

static void fill_failed(struct report_records *records, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char json[200];
        snprintf(json, sizeof json,
                 "{\"class\":\"not-found\",\"http\":404,\"url\":\"https://h/p/%zu?token=***\","
                 "\"detail\":null,\"source\":\"l.txt\",\"line\":%zu}",
                 i, i + 1);
        records->failed[records->failed_count++] = parse(json);
    }
}

START_TEST(the_first_failures_are_named_and_the_others_counted)
{
    static struct report_records records;
    fill_failed(&records, 6);
    reader.results_path = (char *)(uintptr_t) "p/results.jsonl";
    print("{\"counts\":{\"total\":2000,\"failed\":1205},\"failures\":[{\"class\":\"not-found\","
          "\"count\":1205}]}",
          &records);
    assert_says("not-found         \n\n"
                "  FAIL not-found    404  h/p/0?token=***  (l.txt:1)\n");
    assert_says("  FAIL not-found    404  h/p/4?token=***  (l.txt:5)\n"
                "  and 1,200 more, see p/failed.tsv\n");
    assert_silent("(l.txt:6)");
    report_records_clear(&records);
}
END_TEST

START_TEST(of_several_classes_the_first_of_each_comes_first)
{
    static struct report_records records;
    fill_failed(&records, 6);
    records.failed[records.failed_count++] =
        parse("{\"class\":\"truncated\",\"url\":\"https://h/t\",\"http\":200,\"line\":7}");
    print("{\"counts\":{\"total\":7,\"failed\":7}}", &records);
    assert_says("  FAIL not-found    404  h/p/0?token=***  (l.txt:1)\n"
                "  FAIL truncated    200  h/t\n"
                "  FAIL not-found    404  h/p/1?token=***  (l.txt:2)\n");
    assert_says("  (l.txt:4)\n  and 2 more");
    report_records_clear(&records);
}
END_TEST

/* "h/" and 157 more fill what there is for a URL. */
START_TEST(a_url_that_is_cut_ends_in_dots)
{
    static struct report_records records;
    char json[300];
    snprintf(json, sizeof json, "{\"class\":\"gone\",\"url\":\"https://h/%0*d\",\"http\":410}", _i,
             7);
    records.failed[records.failed_count++] = parse(json);
    print("{\"counts\":{\"total\":1,\"failed\":1}}", &records);
    assert_says(_i <= 157 ? "FAIL gone         410  h/0" : "0000...\n");
    if (_i <= 157)
        assert_says("0007\n");
    else
        assert_silent("07");
    report_records_clear(&records);
}
END_TEST

START_TEST(few_failures_are_named_all)
{
    static const char *const poor[] = {
        "{\"class\":\"bad-url\",\"url\":\"http://\",\"http\":null,\"detail\":\"no "
        "host\",\"line\":7}",
        "{\"http\":-1,\"url\":7,\"detail\":{},\"source\":[],\"line\":-1}",
    };
    static struct report_records records;
    for (size_t i = 0; i < ARRAY_LENGTH(poor); i++)
        records.failed[records.failed_count++] = parse(poor[i]);
    print("{\"counts\":{\"total\":2,\"failed\":2}}", &records);
    assert_says("\n\n  FAIL bad-url       --  http://  no host\n"
                "  FAIL ?             --  ?\n");
    assert_silent("more");
    report_records_clear(&records);
}
END_TEST

/* As haul 0.1.0 wrote it: without write, hints, slowest host and p95 of hosts. */
START_TEST(a_report_of_an_older_haul_is_shown_with_what_it_has)
{
    reader.results_path = (char *)(uintptr_t) "p/results.jsonl";
    print("{\"command\":\"get\",\"counts\":{\"total\":4,\"downloaded\":3,\"failed\":1},"
          "\"failures\":[{\"class\":\"gone\",\"count\":1,\"hosts\":[]}],"
          "\"phases_share\":{\"dns\":0.1,\"connect\":0.1,\"tls\":0.1,\"ttfb\":0.3,\"receive\":0.4},"
          "\"hosts\":[{\"host\":\"a.example\",\"urls\":4,\"failed\":1,\"mean_us\":10000,"
          "\"max_us\":20000}],"
          "\"files\":{\"directory\":\"photos\"}}",
          NULL);
    assert_says("  where it went  dns 10%  connect 10%  tls 10%  wait 30%  receive 40%\n");
    assert_says(
        "  a.example                         4         1    10.0 ms          -    20.0 ms\n");
    assert_says("  no retry:       another try gives the same (--retry-all tries them anyway)\n");
    assert_says("  failed URLs:    p/failed.tsv\n");
    assert_silent("hint");
    assert_silent("slowest host");
    assert_silent("haul --retry");
}
END_TEST

#define FAILED_RUN(directory)                                                                      \
    "{\"command\":\"get\",\"counts\":{\"total\":4,\"failed\":1},"                                  \
    "\"failures\":[{\"class\":\"reset\",\"count\":1}],"                                            \
    "\"files\":{\"directory\":\"" directory "\",\"failed\":\"f.tsv\"}}"

/* A relative path was good where the run was started. */
START_TEST(a_retry_names_a_directory_that_is_known)
{
    print(FAILED_RUN("photos"), NULL);
    assert_says("  files:          photos\n");
    assert_silent("haul --retry");
    json_decref(reader.report);
    text_reset(&text);
    print(FAILED_RUN("/srv/photos"), NULL);
    assert_says("  retry failures: haul --retry-from f.tsv -d /srv/photos\n");
    json_decref(reader.report);
    text_reset(&text);
    directory = "/moved/photos";
    print(FAILED_RUN("/srv/photos"), NULL);
    assert_says("  retry failures: haul --retry-from f.tsv -d /moved/photos\n");
}
END_TEST

START_TEST(a_run_that_is_not_at_its_end_goes_on_by_the_same_command)
{
    print("{\"command\":\"get\",\"outcome\":\"running\",\"counts\":{\"total\":1,\"failed\":1},"
          "\"failures\":[{\"class\":\"gone\",\"count\":1}],\"files\":{\"directory\":\"/srv\"}}",
          NULL);
    assert_says("  to go on:       the same command, unless the run still goes on\n");
    assert_silent("retry");
}
END_TEST

START_TEST(the_page_beside_a_report_is_what_to_look_at)
{
    reader.results_path = (char *)(uintptr_t) "p/results.jsonl";
    print("{\"counts\":{\"total\":1},\"files\":{\"html\":\"photos/.haul/runs/R/report.html\"}}",
          NULL);
    assert_says("  look:           p/report.html\n");
}
END_TEST

START_TEST(a_copy_of_a_report_has_no_page_beside_it)
{
    print("{\"counts\":{\"total\":1},\"files\":{\"html\":\"photos/.haul/runs/R/report.html\"}}",
          NULL);
    assert_says("  look:           p/report.json\n");
}
END_TEST

START_TEST(a_run_that_goes_on_says_so)
{
    print("{\"counts\":{\"total\":1},\"outcome\":\"running\",\"exit_code\":null}", NULL);
    assert_says("still running, or killed\n");
    assert_silent("exit");
}
END_TEST

static const struct {
    const char *argument;
    const char *expected;
} arguments[] = {
    {"photos", "photos"},
    {"/srv/img-2.d/x_y", "/srv/img-2.d/x_y"},
    {"my photos", "'my photos'"},
    {"", "''"},
    {"$(reboot)", "'$(reboot)'"},
    {"it's", "'it'\\''s'"},
    {"'", "''\\'''"},
    {"''", "''\\'''\\'''"},
    {"~", "'~'"},
    {"a\nb", "$'a\\x0ab'"},
    {"a\\nb", "$'a\\\\nb'"},
    {"\\'\n'", "$'\\\\\\'\\x0a\\''"},
    {"\xff"
     "f",
     "$'\\xfff'"},
    {"\xc3\xa9 \xe2\x80\xae", "$'\xc3\xa9 \\xe2\\x80\\xae'"},
};

START_TEST(arguments_are_quoted_for_a_shell)
{
    foreign_text_append_argument(&text, arguments[_i].argument);
    ck_assert_str_eq(text.data, arguments[_i].expected);
}
END_TEST

START_TEST(a_shell_reads_the_argument_back)
{
    char command[3 * PATH_MAX];
    scratch_setup();
    snprintf(command, sizeof command, "LC_ALL=C bash >'%s'", in_scratch("out"));
    FILE *shell = popen(command, "w");
    ck_assert_ptr_nonnull(shell);
    foreign_text_append_argument(&text, arguments[_i].argument);
    fprintf(shell, "printf %%s %s\n", text.data);
    ck_assert_int_eq(pclose(shell), 0);
    ck_assert_msg(scratch_holds("out", arguments[_i].argument), "%s", text.data);
    scratch_teardown();
}
END_TEST

static const struct {
    const char *foreign;
    size_t limit;
    const char *expected;
} cuts[] = {
    {"abc", 3, "abc"},
    {"abcd", 3, "abc..."},
    {"", 3, ""},
    {"ab\xc3\xa9", 4, "ab\xc3\xa9"},
    {"ab\xc3\xa9", 3, "ab..."},
    {"\x1b\x1b", 1, "\\x1b..."},
};

START_TEST(long_text_is_cut_on_a_character)
{
    foreign_text_append(&text, cuts[_i].foreign, cuts[_i].limit);
    ck_assert_str_eq(text.data, cuts[_i].expected);
}
END_TEST

START_TEST(padding_counts_characters)
{
    foreign_text_append_padded(&text, "h\xc3\xa9", 4);
    foreign_text_append_padded(&text, "longer", 4);
    ck_assert_str_eq(text.data, "h\xc3\xa9  longer");
}
END_TEST

static const struct {
    const char *record;
    const char *expected;
} records[] = {
    {"{\"source\":\"l.txt\",\"line\":3}", "  (l.txt:3)"},
    {"{\"source\":\"l.txt\",\"line\":null}", ""},
    {"{\"source\":null,\"line\":3}", ""},
    {"{}", ""},
};

START_TEST(a_place_is_shown_where_it_is_known)
{
    json_t *record = parse(records[_i].record);
    report_text_append_place(&text, record);
    ck_assert_str_eq(text.data, records[_i].expected);
    json_decref(record);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("report_text");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_full_report_says_all);
    tcase_add_loop_test(tests, a_poor_report_shows_what_it_has, 0, (int)ARRAY_LENGTH(poor_reports));
    tcase_add_test(tests, the_first_failures_are_named_and_the_others_counted);
    tcase_add_test(tests, of_several_classes_the_first_of_each_comes_first);
    tcase_add_loop_test(tests, a_url_that_is_cut_ends_in_dots, 156, 160);
    tcase_add_test(tests, few_failures_are_named_all);
    tcase_add_test(tests, nothing_of_a_report_reaches_the_terminal_as_it_is);
    tcase_add_test(tests, a_report_of_an_older_haul_is_shown_with_what_it_has);
    tcase_add_test(tests, a_retry_names_a_directory_that_is_known);
    tcase_add_test(tests, a_run_that_is_not_at_its_end_goes_on_by_the_same_command);
    tcase_add_test(tests, the_page_beside_a_report_is_what_to_look_at);
    tcase_add_test(tests, a_copy_of_a_report_has_no_page_beside_it);
    tcase_add_test(tests, a_run_that_goes_on_says_so);
    tcase_add_loop_test(tests, a_shell_reads_the_argument_back, 0, (int)ARRAY_LENGTH(arguments));
    tcase_add_loop_test(tests, arguments_are_quoted_for_a_shell, 0, (int)ARRAY_LENGTH(arguments));
    tcase_add_loop_test(tests, long_text_is_cut_on_a_character, 0, (int)ARRAY_LENGTH(cuts));
    tcase_add_test(tests, padding_counts_characters);
    tcase_add_loop_test(tests, a_place_is_shown_where_it_is_known, 0, (int)ARRAY_LENGTH(records));
    Suite *suite = suite_create("report_text");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
