#include "base/number.h"

#include <check.h>
#include <stdlib.h>

#define UNTOUCHED INT64_C(-77)
#define REFUSED INT64_C(-1)

struct parse_case {
    const char *string;
    int64_t expected; /* or REFUSED */
};

static const struct parse_case counts[] = {
    {"0", 0},
    {"16", 16},
    {"007", 7},
    {"9223372036854775807", INT64_MAX},
    {"9223372036854775808", REFUSED},
    {"99999999999999999999999", REFUSED},
    {"", REFUSED},
    {"-1", REFUSED},
    {"+1", REFUSED},
    {" 1", REFUSED},
    {"1 ", REFUSED},
    {"1.0", REFUSED},
    {"1.", REFUSED},
    {"1e3", REFUSED},
    {"0x10", REFUSED},
    {"1K", REFUSED},
    {"1,000", REFUSED},
    {"\xd9\xa1", REFUSED}, /* an Arabic digit */
};

static const struct parse_case sizes[] = {
    {"0", 0},
    {"512", 512},
    {"1K", 1024},
    {"1k", 1024},
    {"1M", 1048576},
    {"2m", 2097152},
    {"1.5M", 1572864},
    {"0.5K", 512},
    {"3G", INT64_C(3221225472)},
    {"1T", INT64_C(1099511627776)},
    {"0.0000000000009094947017729282379150390625T", 1}, /* 2 to the power of -40, exactly */
    {"0.000000000000909494701772928237915039062T", 0},
    {"0.1K", 102},
    {"8388607T", INT64_C(9223370937343148032)},
    {"8388607.9999999999999999999999999999T", INT64_MAX},
    {"8388608T", REFUSED},
    {"9223372036854775807", INT64_MAX},
    {"9223372036854775807K", REFUSED},
    {"", REFUSED},
    {"K", REFUSED},
    {".5K", REFUSED},
    {"1.K", REFUSED},
    {"1.5", REFUSED},
    {"1.2.3K", REFUSED},
    {"1KK", REFUSED},
    {"1K1", REFUSED},
    {"1X", REFUSED},
    {"1 K", REFUSED},
    {"-1K", REFUSED},
    {"1e3K", REFUSED},
};

static const struct parse_case durations[] = {
    {"0", 0},
    {"30", 30000000},
    {"0.5", 500000},
    {"250ms", 250000},
    {"0.5ms", 500},
    {"0.001ms", 1},
    {"10s", 10000000},
    {"0.1s", 100000},
    {"2.5s", 2500000},
    {"15m", INT64_C(900000000)},
    {"1h30m", INT64_C(5400000000)},
    {"1.5h", INT64_C(5400000000)},
    {"2d", INT64_C(172800000000)},
    {"1d1h1m1s1ms", INT64_C(90061001000)},
    {"1m500ms", 60500000},
    {"9223372036854.775807s", INT64_MAX},
    {"9223372036854.775808s", REFUSED},
    {"106751991d", INT64_C(9223372022400000000)},
    {"106751992d", REFUSED},
    {"106751991d5h", REFUSED},
    {"9223372036854775807", REFUSED},
    {"", REFUSED},
    {"s", REFUSED},
    {"1x", REFUSED},
    {"1sm", REFUSED},
    {"1S", REFUSED},
    {"1h30", REFUSED},
    {"30m1h", REFUSED},
    {"1m1m", REFUSED},
    {"1h 30m", REFUSED},
    {"-1s", REFUSED},
    {"1.s", REFUSED},
    {".5s", REFUSED},
    {"1e3s", REFUSED},
};

