#include "model/hint.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000)

/* What a case adds to a quiet run: 1,000 URLs of 100 hosts in 10 s, 16 jobs half busy. */
struct change {
    uint64_t failed, accepted, throttled, html, retries, attempts;
    enum failure failure;
    uint64_t failures; /* of that class */
    enum failure second;
    uint64_t seconds; /* of the other */
    int64_t wait_us, receive_us;
    int64_t cpu_us, elapsed_us, p99_us;
    unsigned jobs, per_host;
    uint64_t hosts, busiest;
    int64_t rate, limit_rate;
    bool has_host_rate, has_host_limits;
    uint64_t total;
};

#define NONE NULL
#define DNS(count) .failed = (count), .failure = FAILURE_DNS_TEMPORARY, .failures = (count)
#define CLASS(name, count) .failed = (count), .failure = FAILURE_##name, .failures = (count)
/* 16 jobs busy all the time, with waiting. */
#define BUSY .wait_us = 150 * SECOND, .receive_us = 8 * SECOND

static const struct {
    struct change change;
    const char *first; /* in it; NULL = there is none */
    const char *second;
} cases[] = {
    {{0}, NONE, NONE},
    /* Lookups: more than 1 %, and more than chance. */
    {{DNS(10)}, NONE, NONE},
    {{DNS(11)}, "11 URLs failed because their name could not be looked up", NONE},
    {{DNS(4), .total = 10}, NONE, NONE},
    {{DNS(1000)}, "is this machine online?", NONE},
    {{DNS(150)}, "150 URLs failed because their name", NONE},
    {{.failed = 300,
      .failure = FAILURE_DNS,
      .failures = 245,
      .second = FAILURE_DNS_TEMPORARY,
      .seconds = 55},
     "300 URLs failed because their name does not exist or could not be looked up for now: is your",
     NONE},
    {{.failed = 255,
      .failure = FAILURE_DNS,
      .failures = 245,
      .second = FAILURE_DNS_TEMPORARY,
      .seconds = 10},
     "most often with dns: these hosts",
     NONE},
    /* Hosts that ask for less. */
    {{.throttled = 10}, NONE, NONE},
    {{.throttled = 11}, "11 URLs were told to come later (429, 503): lower --per-host (6)", NONE},
    {{.throttled = 11, .per_host = 1}, "(429, 503): set --host-rate", NONE},
    {{.throttled = 11, .has_host_rate = true}, "(429, 503): lower --host-rate", NONE},
    {{.throttled = 200, CLASS(RATE_LIMITED, 150)}, "200 URLs were told", NONE},
    {{.throttled = 200, CLASS(SERVER_ERROR, 150)}, "200 URLs were told", NONE},
    {{.throttled = 20, CLASS(SERVER_ERROR, 150)},
     "all with server-error: the servers have",
     "20 URLs"},
    {{.throttled = 1000, CLASS(SERVER_ERROR, 1000)},
     "all URLs failed with server-error: the servers have trouble",
     NONE},
    {{.throttled = 1000,
      .failed = 1000,
      .failure = FAILURE_SERVER_ERROR,
      .failures = 999,
      .second = FAILURE_RATE_LIMITED,
      .seconds = 1},
     "1,000 URLs were told",
     NONE},
    {{.throttled = 1000, CLASS(SERVER_ERROR, 999)}, "1,000 URLs were told", NONE},
    /* Pages instead of files. */
    {{.html = 10, CLASS(BAD_TYPE, 10)}, NONE, NONE},
    {{.html = 11, CLASS(BAD_TYPE, 11)}, "11 URLs gave an HTML page", NONE},
    {{.html = 140, CLASS(BAD_TYPE, 150)}, "140 URLs gave an HTML page", NONE},
    {{.html = 20, CLASS(BAD_TYPE, 150)},
     "15.0% of the URLs failed, all with bad-type: see what",
     "20 URLs gave"},
    /* The time limit. */
    {{CLASS(TIMEOUT, 10)}, NONE, NONE},
    {{CLASS(TIMEOUT, 11)}, "11 URLs took longer than --timeout 15 min", NONE},
    {{CLASS(TIMEOUT, 500)}, "500 URLs took longer than --timeout", NONE},
    {{.p99_us = 720 * SECOND}, NONE, NONE},
    {{.p99_us = 721 * SECOND}, "took 12 min 1 s or more of the 15 min that --timeout allows", NONE},
    {{.p99_us = 800 * SECOND, .retries = 11}, NONE, NONE},
    {{.p99_us = 900 * SECOND, CLASS(TIMEOUT, 10)}, NONE, NONE},
    {{.p99_us = 900 * SECOND, CLASS(TIMEOUT, 4), .total = 5}, NONE, NONE},
    {{.p99_us = 800 * SECOND, .total = 99},
     "the slowest URL took 13 min 20 s of the 15 min that",
     NONE},
    {{.p99_us = 800 * SECOND, .total = 100}, "1% of the URLs took 13 min 20 s or more", NONE},
    /* The top cause by name. */
    {{CLASS(NOT_FOUND, 100)}, NONE, NONE},
    {{CLASS(NOT_FOUND, 101)},
     "10.1% of the URLs failed, all with not-found: the list may be out",
     NONE},
    {{CLASS(GONE, 1000)}, "all URLs failed with gone", NONE},
    {{.failed = 200,
      .failure = FAILURE_FORBIDDEN,
      .failures = 150,
      .second = FAILURE_TLS,
      .seconds = 50},
     "20.0% of the URLs failed, most often with forbidden: servers may want",
     NONE},
    {{.failed = 101,
      .failure = FAILURE_FORBIDDEN,
      .failures = 60,
      .second = FAILURE_TLS,
      .seconds = 41},
     "most often with forbidden",
     NONE},
    {{CLASS(IO, 200)}, "all with io: see failed.tsv", NONE},
    {{CLASS(CANCELED, 200)}, NONE, NONE},
    {{CLASS(NOT_FOUND, 500), .accepted = 500}, NONE, NONE},
    {{CLASS(NOT_FOUND, 4), .total = 4}, NONE, NONE},
    /* Of three the two that concern the most URLs. */
    {{.failed = 320,
      .failure = FAILURE_DNS_TEMPORARY,
      .failures = 20,
      .second = FAILURE_REFUSED,
      .seconds = 300,
      .throttled = 30},
     "32.0% of the URLs failed, most often with refused",
     "30 URLs were told"},
    /* More jobs. */
    {{BUSY}, "all 16 jobs were busy, mostly waiting for servers: try -j 32", NONE},
    {{BUSY, .busiest = 300}, "try -j 20", NONE},
    {{BUSY, .busiest = 320}, NONE, NONE}, /* one host's limit would bind next */
    {{.wait_us = 100 * SECOND}, NONE, NONE},
    {{.wait_us = 80 * SECOND, .receive_us = 80 * SECOND}, NONE, NONE},
    {{BUSY, .cpu_us = 11 * SECOND}, NONE, NONE},
    {{BUSY, .throttled = 1}, NONE, NONE},
    {{BUSY, .has_host_rate = true}, NONE, NONE},
    {{BUSY, .has_host_limits = true}, NONE, NONE},
    {{BUSY, .attempts = 199}, NONE, NONE},
    {{.wait_us = 45 * SECOND, .elapsed_us = 2999999}, NONE, NONE},
    {{.wait_us = 45 * SECOND, .elapsed_us = 3000000}, "try -j 32", NONE},
    {{BUSY, CLASS(NOT_FOUND, 101)}, "10.1% of the URLs failed", NONE},
    {{BUSY, CLASS(DNS_TEMPORARY, 11)}, "11 URLs failed because", "try -j 32"},
    /* More jobs would not help. */
    {{.wait_us = 59 * SECOND, .hosts = 1, .busiest = 1000},
     "all URLs are of one host: --per-host 6 is the limit, not --jobs 16",
     NONE},
    {{.wait_us = 59 * SECOND, .hosts = 9, .busiest = 960},
     "nearly all URLs are of one host: --per-host 6 is the limit",
     NONE},
    {{.wait_us = 40 * SECOND, .hosts = 1, .busiest = 1000}, NONE, NONE},
    {{.wait_us = 59 * SECOND, .hosts = 1, .busiest = 1000, .throttled = 1}, NONE, NONE},
    {{BUSY, .per_host = 32, .hosts = 1, .busiest = 1000}, "try -j 32", NONE},
    {{BUSY, .cpu_us = 17 * SECOND},
     "the CPUs were busy 85% of the time: more --jobs would not help",
     NONE},
    {{BUSY, .cpu_us = 23 * SECOND}, "busy 100% of the time", NONE},
    {{BUSY, .rate = 100 * 3600}, "--rate 100/s is the limit: more --jobs would not help", NONE},
    {{BUSY, .rate = 200 * 3600}, "try -j 32", NONE},
    {{BUSY, .limit_rate = 1024 * 1024}, "--limit-rate (1.0 MiB/s) is the limit", NONE},
    {{BUSY, .limit_rate = 1024 * 1024 * 2}, "try -j 32", NONE},
};

