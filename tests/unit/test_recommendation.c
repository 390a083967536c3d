#include "model/recommendation.h"

#include <check.h>
#include <stdlib.h>

#define POINTS 6
#define URLS 1000 /* of each run */

/* What was measured with so many threads. */
struct point {
    unsigned threads; /* 0 = end of the list */
    unsigned jobs;    /* 0 = as many as threads */
    double seconds;   /* 0 = no run */
    unsigned failed;  /* of URLS */
    unsigned retried;
    double duty; /* CPUs that haul keeps busy */
    double busy; /* share of the machine */
    unsigned idle_percent;
    double wait_ms;
    double receive_ms;
};

#define AT(threads_, seconds_, ...)                                                                \
    {                                                                                              \
        .threads = threads_, .seconds = seconds_, __VA_ARGS__                                      \
    }

static const struct recommendation_facts four_cpus = {.cpus = 4, .urls = URLS};

static struct benchmark_figures figures[POINTS];

static size_t measure(const struct point *points)
{
    size_t count = 0;
    for (; count < POINTS && points[count].threads > 0; count++) {
        const struct point *point = &points[count];
        bool is_measured = point->seconds > 0;
        unsigned jobs = point->jobs > 0 ? point->jobs : point->threads;
        figures[count] = (struct benchmark_figures){
            .setting = {point->threads, jobs},
            .elapsed_us = {.count = is_measured ? 3 : 0, .mean = point->seconds * 1e6},
            .urls_per_s = is_measured ? URLS / point->seconds : 0,
            .bytes_per_s = is_measured ? URLS * 1e4 / point->seconds : 0,
            .failure_share = point->failed / (double)URLS,
            .trouble_share = (point->failed + point->retried) / (double)(URLS + point->retried),
            .urls = is_measured ? 3 * URLS : 0,
            .failed = UINT64_C(3) * point->failed,
            .duty_cycle = point->duty,
            .machine_busy = point->busy,
            .concurrency = jobs * (100 - point->idle_percent) / 100.0,
            .wait_us = point->wait_ms * 1e3,
            .receive_us = point->receive_ms * 1e3,
        };
    }
    return count;
}

static struct recommendation recommend(const struct point *points,
                                       const struct recommendation_facts *facts)
{
    struct recommendation recommendation;
    size_t count = measure(points);
    ck_assert(recommendation_make(figures, count, facts, &recommendation));
    return recommendation;
}

