#include "io/report_records.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "io/json_field.h"
#include "io/record.h"
#include "scratch.h"

#define RECORDS 1300

static struct text lines;
static struct highlights highlights;
static struct report_records records[2];

static void set_up(void)
{
    scratch_setup();
    text_init(&lines, SIZE_MAX / 4);
    memset(&highlights, 0, sizeof highlights);
}

static void tear_down(void)
{
    text_clear(&lines);
    scratch_teardown();
}

/* A job as the recorder writes it, its extra full of what might be taken for the record's own. */
static void add(uint64_t index, int64_t total_us, enum status status, const char *format)
{
    static const struct redaction REDACTION = {0};
    char extra[] = "{\"image\":{\"format\":\"png\"},\"path\":\"x\",\"status\":\"downloaded\","
                   "\"us\":{\"total\":99999999}}";
    struct list_entry entry = {.extra = extra};
    struct job *job = job_create(index, "list.txt", index, "http://h/x", 10);
    job->entry = index % 3 == 0 ? &entry : NULL;
    job->outcome.status = status;
    job->outcome.failure = status != STATUS_FAILED ? FAILURE_NONE
                           : index % 20 == 0       ? FAILURE_TLS
                                                   : FAILURE_GONE;
    job->outcome.us.total = total_us;
    job->outcome.image.format = format;
    job->outcome.path = strdup("a\"\\b.png");
    highlights_add(&highlights, job, (int64_t)lines.length);
    ck_assert(record_append_json(&lines, job, &REDACTION));
    job->entry = NULL;
    job_destroy(job);
}

static void add_many(void)
{
    for (uint64_t i = 0; i < RECORDS; i++) {
        uint64_t index = i * 7 % RECORDS + 1; /* not in the order of the list */
        add(index, i % 5 == 0 ? -1 : (int64_t)(i * 7919 % 400),
            i % 11 == 0 ? STATUS_FAILED : STATUS_DOWNLOADED, i % 2 == 0 ? "png" : NULL);
    }
}

static int write_lines(void)
{
    int descriptor = open(in_scratch("results.jsonl"), O_RDWR | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, lines.data, lines.length), (ssize_t)lines.length);
    return descriptor;
}

static void read_all(struct report_records *out)
{
    struct error error = {0};
    struct results_reader *reader = results_reader_create(write_lines(), "results.jsonl");
    ck_assert_msg(report_records_read(out, reader, &error), "%s", error.text);
    results_reader_destroy(reader);
}

static void load(struct report_records *out)
{
    int descriptor = write_lines();
    report_records_load(out, descriptor, &highlights);
    close(descriptor);
}

START_TEST(both_ways_find_the_same_records)
{
    add_many();
    read_all(&records[0]);
    load(&records[1]);
    ck_assert_uint_eq(records[0].slowest.count, SLOWEST_COUNT);
    ck_assert_uint_eq(records[1].slowest.count, SLOWEST_COUNT);
    for (size_t i = 0; i < SLOWEST_COUNT; i++) {
        ck_assert_int_eq(records[0].slowest.urls[i].total_us, records[1].slowest.urls[i].total_us);
        ck_assert(json_equal(records[0].slowest.urls[i].record, records[1].slowest.urls[i].record));
    }
    ck_assert_uint_eq(records[0].failed_count, HIGHLIGHTS_FAILED);
    ck_assert_uint_eq(records[1].failed_count, HIGHLIGHTS_FAILED);
    unsigned tls = 0;
    for (size_t i = 0; i < HIGHLIGHTS_FAILED; i++) {
        ck_assert(json_equal(records[0].failed[i], records[1].failed[i]));
        if (json_field_count(records[0].failed[i], "i", 0) % 20 != 0)
            ck_assert_str_eq(json_field_string(records[0].failed[i], "class"), "gone");
        tls += strcmp(json_field_string(records[0].failed[i], "class"), "tls") == 0;
        if (i > 0)
            ck_assert_int_lt(json_field_count(records[0].failed[i - 1], "i", 0),
                             json_field_count(records[0].failed[i], "i", 0));
    }
    ck_assert_uint_ge(tls, HIGHLIGHTS_OF_CLASS);
    ck_assert_uint_eq(records[0].image_count, HIGHLIGHTS_IMAGES);
    ck_assert_uint_eq(records[1].image_count, HIGHLIGHTS_IMAGES);
    ck_assert_uint_gt(records[0].image_total, HIGHLIGHTS_IMAGES);
    ck_assert_uint_eq(records[0].image_total, records[1].image_total);
    int64_t last = 0;
    for (size_t i = 0; i < HIGHLIGHTS_IMAGES; i++) {
        ck_assert(json_equal(records[0].images[i], records[1].images[i]));
        ck_assert_int_gt(json_field_count(records[0].images[i], "i", -1), last);
        last = json_field_count(records[0].images[i], "i", -1);
        ck_assert_str_eq(json_field_string(records[0].images[i], "image.format"), "png");
        ck_assert_str_eq(json_field_string(records[0].images[i], "status"), "downloaded");
    }
    report_records_clear(&records[0]);
    report_records_clear(&records[1]);
    ck_assert_uint_eq(records[0].image_count, 0);
}
END_TEST

