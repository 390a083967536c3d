#include "io/benchmark_json.h"

#include "benchmark_building.h"
#include "json_check.h"

static struct benchmark benchmark;
static struct machine machine;
static struct benchmark_facts facts;

static void setup(void)
{
    machine = (struct machine){
        .cpus = 4,
        .cpu_model = "A \"fast\" one",
        .memory_bytes = INT64_C(8) << 30,
        .kernel = "Linux 6.1.0 x86_64",
    };
    facts = (struct benchmark_facts){
        .outcome = "complete",
        .start_wall_us = INT64_C(1795176030123456),
        .end_wall_us = INT64_C(1795176031000000),
        .machine = &machine,
        .listed = 120,
        .bad = 3,
        .duplicates = 7,
        .urls = 100,
        .hosts = 2,
        .runs = 3,
        .warmup = 1,
        .seed = 42,
    };
}

static void teardown(void)
{
    benchmark_clear(&benchmark);
}

static json_t *parse(void)
{
    json_error_t error;
    char *text = benchmark_format(&benchmark, &facts);
    size_t length = strlen(text);
    ck_assert_int_eq(text[length - 1], '\n');
    json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(document != NULL, "%s in %s", error.text, text);
    free(text);
    return document;
}

static void assert_keys(const json_t *object, const char *const *keys, size_t count)
{
    size_t i = 0;
    ck_assert(json_is_object(object));
    for (void *at_key = json_object_iter((json_t *)object); at_key != NULL;
         at_key = json_object_iter_next((json_t *)object, at_key)) {
        ck_assert_uint_lt(i, count);
        ck_assert_str_eq(json_object_iter_key(at_key), keys[i++]);
    }
    ck_assert_uint_eq(i, count);
}

#define ASSERT_KEYS(object, ...)                                                                   \
    do {                                                                                           \
        static const char *const keys[] = {__VA_ARGS__};                                           \
        assert_keys((object), keys, ARRAY_LENGTH(keys));                                           \
    } while (0)

START_TEST(the_keys_are_those_of_the_contract)
{
    struct recommendation recommendation = {.setting = 1};
    struct scaling_model model = {.lambda = 5};
    build_sample(&benchmark);
    facts.recommendation = &recommendation;
    facts.reason = "because";
    facts.scaling = facts.amdahl = &model;
    json_t *document = parse();
    ASSERT_KEYS(document, "schema", "tool", "host", "start", "end", "outcome", "list", "plan",
                "settings", "model", "recommendation", "runs");
    ASSERT_KEYS(at(document, "tool"), "name", "version", "libcurl");
    ASSERT_KEYS(at(document, "host"), "name", "cpus", "cpu_model", "memory_bytes", "kernel");
    ASSERT_KEYS(at(document, "list"), "arguments", "listed", "invalid", "duplicates", "dropped",
                "urls", "hosts");
    ASSERT_KEYS(at(document, "plan"), "settings", "runs", "warmup", "sample", "seed", "sink",
                "keep_warm", "options");
    ASSERT_KEYS(at(document, "settings.0"), "threads", "jobs", "runs", "mean_us", "stddev_us",
                "min_us", "max_us", "median_us", "outliers", "urls_per_s", "bytes_per_s", "speedup",
                "speedup_stddev", "efficiency", "p50_us", "p95_us", "p99_us", "failed",
                "failure_share", "trouble_share", "cpu_us", "duty_cycle", "machine_busy",
                "concurrency", "connections", "reused_share", "wait_us", "receive_us");
    ASSERT_KEYS(at(document, "model"), "law", "lambda", "sigma", "kappa", "peak", "error",
                "amdahl_serial_share");
    ASSERT_KEYS(at(document, "recommendation"), "threads", "jobs", "reason", "limit", "work");
    ASSERT_KEYS(at(document, "runs.0"), "threads", "jobs", "round", "warmup", "complete", "start",
                "elapsed_us", "urls", "failed", "attempts", "retries", "bytes", "user_us",
                "system_us", "machine_busy", "connections_opened", "connections_reused",
                "transfer_us", "wait_us", "receive_us", "p50_us", "p95_us", "p99_us");
    json_decref(document);
}
END_TEST