static const struct parse_case rates[] = {
    {"0", 0},
    {"50", 180000},
    {"50/s", 180000},
    {"0.5/s", 1800},
    {"0.5", 1800},
    {"30/m", 1800},
    {"0.1/m", 6},
    {"100/h", 100},
    {"1.9/h", 1},
    {"0.0001/s", 1},
    {"0.000000000000000000000000001/h", 1},
    {"0.000/h", 0},
    {"0/m", 0},
    {"2562047788015215/s", INT64_C(9223372036854774000)},
    {"2562047788015216/s", REFUSED},
    {"", REFUSED},
    {"/s", REFUSED},
    {"1/", REFUSED},
    {"1/d", REFUSED},
    {"1/ms", REFUSED},
    {"1s", REFUSED},
    {"1 /s", REFUSED},
    {"1/S", REFUSED},
    {".5/s", REFUSED},
    {"1./s", REFUSED},
    {"-1/s", REFUSED},
    {"1/s ", REFUSED},
};

static void check_parse(const struct parse_case *c, bool (*parse)(const char *, int64_t *))
{
    int64_t value = UNTOUCHED;
    bool parsed = parse(c->string, &value);
    ck_assert_msg(parsed == (c->expected != REFUSED), "\"%s\" was %s", c->string,
                  parsed ? "taken" : "refused");
    int64_t expected = parsed ? c->expected : UNTOUCHED;
    ck_assert_msg(value == expected, "\"%s\" gave %jd, not %jd", c->string, (intmax_t)value,
                  (intmax_t)expected);
}

START_TEST(counts_are_read)
{
    check_parse(&counts[_i], number_parse_count);
}
END_TEST

START_TEST(sizes_are_read)
{
    check_parse(&sizes[_i], number_parse_bytes);
}
END_TEST

START_TEST(durations_are_read)
{
    check_parse(&durations[_i], number_parse_duration);
}
END_TEST

START_TEST(rates_are_read)
{
    check_parse(&rates[_i], number_parse_rate);
}
END_TEST

struct format_case {
    int64_t value;
    const char *expected;
};

static const struct format_case written_counts[] = {
    {0, "0"},
    {7, "7"},
    {999, "999"},
    {1000, "1,000"},
    {12345, "12,345"},
    {999999, "999,999"},
    {1000000, "1,000,000"},
    {-1, "-1"},
    {-999, "-999"},
    {-1000, "-1,000"},
    {INT64_MAX, "9,223,372,036,854,775,807"},
    {INT64_MIN, "-9,223,372,036,854,775,808"},
};

static const struct format_case written_sizes[] = {
    {0, "0 B"},
    {1, "1 B"},
    {1023, "1023 B"},
    {1024, "1.0 KiB"},
    {1536, "1.5 KiB"},
    {1048524, "1023.9 KiB"},
    {1048525, "1.0 MiB"}, /* 1023.95 KiB */
    {1048576, "1.0 MiB"},
    {50331648, "48.0 MiB"},
    {851024282, "811.6 MiB"},
    {INT64_C(1099511627776), "1.0 TiB"},
    {INT64_C(1152921504606846976), "1.0 EiB"},
    {-2048, "-2.0 KiB"},
    {INT64_MAX, "8.0 EiB"},
    {INT64_MIN, "-8.0 EiB"},
};

static const struct format_case written_durations[] = {
    {0, "0 us"},
    {999, "999 us"},
    {1000, "1.00 ms"},
    {5120, "5.12 ms"},
    {9994, "9.99 ms"},
    {9995, "10.0 ms"},
    {99949, "99.9 ms"},
    {99950, "100 ms"},
    {142000, "142 ms"},
    {610499, "610 ms"},
    {999499, "999 ms"},
    {999500, "1.00 s"},
    {1000000, "1.00 s"},
    {2310000, "2.31 s"},
    {9995000, "10.0 s"},
    {29800000, "29.8 s"},
    {59949999, "59.9 s"},
    {59950000, "1 min"},
    {60000000, "1 min"},
    {87200000, "1 min 27 s"},
    {87500000, "1 min 28 s"},
    {INT64_C(3599499999), "59 min 59 s"},
    {INT64_C(3599500000), "1 h"},
    {INT64_C(3900000000), "1 h 5 min"},
    {INT64_C(86369999999), "23 h 59 min"},
    {INT64_C(86370000000), "1 d"},
    {INT64_C(273600000000), "3 d 4 h"},
    {-142000, "-142 ms"},
    {INT64_MAX, "106751991 d 4 h"},
    {INT64_MIN, "-106751991 d 4 h"},
};