static const struct {
    const char *what;
    struct point points[POINTS];
    unsigned threads; /* recommended */
    enum recommendation_limit limit;
} cases[] = {
    {"near linear to the largest",
     {AT(1, 100, .wait_ms = 90), AT(2, 51, .wait_ms = 90), AT(4, 26, .wait_ms = 92),
      AT(8, 14, .wait_ms = 94)},
     8,
     LIMIT_NONE},
    {"flat from 4, replies begin later",
     {AT(1, 100, .wait_ms = 90), AT(2, 50, .wait_ms = 90), AT(4, 25, .wait_ms = 90),
      AT(8, 25, .wait_ms = 180, .receive_ms = 5)},
     4,
     LIMIT_SERVER},
    {"flat from 4, replies take longer to arrive",
     {AT(1, 100, .receive_ms = 90), AT(2, 50, .receive_ms = 90), AT(4, 25, .receive_ms = 90),
      AT(8, 25, .receive_ms = 180, .wait_ms = 5)},
     4,
     LIMIT_LINK},
    {"slower behind the best", {AT(1, 100), AT(2, 40), AT(4, 60, .wait_ms = 9)}, 2, LIMIT_SERVER},
    {"the last is the best by little",
     {AT(1, 100), AT(2, 26), AT(4, 25, .receive_ms = 9)},
     2,
     LIMIT_LINK},
    {"the largest tells what limits",
     {AT(1, 100), AT(4, 25), AT(8, 25, .wait_ms = 9), AT(16, 25, .receive_ms = 9)},
     4,
     LIMIT_LINK},
    {"one thread is as good as any", {AT(1, 25), AT(2, 25, .wait_ms = 9)}, 1, LIMIT_SERVER},

    {"this machine computes",
     {AT(1, 100, .duty = 0.9), AT(4, 30, .duty = 2.9), AT(8, 30, .duty = 2.9)},
     4,
     LIMIT_CPU},
    {"it computes at the largest only",
     {AT(1, 100), AT(4, 30, .duty = 2), AT(8, 30, .duty = 2.81)},
     4,
     LIMIT_CPU},
    {"not above the share",
     {AT(1, 100), AT(4, 30, .duty = 2.8), AT(8, 30, .duty = 2.8, .wait_ms = 1)},
     4,
     LIMIT_SERVER},
    {"it computes, and the largest is the best",
     {AT(1, 100), AT(4, 30, .duty = 3.5)},
     4,
     LIMIT_CPU},
    {"the machine is full, a part of it by haul",
     {AT(1, 100), AT(4, 30, .duty = 0.4, .busy = 0.95), AT(8, 30, .duty = 0.4, .busy = 0.95)},
     4,
     LIMIT_CPU},
    {"the machine is full, but not by haul",
     {AT(1, 100), AT(4, 30, .duty = 0.3, .busy = 1),
      AT(8, 30, .duty = 0.3, .busy = 1, .wait_ms = 1)},
     4,
     LIMIT_SERVER},
    {"haul works, and the machine has room",
     {AT(1, 100), AT(4, 30, .duty = 0.8, .busy = 0.9),
      AT(8, 30, .duty = 2, .busy = 0.9, .wait_ms = 1)},
     4,
     LIMIT_SERVER},
    {"how busy the machine is, is unknown",
     {AT(1, 100), AT(4, 30, .duty = 2, .busy = -1), AT(8, 30, .duty = 2, .busy = -1, .wait_ms = 1)},
     4,
     LIMIT_SERVER},

    {"more fail at the largest",
     {AT(1, 100), AT(4, 40), AT(8, 40, .failed = 1)},
     4,
     LIMIT_FAILURES},
    {"more fail where it is fastest, by one URL",
     {AT(1, 100), AT(4, 40), AT(8, 20, .failed = 1)},
     4,
     LIMIT_FAILURES},
    {"one more fails than with the smallest",
     {AT(1, 100, .failed = 20), AT(4, 40, .failed = 20), AT(8, 20, .failed = 21)},
     4,
     LIMIT_FAILURES},
    {"less fail",
     {AT(1, 100, .failed = 20), AT(4, 40, .failed = 19), AT(8, 20, .failed = 0)},
     8,
     LIMIT_NONE},
    {"only what is asked again rises",
     {AT(1, 100), AT(4, 40), AT(8, 20, .retried = 11)},
     4,
     LIMIT_FAILURES},
    {"what is asked again rises by chance",
     {AT(1, 100), AT(4, 40), AT(8, 20, .retried = 10)},
     8,
     LIMIT_NONE},
    {"more fail in the middle only",
     {AT(1, 100), AT(4, 30, .failed = 5), AT(8, 20)},
     8,
     LIMIT_NONE},
    {"more fail in the middle, which would be chosen",
     {AT(1, 100), AT(4, 20, .failed = 5), AT(8, 20)},
     8,
     LIMIT_NONE},
    {"more fail at the largest, which is slow, and one before was flat",
     {AT(1, 100), AT(4, 40), AT(8, 40, .wait_ms = 9), AT(16, 60, .failed = 5)},
     4,
     LIMIT_SERVER},
    {"more fail where it is fastest, and others are flat",
     {AT(1, 100), AT(4, 40), AT(8, 20, .failed = 1), AT(16, 40, .wait_ms = 9)},
     4,
     LIMIT_FAILURES},
    {"everything fails but with one thread",
     {AT(1, 100), AT(2, 9, .failed = URLS)},
     1,
     LIMIT_FAILURES},

    {"within 5 %, fewer threads win",
     {AT(1, 99), AT(2, 21), AT(4, 20, .wait_ms = 1)},
     2,
     LIMIT_SERVER},
    {"at 6 %, they do not", {AT(1, 99), AT(2, 21.2), AT(4, 20)}, 4, LIMIT_NONE},
    {"of two within 5 % the smallest",
     {AT(1, 20.9), AT(2, 20.8), AT(4, 20, .wait_ms = 1)},
     1,
     LIMIT_SERVER},

    {"threads are enough for the downloads that may run at once",
     {AT(1, 50, .jobs = 16), AT(2, 25, .jobs = 16), AT(4, 25, .jobs = 16, .wait_ms = 1)},
     2,
     LIMIT_JOBS},
    {"the same, and the machine computes",
     {AT(2, 25, .jobs = 16), AT(4, 25, .jobs = 16, .duty = 3)},
     2,
     LIMIT_CPU},
    {"in a grid the setting with the most downloads tells what limits",
     {AT(1, 50, .jobs = 8), AT(2, 25, .jobs = 8), AT(2, 25, .jobs = 16, .receive_ms = 1),
      AT(4, 25, .jobs = 8)},
     2,
     LIMIT_LINK},

    {"threads still matter when all URLs are in progress at once",
     {AT(1, 50, .jobs = URLS), AT(2, 25, .jobs = URLS),
      AT(2, 20, .jobs = 2 * URLS, .idle_percent = 50)},
     2,
     LIMIT_LIST},

    {"one setting", {AT(4, 30)}, 4, LIMIT_NONE},
    {"the smallest has no run",
     {AT(1, 0), AT(2, 50, .failed = 3), AT(4, 25, .failed = 3)},
     4,
     LIMIT_NONE},
    {"one in the middle has no run",
     {AT(1, 100), AT(2, 0), AT(4, 25), AT(8, 0), AT(16, 25, .wait_ms = 1)},
     4,
     LIMIT_SERVER},
    {"the largest has no run", {AT(1, 100), AT(2, 50), AT(4, 0)}, 2, LIMIT_NONE},
};