START_TEST(what_was_measured_where_and_how_is_told)
{
    static const char *const lists[] = {"urls.txt", "more.txt"};
    static const struct report_setting options[] = {
        {"per-host", REPORT_SETTING_NUMBER, NULL, 6},
        {"tree", REPORT_SETTING_BOOL, NULL, 1},
        {"dir", REPORT_SETTING_TEXT, "photos", 0},
    };
    build_sample(&benchmark);
    facts.lists = lists;
    facts.list_count = 2;
    facts.options = options;
    facts.option_count = 3;
    facts.dropped[FAILURE_DNS] = 4;
    facts.dropped[FAILURE_INTERNAL] = 1;
    facts.sample = 100;
    facts.is_stored = true;
    facts.is_kept_warm = true;
    json_t *document = parse();
    assert_string(document, "schema", "haul.bench/1");
    assert_string(document, "tool.name", "haul");
    assert_integer(document, "host.cpus", 4);
    assert_string(document, "host.cpu_model", "A \"fast\" one");
    assert_integer(document, "host.memory_bytes", 8589934592);
    assert_string(document, "host.kernel", "Linux 6.1.0 x86_64");
    assert_string(document, "start", "2026-11-20T12:00:30.123456Z");
    assert_string(document, "end", "2026-11-20T12:00:31.000000Z");
    assert_string(document, "outcome", "complete");
    assert_string(document, "list.arguments.0", "urls.txt");
    assert_string(document, "list.arguments.1", "more.txt");
    assert_integer(document, "list.listed", 120);
    assert_integer(document, "list.invalid", 3);
    assert_integer(document, "list.duplicates", 7);
    assert_integer(document, "list.urls", 100);
    assert_integer(document, "list.hosts", 2);
    ASSERT_KEYS(at(document, "list.dropped"), "dns", "internal");
    assert_integer(document, "list.dropped.dns", 4);
    assert_integer(document, "plan.settings", 4);
    assert_integer(document, "plan.runs", 3);
    assert_integer(document, "plan.warmup", 1);
    assert_integer(document, "plan.sample", 100);
    assert_integer(document, "plan.seed", 42);
    assert_string(document, "plan.sink", "disk");
    ck_assert(json_is_true(at(document, "plan.keep_warm")));
    assert_integer(document, "plan.options.per-host", 6);
    ck_assert(json_is_true(at(document, "plan.options.tree")));
    assert_string(document, "plan.options.dir", "photos");
    json_decref(document);
}
END_TEST

/* As many digits as are written. */
static void assert_figure(const json_t *setting, const char *key, double figure)
{
    const json_t *value = at(setting, key);
    ck_assert_msg(json_is_real(value), "%s is no real", key);
    ck_assert_double_eq_tol(json_real_value(value), figure, (figure + 1) * 5e-9);
}

START_TEST(the_numbers_of_the_settings_are_the_figures)
{
    build_sample(&benchmark);
    json_t *document = parse();
    const json_t *settings = at(document, "settings");
    ck_assert_uint_eq(json_array_size(settings), 4);
    for (size_t i = 0; i < 3; i++) {
        struct benchmark_figures figures = benchmark_figures_of(&benchmark, i);
        const json_t *setting = json_array_get(settings, i);
        assert_integer(setting, "threads", figures.setting.threads);
        assert_integer(setting, "jobs", figures.setting.jobs);
        assert_integer(setting, "runs", (json_int_t)figures.elapsed_us.count);
        assert_integer(setting, "mean_us", (json_int_t)(figures.elapsed_us.mean + 0.5));
        assert_integer(setting, "stddev_us", (json_int_t)(figures.elapsed_us.deviation + 0.5));
        assert_integer(setting, "min_us", (json_int_t)figures.elapsed_us.min);
        assert_integer(setting, "max_us", (json_int_t)figures.elapsed_us.max);
        assert_integer(setting, "median_us", (json_int_t)figures.elapsed_us.median);
        assert_integer(setting, "outliers", (json_int_t)figures.outliers);
        assert_figure(setting, "urls_per_s", figures.urls_per_s);
        assert_figure(setting, "bytes_per_s", figures.bytes_per_s);
        assert_figure(setting, "speedup", figures.speedup.value);
        assert_figure(setting, "speedup_stddev", figures.speedup.deviation);
        assert_figure(setting, "efficiency", figures.efficiency);
        assert_integer(setting, "p50_us", figures.p50_us);
        assert_integer(setting, "p95_us", figures.p95_us);
        assert_integer(setting, "p99_us", figures.p99_us);
        assert_integer(setting, "failed", (json_int_t)figures.failed);
        assert_figure(setting, "failure_share", figures.failure_share);
        assert_figure(setting, "trouble_share", figures.trouble_share);
        assert_integer(setting, "cpu_us", (json_int_t)(figures.cpu_us + 0.5));
        assert_figure(setting, "duty_cycle", figures.duty_cycle);
        assert_figure(setting, "machine_busy", figures.machine_busy);
        assert_figure(setting, "concurrency", figures.concurrency);
        assert_figure(setting, "connections", figures.connections_opened);
        assert_figure(setting, "reused_share", figures.reused_share);
        assert_integer(setting, "wait_us", (json_int_t)(figures.wait_us + 0.5));
        assert_integer(setting, "receive_us", (json_int_t)(figures.receive_us + 0.5));
    }
    /* By hand, so that a figure in the wrong place is seen. */
    assert_integer(document, "settings.2.mean_us", 5250000);
    assert_integer(document, "settings.2.stddev_us", 353553);
    assert_integer(document, "settings.2.wait_us", 640000);
    assert_integer(document, "settings.2.receive_us", 10000);
    assert_integer(document, "settings.1.cpu_us", 500000);
    assert_real(document, "settings.1.speedup", 4);
    assert_real(document, "settings.1.reused_share", 0.6);
    json_decref(document);
}
END_TEST