#define OR(value, usual) ((value) != 0 ? (value) : (usual))

static struct hints choose(const struct change *change)
{
    struct counts counts = {
        .total = OR(change->total, 1000),
        .attempts = OR(change->attempts, 1000),
        .accepted = change->accepted,
        .throttled = change->throttled,
        .html_instead = change->html,
        .retries = change->retries,
        .wire_bytes = 10 * 1024 * 1024,
    };
    counts.by_status[STATUS_FAILED] = change->failed;
    counts.by_status[STATUS_DOWNLOADED] = counts.total - change->failed;
    counts.by_failure[change->failure] = change->failures;
    counts.by_failure[change->second] += change->seconds;
    counts.phases.ttfb = OR(change->wait_us, 50 * SECOND);
    counts.phases.receive = OR(change->receive_us, SECOND);
    struct hint_evidence evidence = {
        .counts = &counts,
        .elapsed_us = OR(change->elapsed_us, 10 * SECOND),
        .cpu_us = OR(change->cpu_us, SECOND / 2),
        .p99_us = OR(change->p99_us, SECOND),
        .timeout_us = 900 * SECOND,
        .cpus = 2,
        .jobs = OR(change->jobs, 16),
        .per_host = OR(change->per_host, 6),
        .rate_per_hour = change->rate,
        .limit_rate = change->limit_rate,
        .has_host_rate = change->has_host_rate,
        .has_host_limits = change->has_host_limits,
        .hosts = OR(change->hosts, 100),
        .busiest_host_urls = OR(change->busiest, 10),
    };
    return hint_choose(&evidence);
}