START_TEST(lines_that_somebody_else_wrote_are_parsed)
{
    text_append_string(&lines, "{ \"schema\": \"haul.result/1\", \"image\": {\"format\": \"gif\"},"
                               " \"path\": \"a.gif\", \"status\": \"kept\", \"i\": 2}\n"
                               "{ \"schema\": \"haul.result/1\", \"image\": {\"format\": \"gif\"},"
                               " \"path\": null, \"status\": \"kept\", \"i\": 1}\n"
                               "{ \"schema\": \"haul.result/1\", \"class\": \"new\","
                               " \"status\": \"failed\", \"i\": 4}\n"
                               "{ \"schema\": \"haul.result/1\", \"status\": \"failed\"}\n"
                               "nothing\n");
    read_all(&records[0]);
    ck_assert_uint_eq(records[0].failed_count, 2);
    ck_assert_int_eq(json_field_count(records[0].failed[1], "i", 0), 4);
    ck_assert_uint_eq(records[0].image_count, 1);
    ck_assert_uint_eq(records[0].image_total, 1);
    ck_assert_uint_eq(records[0].slowest.count, 0);
    report_records_clear(&records[0]);
}
END_TEST

START_TEST(a_line_longer_than_a_page_is_read_whole)
{
    char *detail = malloc(200001);
    struct job *job = job_create(1, "list.txt", 1, "http://h/x", 10);
    static const struct redaction REDACTION = {0};
    memset(detail, 'x', 200000);
    detail[200000] = '\0';
    job->outcome.detail = detail;
    job->outcome.us.total = 5;
    highlights_add(&highlights, job, 0);
    ck_assert(record_append_json(&lines, job, &REDACTION));
    job_destroy(job);
    load(&records[0]);
    ck_assert_uint_eq(records[0].slowest.count, 1);
    ck_assert_uint_eq(strlen(json_field_string(records[0].slowest.urls[0].record, "detail")),
                      200000);
    report_records_clear(&records[0]);
}
END_TEST

/* After a disk that was full, lines may stand elsewhere, or not at all. */
START_TEST(what_does_not_stand_where_it_should_is_left_out)
{
    add(1, 10, STATUS_DOWNLOADED, "png");
    add(2, 20, STATUS_DOWNLOADED, "png");
    add(3, 30, STATUS_DOWNLOADED, "png");
    highlights.slowest[0].offset += 1;                          /* within a line */
    highlights.slowest[1].offset = highlights.images[0].offset; /* another record */
    highlights.images[2].offset = (int64_t)lines.length;        /* behind the end */
    text_cut(&lines, lines.length - 1);                         /* its end is missing */
    load(&records[0]);
    ck_assert_uint_eq(records[0].slowest.count, 1);
    ck_assert_int_eq(records[0].slowest.urls[0].total_us, 10);
    ck_assert_uint_eq(records[0].image_count, 2);
    ck_assert_uint_eq(records[0].image_total, 3);
    report_records_clear(&records[0]);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("report_records");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, both_ways_find_the_same_records);
    tcase_add_test(cases, lines_that_somebody_else_wrote_are_parsed);
    tcase_add_test(cases, a_line_longer_than_a_page_is_read_whole);
    tcase_add_test(cases, what_does_not_stand_where_it_should_is_left_out);
    Suite *suite = suite_create("report_records");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