START_TEST(every_run_is_there_also_those_that_are_in_no_figure)
{
    struct benchmark_run run = plain_run(1, 3000000);
    build_sample(&benchmark);
    run.is_complete = false;
    run.round = 2;
    run.failed = 5;
    run.attempts = 111;
    run.retries = 11;
    run.machine_busy = -1;
    add_run(&benchmark, run, 0);
    json_t *document = parse();
    ck_assert_uint_eq(json_array_size(at(document, "runs")), 8);
    ck_assert(json_is_true(at(document, "runs.6.warmup")));
    assert_integer(document, "runs.6.threads", 64);
    assert_integer(document, "runs.6.p99_us", 800000);
    ck_assert(json_is_false(at(document, "runs.0.warmup")));
    ck_assert(json_is_true(at(document, "runs.0.complete")));
    assert_real(document, "runs.0.machine_busy", 0.25);
    ck_assert(json_is_false(at(document, "runs.7.complete")));
    assert_integer(document, "runs.7.threads", 4);
    assert_integer(document, "runs.7.jobs", 4);
    assert_integer(document, "runs.7.round", 2);
    assert_string(document, "runs.7.start", "2026-11-20T12:00:30.123456Z");
    assert_integer(document, "runs.7.elapsed_us", 3000000);
    assert_integer(document, "runs.7.urls", 100);
    assert_integer(document, "runs.7.failed", 5);
    assert_integer(document, "runs.7.attempts", 111);
    assert_integer(document, "runs.7.retries", 11);
    assert_integer(document, "runs.7.bytes", 2000000);
    assert_integer(document, "runs.7.user_us", 225000);
    assert_integer(document, "runs.7.system_us", 75000);
    assert_null(document, "runs.7.machine_busy");
    assert_integer(document, "runs.7.connections_opened", 10);
    assert_integer(document, "runs.7.connections_reused", 90);
    assert_integer(document, "runs.7.transfer_us", 3000000);
    assert_integer(document, "runs.7.wait_us", 4000000);
    assert_integer(document, "runs.7.receive_us", 1000000);
    assert_null(document, "runs.7.p50_us");
    json_decref(document);
}
END_TEST

START_TEST(what_is_unknown_is_null)
{
    static const char *const nulls[] = {
        "host.cpu_model",
        "host.memory_bytes",
        "host.kernel",
        "end",
        "plan.sample",
        "model",
        "recommendation",
        "settings.3.mean_us",
        "settings.3.stddev_us",
        "settings.3.min_us",
        "settings.3.max_us",
        "settings.3.median_us",
        "settings.3.urls_per_s",
        "settings.3.bytes_per_s",
        "settings.3.speedup",
        "settings.3.efficiency",
        "settings.3.p50_us",
        "settings.3.p95_us",
        "settings.3.p99_us",
        "settings.3.failure_share",
        "settings.3.trouble_share",
        "settings.3.cpu_us",
        "settings.3.duty_cycle",
        "settings.3.machine_busy",
        "settings.3.concurrency",
        "settings.3.connections",
        "settings.3.reused_share",
        "settings.3.wait_us",
        "settings.3.receive_us",
        "settings.3.speedup_stddev",
    };
    build_sample(&benchmark);
    machine = (struct machine){.cpus = 1, .memory_bytes = -1};
    facts.end_wall_us = 0;
    facts.outcome = "running";
    json_t *document = parse();
    for (size_t i = 0; i < ARRAY_LENGTH(nulls); i++)
        assert_null(document, nulls[i]);
    assert_integer(document, "settings.3.runs", 0);
    assert_integer(document, "settings.3.failed", 0);
    assert_string(document, "outcome", "running");
    assert_string(document, "plan.sink", "discard");
    ck_assert_uint_eq(json_array_size(at(document, "list.arguments")), 0);
    json_decref(document);
}
END_TEST

START_TEST(one_run_has_no_deviation)
{
    init_threads(&benchmark, (const unsigned[]){1, 2, 0});
    add_run(&benchmark, plain_run(0, 4000000), 10);
    add_run(&benchmark, plain_run(1, 2000000), 10);
    json_t *document = parse();
    assert_null(document, "settings.1.stddev_us");
    assert_null(document, "settings.1.speedup_stddev");
    assert_real(document, "settings.1.speedup", 2);
    json_decref(document);
}
END_TEST