static void check(const struct hints *hints, size_t i, const char *expected)
{
    if (expected == NULL) {
        ck_assert_msg(hints->count <= i, "'%s'", hints->texts[i]);
        return;
    }
    ck_assert_msg(hints->count > i, "no '%s'", expected);
    ck_assert_msg(strstr(hints->texts[i], expected) != NULL, "'%s' is not in '%s'", expected,
                  hints->texts[i]);
    ck_assert_uint_lt(strlen(hints->texts[i]), HINT_SIZE - 1); /* nothing was cut */
}

START_TEST(the_figures_decide)
{
    struct hints hints = choose(&cases[_i].change);
    check(&hints, 0, cases[_i].first);
    check(&hints, 1, cases[_i].second);
}
END_TEST

START_TEST(a_run_of_nothing_gives_no_hint)
{
    struct counts counts = {0};
    struct hint_evidence evidence = {.counts = &counts, .p99_us = -1, .cpus = 1};
    ck_assert_uint_eq(hint_choose(&evidence).count, 0);
}
END_TEST

START_TEST(every_class_has_a_whole_sentence)
{
    for (enum failure failure = FAILURE_NONE + 1; failure < FAILURE_COUNT; failure++) {
        struct change change = {.failed = 999, .failure = failure, .failures = 999};
        struct hints hints = choose(&change);
        ck_assert_uint_eq(hints.count, failure != FAILURE_CANCELED);
        ck_assert_uint_lt(strlen(hints.texts[0]), HINT_SIZE - 1);
    }
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("hint");
    tcase_add_loop_test(tests, the_figures_decide, 0, (int)ARRAY_LENGTH(cases));
    tcase_add_test(tests, a_run_of_nothing_gives_no_hint);
    tcase_add_test(tests, every_class_has_a_whole_sentence);
    Suite *suite = suite_create("hint");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
