#include "io/list_row.h"

#include "base/memory.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT (64 * 1024)

static const struct {
    const char *listed;
    const char *detail;
    const char *source;
    uint64_t line;
    int http;
    const char *row;
    const char *name; /* NULL = it got none */
    bool is_open;     /* content decides */
} row_cases[] = {
    {"http://me:pw@a.example/x?token=1", "", "urls.txt", 12, 404,
     "http://me:pw@a.example/x?token=1\t\t\t\t\t\tnot-found\t404\t\turls.txt:12\ta/x-2.jpg\n",
     "a/x-2.jpg", false},
    {"http://a.example/x", "gone\tfor\ngood\x1B\x7F", "-", 0, 0,
     "http://a.example/x\t\t\t\t\t\tnot-found\t\tgone for good  \t-\t\n", NULL, false},
    {"a\tb\nc\rd\xC2\x85"
     "e\xE2\x80\xA8"
     "f",
     "\xC3\xA9\xFF", "l\x01.txt", 1, 200,
     "a b c d e f\t\t\t\t\t\tnot-found\t200\t\xC3\xA9\xEF\xBF\xBD\tl .txt:1\t\n", "000/x", true},
    {"\xFF\xFE", "", "urls.txt", 1, 0, "\xFF\xFE\t\t\t\t\t\tnot-found\t\t\turls.txt:1\t\n", NULL,
     false},
    {"\"http://a", "say \"x\"", "\"l\".txt", 3, 0,
     "\"\"\"http://a\"\t\t\t\t\t\tnot-found\t\t\"say \"\"x\"\"\"\t\"\"\"l\"\".txt:3\"\t\"say "
     "\"\"x\"\".jpg\"\n",
     "say \"x\".jpg", false},
};

START_TEST(a_failed_row_is_eleven_cells_on_one_line)
{
    const char *listed = row_cases[_i].listed;
    struct job *job =
        job_create(1, row_cases[_i].source, row_cases[_i].line, listed, strlen(listed));
    job_fail(job, FAILURE_NOT_FOUND, row_cases[_i].detail);
    job->outcome.http = row_cases[_i].http;
    job->name = memory_copy_string(row_cases[_i].name);
    job->digest_offset = row_cases[_i].is_open ? 0 : SIZE_MAX;
    struct text text;
    text_init(&text, LIMIT);
    ck_assert(list_row_append_failed(&text, job));
    ck_assert_str_eq(text.data, row_cases[_i].row);
    size_t tabs = 0;
    for (const char *at = text.data; *at != '\0'; at++)
        tabs += *at == '\t';
    ck_assert_uint_eq(tabs, 10);
    text_clear(&text);
    text_init(&text, 10);
    ck_assert(!list_row_append_failed(&text, job));
    ck_assert_uint_eq(text.length, 0);
    text_clear(&text);
    job_destroy(job);
}
END_TEST

START_TEST(the_header_of_failed_tsv_names_the_keys_of_a_list)
{
    struct text text;
    text_init(&text, LIMIT);
    ck_assert(list_row_append_failed_header(&text));
    ck_assert_str_eq(text.data,
                     "url\tout\tdir\tchecksum\theader\treferer\tclass\thttp\tdetail\tline\tname\n");
    text_clear(&text);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("list_row");
    tcase_add_loop_test(cases, a_failed_row_is_eleven_cells_on_one_line, 0,
                        (int)ARRAY_LENGTH(row_cases));
    tcase_add_test(cases, the_header_of_failed_tsv_names_the_keys_of_a_list);
    Suite *suite = suite_create("list_row");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
