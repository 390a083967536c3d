#include "model/http_date.h"

#include <check.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DAY ((int64_t)24 * 60 * 60)

static const struct {
    const char *text;
    int64_t seconds;
} cases[] = {
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777},
    {"Thu, 01 Jan 1970 00:00:00 GMT", 0},
    {"Wed, 31 Dec 1969 23:59:59 GMT", 0}, /* -1 would say that it is none */
    {"Tue, 29 Feb 2000 12:00:00 GMT", 951825600},
    {"Fri, 31 Dec 9999 23:59:59 GMT", 253402300799},
    {"Sat, 01 Jan 1600 00:00:00 GMT", -11676096000},
    {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777},
    {"Sun Nov  6 08:49:37 1994", 784111777},
    {"", -1},
    {"yesterday", -1},
};

START_TEST(dates_of_all_three_forms_are_read)
{
    ck_assert_int_eq(http_date_parse(cases[_i].text), cases[_i].seconds);
}
END_TEST

/* 97 days and some seconds apart: all months, days, leap years and centuries come. */
START_TEST(every_date_is_what_curl_makes_of_it)
{
    for (int64_t at = -11676096000; at < 253402300799; at += 97 * DAY + 12345) {
        time_t seconds = (time_t)at;
        struct tm parts;
        char text[64];
        ck_assert_ptr_nonnull(gmtime_r(&seconds, &parts));
        strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
        ck_assert_msg(http_date_parse(text) == at, "%s", text);
        ck_assert_msg((int64_t)curl_getdate(text, NULL) == at, "%s", text);
    }
}
END_TEST

/* One byte of a date replaced by each other one. */
START_TEST(what_is_nearly_a_date_is_what_curl_makes_of_it)
{
    static const char date[] = "Sat, 31 Jan 2026 21:59:58 GMT";
    for (size_t i = 0; i < strlen(date); i++) {
        for (int byte = 0; byte < 256; byte++) {
            char text[sizeof date];
            memcpy(text, date, sizeof date);
            text[i] = (char)byte;
            ck_assert_msg(http_date_parse(text) == (int64_t)curl_getdate(text, NULL), "%s", text);
        }
    }
}
END_TEST

static const char *const odd_dates[] = {
    "Tue, 31 Feb 2023 10:00:00 GMT",  "Tue, 30 Feb 2024 10:00:00 GMT",
    "Mon, 00 Jan 2024 10:00:00 GMT",  "Mon, 01 Jan 1582 10:00:00 GMT",
    "Mon, 01 Jan 1599 10:00:00 GMT",  "Mon, 01 Jan 0000 10:00:00 GMT",
    "Mon, 01 Jan 2024 24:00:00 GMT",  "Mon, 01 Jan 2024 10:60:00 GMT",
    "Mon, 01 Jan 2024 10:00:60 GMT",  "Mon, 01 Jan 2024 10:00:61 GMT",
    "mon, 01 jan 2024 10:00:00 gmt",  "Mon, 01 Jan 2024 10:00:00 UTC",
    "Mon, 01 Jan 2024 10:00:00 GMT ", " Mon, 01 Jan 2024 10:00:00 GMT",
    "Mon, 01 Mar 1900 00:00:00 GMT",  "Mon, 01 Jan 2024 10:00:00 GMTX",
    "Xyz, 01 Jan 2024 10:00:00 GMT",  "Mon, 01 Jan 2024 10:00:00",
};

START_TEST(odd_dates_are_what_curl_makes_of_them)
{
    ck_assert_int_eq(http_date_parse(odd_dates[_i]), (int64_t)curl_getdate(odd_dates[_i], NULL));
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("http_date");
    tcase_add_loop_test(tests, dates_of_all_three_forms_are_read, 0, (int)ARRAY_LENGTH(cases));
    tcase_add_test(tests, every_date_is_what_curl_makes_of_it);
    tcase_add_test(tests, what_is_nearly_a_date_is_what_curl_makes_of_it);
    tcase_add_loop_test(tests, odd_dates_are_what_curl_makes_of_them, 0,
                        (int)ARRAY_LENGTH(odd_dates));
    Suite *suite = suite_create("http_date");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