START_TEST(numbers_that_are_none_are_null)
{
    struct benchmark_run run = {.is_complete = true, .machine_busy = 0.0 / 0.0};
    struct scaling_model model = {.lambda = 1.0 / 0.0, .sigma = 0.0 / 0.0};
    init_threads(&benchmark, (const unsigned[]){1, 0});
    add_run(&benchmark, run, 0);
    facts.scaling = &model;
    json_t *document = parse(); /* which no NaN would survive */
    assert_null(document, "runs.0.machine_busy");
    assert_null(document, "model.lambda");
    assert_null(document, "model.sigma");
    assert_null(document, "model.peak");
    assert_null(document, "model.amdahl_serial_share");
    assert_real(document, "settings.0.urls_per_s", 0);
    json_decref(document);
}
END_TEST

START_TEST(the_model_and_the_recommendation_are_told)
{
    struct recommendation recommendation = {
        .setting = 2, .limit = LIMIT_PER_HOST, .work = WORK_MIXED};
    struct scaling_model model = {
        .lambda = 5.5, .sigma = 0.25, .kappa = 0.125, .peak = 22.5, .error = 0.03};
    struct scaling_model amdahl = {.sigma = 0.4};
    build_sample(&benchmark);
    facts.recommendation = &recommendation;
    facts.reason = "16 threads: they are the best";
    facts.scaling = &model;
    facts.amdahl = &amdahl;
    json_t *document = parse();
    assert_string(document, "model.law", "usl");
    assert_real(document, "model.lambda", 5.5);
    assert_real(document, "model.sigma", 0.25);
    assert_real(document, "model.kappa", 0.125);
    assert_real(document, "model.peak", 22.5);
    assert_real(document, "model.error", 0.03);
    assert_real(document, "model.amdahl_serial_share", 0.4);
    assert_integer(document, "recommendation.threads", 16);
    assert_integer(document, "recommendation.jobs", 16);
    assert_string(document, "recommendation.reason", "16 threads: they are the best");
    assert_string(document, "recommendation.limit", "per-host");
    assert_string(document, "recommendation.work", "mixed");
    json_decref(document);
    recommendation.work = WORK_UNKNOWN;
    facts.reason = NULL;
    document = parse();
    assert_null(document, "recommendation.reason");
    assert_null(document, "recommendation.work");
    json_decref(document);
}
END_TEST

START_TEST(hostile_names_are_kept_and_secrets_are_not)
{
    static const char *const lists[] = {
        "a\"\\\x1B]0;x\x07\n\xFF.txt",
        "https://me:secret@a.example/list.txt?token=hidden&w=1",
        "--header=Authorization: secret",
    };
    static const struct report_setting options[] = {
        {"proxy", REPORT_SETTING_TEXT, "http://me:secret@proxy.example:3128", 0},
        {"header", REPORT_SETTING_TEXT, "Authorization: secret", 0},
        {"user-agent", REPORT_SETTING_TEXT, NULL, 0},
    };
    build_sample(&benchmark);
    facts.lists = lists;
    facts.list_count = 3;
    facts.options = options;
    facts.option_count = 3;
    char *text = benchmark_format(&benchmark, &facts);
    ck_assert_ptr_null(strstr(text, "secret"));
    ck_assert_ptr_null(strstr(text, "hidden"));
    for (const char *byte = text; *byte != '\0'; byte++) /* nothing steers a terminal */
        ck_assert((unsigned char)*byte >= ' ' || *byte == '\n');
    free(text);
    json_t *document = parse();
    assert_string(document, "list.arguments.0", "a\"\\\x1B]0;x\x07\n\xEF\xBF\xBD.txt");
    assert_string(document, "list.arguments.1", "https://a.example/list.txt?token=***&w=1");
    assert_string(document, "plan.options.header", "Authorization: ***");
    assert_null(document, "plan.options.user-agent");
    json_decref(document);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("benchmark_json");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, the_keys_are_those_of_the_contract);
    tcase_add_test(cases, what_was_measured_where_and_how_is_told);
    tcase_add_test(cases, the_numbers_of_the_settings_are_the_figures);
    tcase_add_test(cases, every_run_is_there_also_those_that_are_in_no_figure);
    tcase_add_test(cases, what_is_unknown_is_null);
    tcase_add_test(cases, one_run_has_no_deviation);
    tcase_add_test(cases, numbers_that_are_none_are_null);
    tcase_add_test(cases, the_model_and_the_recommendation_are_told);
    tcase_add_test(cases, hostile_names_are_kept_and_secrets_are_not);
    Suite *suite = suite_create("benchmark_json");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