START_TEST(figures_lead_to_a_setting_and_what_limits_it)
{
    struct recommendation found = recommend(cases[_i].points, &four_cpus);
    unsigned threads = figures[found.setting].setting.threads;
    ck_assert_msg(threads == cases[_i].threads, "%s: %u threads", cases[_i].what, threads);
    ck_assert_msg(found.limit == cases[_i].limit, "%s: %s", cases[_i].what,
                  recommendation_limit_name(found.limit));
}
END_TEST

/* 4 threads are as fast as 8, where half of the workers are idle. */
static const struct point idle[] = {
    AT(1, 100), AT(4, 25), AT(8, 25, .idle_percent = 50, .wait_ms = 1), {0}};
/* The same, and they all work. */
static const struct point busy[] = {
    AT(1, 100), AT(4, 25), AT(8, 25, .idle_percent = 20, .wait_ms = 1), {0}};

static const struct {
    const char *what;
    const struct point *points;
    struct recommendation_facts facts;
    enum recommendation_limit limit;
} facts_cases[] = {
    {"idle for no reason that is known", idle, {.cpus = 4, .urls = URLS}, LIMIT_SERVER},
    {"fewer places at the hosts", idle, {.cpus = 4, .urls = URLS, .host_slots = 7}, LIMIT_PER_HOST},
    {"as many places", idle, {.cpus = 4, .urls = URLS, .host_slots = 8}, LIMIT_SERVER},
    {"fewer places, but nobody is idle",
     busy,
     {.cpus = 4, .urls = URLS, .host_slots = 7},
     LIMIT_SERVER},
    {"a list that is in progress as a whole",
     idle,
     {.cpus = 4, .urls = 8, .host_slots = 7},
     LIMIT_LIST},
    {"a short list", idle, {.cpus = 4, .urls = 31}, LIMIT_LIST},
    {"a list that is long enough", idle, {.cpus = 4, .urls = 32}, LIMIT_SERVER},
    {"a short list, but nobody is idle", busy, {.cpus = 4, .urls = 31}, LIMIT_SERVER},
    {"few places and a short list", idle, {.cpus = 4, .urls = 31, .host_slots = 6}, LIMIT_PER_HOST},
    /* 40 URLs and 400 kB per second */
    {"the rate of requests", busy, {.cpus = 4, .urls = URLS, .urls_per_s = 44}, LIMIT_RATE},
    {"a rate that is far", busy, {.cpus = 4, .urls = URLS, .urls_per_s = 45}, LIMIT_SERVER},
    {"the rate of bytes", busy, {.cpus = 4, .urls = URLS, .bytes_per_s = 444000}, LIMIT_RATE},
    {"a rate of bytes that is far",
     busy,
     {.cpus = 4, .urls = URLS, .bytes_per_s = 450000},
     LIMIT_SERVER},
    {"the rate comes before all others",
     idle,
     {.cpus = 4, .urls = 31, .host_slots = 6, .urls_per_s = 40},
     LIMIT_RATE},
};