static const struct format_case written_rates[] = {
    {0, "0"},         {1, "1/h"},       {59, "59/h"},
    {60, "1/m"},      {1800, "30/m"},   {3600, "1/s"},
    {3601, "3601/h"}, {180000, "50/s"}, {INT64_MAX, "9223372036854775807/h"},
};

START_TEST(rates_are_written_and_can_be_read_again)
{
    char out[NUMBER_SIZE];
    int64_t again = UNTOUCHED;
    ck_assert_ptr_eq(number_format_rate(out, written_rates[_i].value), out);
    ck_assert_str_eq(out, written_rates[_i].expected);
    ck_assert(number_parse_rate(out, &again));
    ck_assert_int_eq(again, written_rates[_i].value);
}
END_TEST

START_TEST(counts_are_written)
{
    char out[NUMBER_SIZE];
    ck_assert_ptr_eq(number_format_count(out, written_counts[_i].value), out);
    ck_assert_str_eq(out, written_counts[_i].expected);
}
END_TEST

START_TEST(sizes_are_written)
{
    char out[NUMBER_SIZE];
    ck_assert_ptr_eq(number_format_bytes(out, written_sizes[_i].value), out);
    ck_assert_str_eq(out, written_sizes[_i].expected);
}
END_TEST

START_TEST(durations_are_written)
{
    char out[NUMBER_SIZE];
    ck_assert_ptr_eq(number_format_duration(out, written_durations[_i].value), out);
    ck_assert_str_eq(out, written_durations[_i].expected);
}
END_TEST

static const struct {
    double numerator;
    double denominator;
    const char *expected;
} ratios[] = {
    {0, 0, "0.0%"},
    {5, 0, "0.0%"},
    {0, 10, "0.0%"},
    {10, 10, "100.0%"},
    {162, 10000, "1.6%"},
    {9710, 10000, "97.1%"},
    {1, 1000, "0.1%"},
    {1, 10000, "0.01%"},
    {9999, 10000, "99.99%"},
    {1, 1000000, "0.0001%"},
    {999999, 1000000, "99.9999%"},
    {15, 10, "150.0%"},
    {-5, 100, "-5.0%"},
};

START_TEST(ratios_are_written)
{
    char out[NUMBER_SIZE];
    ck_assert_ptr_eq(number_format_ratio(out, ratios[_i].numerator, ratios[_i].denominator), out);
    ck_assert_str_eq(out, ratios[_i].expected);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("number");
    tcase_add_loop_test(tests, counts_are_read, 0, ARRAY_LENGTH(counts));
    tcase_add_loop_test(tests, sizes_are_read, 0, ARRAY_LENGTH(sizes));
    tcase_add_loop_test(tests, durations_are_read, 0, ARRAY_LENGTH(durations));
    tcase_add_loop_test(tests, rates_are_read, 0, ARRAY_LENGTH(rates));
    tcase_add_loop_test(tests, rates_are_written_and_can_be_read_again, 0,
                        ARRAY_LENGTH(written_rates));
    tcase_add_loop_test(tests, counts_are_written, 0, ARRAY_LENGTH(written_counts));
    tcase_add_loop_test(tests, sizes_are_written, 0, ARRAY_LENGTH(written_sizes));
    tcase_add_loop_test(tests, durations_are_written, 0, ARRAY_LENGTH(written_durations));
    tcase_add_loop_test(tests, ratios_are_written, 0, ARRAY_LENGTH(ratios));
    Suite *suite = suite_create("number");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