START_TEST(what_was_allowed_explains_why_more_threads_do_not_help)
{
    struct recommendation found = recommend(facts_cases[_i].points, &facts_cases[_i].facts);
    ck_assert_uint_eq(found.setting, 1);
    ck_assert_msg(found.limit == facts_cases[_i].limit, "%s: %s", facts_cases[_i].what,
                  recommendation_limit_name(found.limit));
}
END_TEST

static const struct {
    struct recommendation_facts facts;
    int idle_percent;
    enum recommendation_limit limit;
} host_cases[] = {
    {{.cpus = 4, .urls = URLS, .host_slots = 6}, 60, LIMIT_PER_HOST},
    {{.cpus = 4, .urls = URLS, .host_slots = 6}, 10, LIMIT_NONE},
    {{.cpus = 4, .urls = URLS, .host_slots = 16}, 60, LIMIT_NONE},
    {{.cpus = 4, .urls = URLS}, 60, LIMIT_NONE},
    {{.cpus = 4, .urls = 16, .host_slots = 6}, 60, LIMIT_NONE}, /* the list would be the limit */
};

START_TEST(places_at_the_hosts_can_also_limit_the_largest)
{
    const struct point points[POINTS] = {AT(4, 100),
                                         AT(16, 70, .idle_percent = host_cases[_i].idle_percent)};
    struct recommendation found = recommend(points, &host_cases[_i].facts);
    ck_assert_uint_eq(found.setting, 1);
    ck_assert_msg(found.limit == host_cases[_i].limit, "%s",
                  recommendation_limit_name(found.limit));
}
END_TEST

START_TEST(the_rate_can_also_limit_the_largest)
{
    static const struct point points[POINTS] = {AT(1, 100), AT(2, 50)};
    struct recommendation_facts facts = four_cpus;
    facts.urls_per_s = 20;
    struct recommendation found = recommend(points, &facts);
    ck_assert_uint_eq(found.setting, 1);
    ck_assert_int_eq(found.limit, LIMIT_RATE);
}
END_TEST

static const struct {
    struct point points[POINTS];
    unsigned setting;
    enum recommendation_limit limit;
} whole_lists[] = {
    {{AT(4, 40), AT(8, 30), AT(10, 20), AT(16, 15, .wait_ms = 1)}, 2, LIMIT_SERVER},
    {{AT(4, 40), AT(8, 30), AT(12, 20), AT(16, 15, .wait_ms = 1)}, 2, LIMIT_SERVER},
    {{AT(4, 40), AT(8, 30), AT(9, 20), AT(16, 15)}, 3, LIMIT_NONE},
    {{AT(4, 40), AT(8, 16), AT(16, 20), AT(32, 15, .wait_ms = 1)}, 1, LIMIT_SERVER},
    {{AT(4, 40), AT(8, 30), AT(16, 20, .failed = 1), AT(32, 15)}, 3, LIMIT_NONE},
    {{AT(4, 40), AT(16, 20), AT(32, 15, .failed = 1)}, 1, LIMIT_FAILURES},
    /* in a grid, faster with less */
    {{AT(1, 25, .jobs = 10), AT(2, 20, .jobs = 5), AT(2, 25, .jobs = 10), AT(4, 20, .jobs = 5)},
     1,
     LIMIT_SERVER},
};

START_TEST(behind_a_setting_that_has_the_whole_list_in_progress_none_is_recommended)
{
    struct recommendation_facts facts = {.cpus = 4, .urls = 10};
    struct recommendation found = recommend(whole_lists[_i].points, &facts);
    ck_assert_uint_eq(found.setting, whole_lists[_i].setting);
    ck_assert_msg(found.limit == whole_lists[_i].limit, "%s",
                  recommendation_limit_name(found.limit));
}
END_TEST

static const struct point without_success[][POINTS] = {
    {{0}},
    {AT(1, 0), AT(2, 0)},
    {AT(1, 10, .failed = URLS), AT(2, 5, .failed = URLS)},
    {AT(1, 10, .failed = URLS)},
};

START_TEST(nothing_is_recommended_where_nothing_succeeded)
{
    struct recommendation untouched = {.setting = 77};
    size_t count = measure(without_success[_i]);
    ck_assert(!recommendation_make(figures, count, &four_cpus, &untouched));
    ck_assert_uint_eq(untouched.setting, 77);
}
END_TEST

START_TEST(a_setting_that_succeeded_is_better_than_the_smallest_that_did_not)
{
    static const struct point points[POINTS] = {AT(1, 10, .failed = URLS), AT(2, 50, .failed = 1)};
    ck_assert_uint_eq(recommend(points, &four_cpus).setting, 1);
}
END_TEST

static const struct {
    struct point points[POINTS];
    unsigned compared;
} comparisons[] = {
    {{AT(1, 100), AT(2, 50), AT(4, 50)}, 2},
    {{AT(1, 100), AT(2, 50), AT(4, 0), AT(8, 50, .failed = 1)}, 1},
    {{AT(1, 100), AT(2, 50), AT(4, 50), AT(8, 0), AT(16, 50, .failed = 1)}, 2},
    {{AT(1, 100), AT(2, 50)}, 1},
    {{AT(1, 25, .jobs = 8), AT(2, 25, .jobs = 8), AT(2, 25, .jobs = 16), AT(4, 25, .jobs = 8)}, 2},
};

START_TEST(the_limit_is_seen_at_a_larger_setting_that_was_measured_and_fails_no_more)
{
    ck_assert_uint_eq(recommend(comparisons[_i].points, &four_cpus).compared,
                      comparisons[_i].compared);
}
END_TEST

START_TEST(the_rest_of_the_judgement_is_told_too)
{
    static const struct point points[POINTS] = {
        AT(1, 100), AT(2, 50), AT(4, 25), AT(8, 24.5, .wait_ms = 1), AT(16, 10, .failed = 1),
        AT(32, 0)};
    struct recommendation found = recommend(points, &four_cpus);
    ck_assert_uint_eq(found.setting, 2);
    ck_assert_uint_eq(found.best, 3);
    ck_assert_uint_eq(found.largest, 4);
    ck_assert_uint_eq(found.compared, 3);
    for (size_t i = 0; i < BENCHMARK_SETTINGS_MAX; i++)
        ck_assert_int_eq(found.rises[i], i == 4);
}
END_TEST

static const struct {
    struct point points[POINTS];
    enum recommendation_work work;
} works[] = {
    {{AT(1, 100, .duty = 0.29), AT(2, 50, .duty = 0.6)}, WORK_WAITING},
    {{AT(1, 100, .duty = 0.31), AT(2, 50, .duty = 0.6)}, WORK_MIXED},
    {{AT(1, 100, .duty = 0.9), AT(8, 50, .duty = 2.81)}, WORK_COMPUTING},
    {{AT(1, 100, .duty = 0.1), AT(8, 50, .duty = 1, .busy = 0.99)}, WORK_COMPUTING},
    {{AT(2, 100, .duty = 0.1), AT(4, 50, .duty = 0.2)}, WORK_UNKNOWN},
    {{AT(2, 100, .duty = 3), AT(4, 50, .duty = 3)}, WORK_COMPUTING},
    {{AT(1, 0), AT(4, 50, .duty = 0.2)}, WORK_UNKNOWN},
    {{AT(1, 100, .duty = 0.1, .failed = URLS), AT(4, 50, .duty = 0.2)}, WORK_UNKNOWN},
};

START_TEST(one_thread_tells_what_the_work_is_made_of)
{
    ck_assert_int_eq(recommend(works[_i].points, &four_cpus).work, works[_i].work);
}
END_TEST

START_TEST(one_thread_with_many_downloads_tells_nothing_about_the_work)
{
    static const struct point points[POINTS] = {AT(1, 100, .duty = 0.1)};
    struct recommendation found;
    measure(points);
    figures[0].setting.jobs = 8;
    ck_assert(recommendation_make(figures, 1, &four_cpus, &found));
    ck_assert_int_eq(found.work, WORK_UNKNOWN);
}
END_TEST

START_TEST(limits_and_work_have_the_names_of_the_contract)
{
    static const char *const limits[] = {"none", "cpu",      "rate",   "per-host", "jobs",
                                         "list", "failures", "server", "link"};
    ck_assert_uint_eq(ARRAY_LENGTH(limits), LIMIT_COUNT);
    for (size_t i = 0; i < ARRAY_LENGTH(limits); i++)
        ck_assert_str_eq(recommendation_limit_name((enum recommendation_limit)i), limits[i]);
    ck_assert_ptr_null(recommendation_work_name(WORK_UNKNOWN));
    ck_assert_str_eq(recommendation_work_name(WORK_WAITING), "waiting");
    ck_assert_str_eq(recommendation_work_name(WORK_MIXED), "mixed");
    ck_assert_str_eq(recommendation_work_name(WORK_COMPUTING), "computing");
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("recommendation");
    tcase_add_loop_test(tests, figures_lead_to_a_setting_and_what_limits_it, 0,
                        (int)ARRAY_LENGTH(cases));
    tcase_add_loop_test(tests, what_was_allowed_explains_why_more_threads_do_not_help, 0,
                        (int)ARRAY_LENGTH(facts_cases));
    tcase_add_test(tests, the_rate_can_also_limit_the_largest);
    tcase_add_loop_test(tests, places_at_the_hosts_can_also_limit_the_largest, 0,
                        (int)ARRAY_LENGTH(host_cases));
    tcase_add_loop_test(tests,
                        behind_a_setting_that_has_the_whole_list_in_progress_none_is_recommended, 0,
                        (int)ARRAY_LENGTH(whole_lists));
    tcase_add_loop_test(tests, nothing_is_recommended_where_nothing_succeeded, 0,
                        (int)ARRAY_LENGTH(without_success));
    tcase_add_test(tests, a_setting_that_succeeded_is_better_than_the_smallest_that_did_not);
    tcase_add_loop_test(tests,
                        the_limit_is_seen_at_a_larger_setting_that_was_measured_and_fails_no_more,
                        0, (int)ARRAY_LENGTH(comparisons));
    tcase_add_test(tests, the_rest_of_the_judgement_is_told_too);
    tcase_add_loop_test(tests, one_thread_tells_what_the_work_is_made_of, 0,
                        (int)ARRAY_LENGTH(works));
    tcase_add_test(tests, one_thread_with_many_downloads_tells_nothing_about_the_work);
    tcase_add_test(tests, limits_and_work_have_the_names_of_the_contract);
    Suite *suite = suite_create("recommendation");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
