#include "model/diagnosis.h"

#include <check.h>
#include <stdlib.h>

#include "finding_check.h"

#define HOSTS 6
#define MS 1000

static struct findings findings;

static void teardown(void)
{
    findings_clear(&findings);
}

static const struct {
    const char *what;
    struct diagnosis_list list;
    const char *check;
    int level;
} lists[] = {
    {"none", {.is_given = false}, "urls", FINDING_NOTE},
    {"good", {true, .urls = 10, .hosts = 9, .per_host = 6, .jobs = 16}, "urls", FINDING_OK},
    {"good", {true, .urls = 10, .hosts = 9, .per_host = 6, .jobs = 16}, "lines", NOT_FOUND},
    {"nothing usable", {true, .bad = 3, .per_host = 6, .jobs = 16}, "urls", FINDING_FAILURE},
    {"nothing usable", {true, .bad = 3, .per_host = 6, .jobs = 16}, "lines", NOT_FOUND},
    {"a bad line", {true, .urls = 1, .bad = 1, .hosts = 1, .jobs = 1}, "lines", FINDING_WARNING},
    {"one host", {true, .urls = 99, .hosts = 1, .per_host = 6, .jobs = 16}, "hosts", FINDING_NOTE},
    {"fewer URLs", {true, .urls = 9, .hosts = 1, .per_host = 6, .jobs = 16}, "hosts", NOT_FOUND},
    {"enough", {true, .urls = 99, .hosts = 3, .per_host = 6, .jobs = 18}, "hosts", NOT_FOUND},
};

START_TEST(a_list_is_judged)
{
    diagnosis_add_list(&findings, &lists[_i].list);
    check_level(&findings, lists[_i].check, lists[_i].level, lists[_i].what);
}
END_TEST

#define FOUND(first_ms, again_ms)                                                                  \
    {                                                                                              \
        .host = "h.example", .result = LOOKUP_FOUND, .first_us = (first_ms)*MS,                    \
        .again_us = (again_ms)*MS, .ipv4 = 1, .has_route = true                                    \
    }
#define LOST(name, why)                                                                            \
    {                                                                                              \
        .host = name, .result = why, .again_us = -1                                                \
    }
#define AWAY                                                                                       \
    {                                                                                              \
        .host = "six.example", .result = LOOKUP_FOUND, .first_us = MS, .again_us = MS, .ipv6 = 1   \
    }

static const struct {
    const char *what;
    struct diagnosis_lookup lookups[HOSTS];
    const char *check;
    int level;
} lookups[] = {
    {"quick", {FOUND(20, 1), FOUND(30, 0)}, "speed", FINDING_OK},
    {"quick", {FOUND(20, 1), FOUND(30, 0)}, "cache", FINDING_OK},
    {"quick", {FOUND(20, 1), FOUND(30, 0)}, "missing", NOT_FOUND},
    {"at the bound", {FOUND(100, 5)}, "speed", FINDING_OK},
    {"at the bound", {FOUND(100, 5)}, "cache", FINDING_OK},
    {"slow", {FOUND(101, 1)}, "speed", FINDING_NOTE},
    {"very slow", {FOUND(501, 1)}, "speed", FINDING_WARNING},
    {"one of three is slow", {FOUND(10, 1), FOUND(5000, 1), FOUND(12, 1)}, "speed", FINDING_OK},
    {"not remembered", {FOUND(20, 20)}, "cache", FINDING_NOTE},
    {"slow, not remembered", {FOUND(200, 150)}, "cache", FINDING_WARNING},
    {"not asked again",
     {{.host = "h", .result = LOOKUP_FOUND, .first_us = 1, .again_us = -1, .has_route = true}},
     "cache",
     NOT_FOUND},
    {"all missing", {LOST("a", LOOKUP_NO_SUCH_NAME)}, "missing", FINDING_FAILURE},
    {"all missing", {LOST("a", LOOKUP_NO_SUCH_NAME)}, "speed", NOT_FOUND},
    {"one missing", {LOST("a", LOOKUP_NO_SUCH_NAME), FOUND(1, 1)}, "missing", FINDING_WARNING},
    {"overloaded", {LOST("a", LOOKUP_TRY_AGAIN), FOUND(1, 1)}, "temporary", FINDING_WARNING},
    {"all overloaded",
     {LOST("a", LOOKUP_TRY_AGAIN), LOST("b", LOOKUP_FAILED)},
     "temporary",
     FINDING_FAILURE},
    {"silent", {LOST("a", LOOKUP_SILENT), FOUND(1, 1)}, "silent", FINDING_WARNING},
    {"all silent", {LOST("a", LOOKUP_SILENT)}, "silent", FINDING_FAILURE},
    {"no way to one", {AWAY, FOUND(1, 1)}, "routes", FINDING_WARNING},
    {"no way at all", {AWAY}, "routes", FINDING_FAILURE},
};

static const struct diagnosis_list given = {.is_given = true, .urls = 10, .hosts = HOSTS};

static struct diagnosis_names names_of(const struct diagnosis_lookup *answers)
{
    struct diagnosis_names names = {
        .lookups = answers,
        .servers = {"192.0.2.1"},
        .server_count = 1,
        .has_configuration = true,
        .timeout_s = 5,
        .attempts = 2,
    };
    while (names.count < HOSTS && answers[names.count].host != NULL)
        names.count++;
    names.hosts = names.wanted = names.count;
    return names;
}

START_TEST(lookups_are_judged_by_their_answers_and_times)
{
    struct diagnosis_names names = names_of(lookups[_i].lookups);
    diagnosis_add_names(&findings, &given, &names);
    check_level(&findings, lookups[_i].check, lookups[_i].level, lookups[_i].what);
}
END_TEST

static const struct {
    uint64_t hosts;
    uint64_t literal;
    uint64_t proxied;
    int level;
} shares[] = {
    {1, 0, 0, FINDING_FAILURE}, {3, 1, 1, FINDING_FAILURE}, {1, 1, 0, FINDING_WARNING},
    {1, 0, 1, FINDING_WARNING}, {1, 9, 0, FINDING_WARNING}, {2, 1, 1, FINDING_WARNING},
};

START_TEST(missing_names_are_grave_only_where_most_of_the_list_needs_them)
{
    static const struct diagnosis_lookup missing[HOSTS] = {LOST("a.example", LOOKUP_NO_SUCH_NAME)};
    struct diagnosis_names names = names_of(missing);
    names.hosts = shares[_i].hosts;
    names.literal = shares[_i].literal;
    names.proxied = shares[_i].proxied;
    diagnosis_add_names(&findings, &given, &names);
    check_level(&findings, "missing", shares[_i].level, "share of names");
}
END_TEST

START_TEST(hosts_are_named_but_not_all)
{
    static const struct diagnosis_lookup many[HOSTS] = {
        LOST("a.example", LOOKUP_NO_SUCH_NAME), LOST("b.example", LOOKUP_NO_SUCH_NAME),
        LOST("c.example", LOOKUP_NO_SUCH_NAME), LOST("d.example", LOOKUP_NO_SUCH_NAME),
        LOST("e.example", LOOKUP_NO_SUCH_NAME), FOUND(1, 1)};
    struct diagnosis_names names = names_of(many);
    diagnosis_add_names(&findings, &given, &names);
    check_words(&findings, "missing", "5 of 6 do not exist: a.example, b.example, c.example and 2");
}
END_TEST

START_TEST(only_what_was_found_is_called_looked_up_and_a_sample_is_called_one)
{
    static const struct diagnosis_lookup two[HOSTS] = {FOUND(1, 1),
                                                       LOST("a.example", LOOKUP_NO_SUCH_NAME)};
    struct diagnosis_names names = names_of(two);
    names.hosts = 2;
    diagnosis_add_names(&findings, &given, &names);
    check_words(&findings, "speed", "1 of 2 hosts looked up, one at a time");
    check_words(&findings, "missing", "1 of 2 does not exist: a.example");
    findings_clear(&findings);
    names.hosts = 100000;
    diagnosis_add_names(&findings, &given, &names);
    check_words(&findings, "speed", "1 of 2 hosts looked up (a sample out of 100,000), one");
    check_words(&findings, "missing", "1 of 2 does not exist (a sample out of 100,000): a.example");
}
END_TEST

START_TEST(a_resolver_without_servers_is_a_warning)
{
    struct diagnosis_names names = {.has_configuration = true};
    diagnosis_add_names(&findings, &given, &names);
    check_level(&findings, "servers", FINDING_WARNING, "empty file");
    findings_clear(&findings);
    names.has_configuration = false;
    diagnosis_add_names(&findings, &given, &names);
    check_level(&findings, "servers", FINDING_WARNING, "no file");
    check_words(&findings, "servers", "cannot be read");
}
END_TEST

START_TEST(what_was_not_asked_is_said)
{
    static const struct diagnosis_lookup one[HOSTS] = {FOUND(1, 1)};
    struct diagnosis_names names = names_of(one);
    diagnosis_add_names(&findings, &given, &names);
    ck_assert_ptr_null(find_finding(&findings, "given-up"));
    ck_assert_ptr_null(find_finding(&findings, "proxied"));
    ck_assert_ptr_null(find_finding(&findings, "literal"));
    names.wanted = 4;
    names.proxied = 2;
    names.literal = 1;
    diagnosis_add_names(&findings, &given, &names);
    check_words(&findings, "given-up", "1 of 4");
    check_words(&findings, "proxied", "2 hosts are looked up by the proxy");
    check_words(&findings, "literal", "1 host need not be");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("diagnosis");
    TCase *cases = tcase_create("cases");
    tcase_add_checked_fixture(cases, NULL, teardown);
    tcase_add_loop_test(cases, a_list_is_judged, 0, ARRAY_LENGTH(lists));
    tcase_add_loop_test(cases, lookups_are_judged_by_their_answers_and_times, 0,
                        ARRAY_LENGTH(lookups));
    tcase_add_loop_test(cases, missing_names_are_grave_only_where_most_of_the_list_needs_them, 0,
                        ARRAY_LENGTH(shares));
    tcase_add_test(cases, hosts_are_named_but_not_all);
    tcase_add_test(cases, only_what_was_found_is_called_looked_up_and_a_sample_is_called_one);
    tcase_add_test(cases, a_resolver_without_servers_is_a_warning);
    tcase_add_test(cases, what_was_not_asked_is_said);
    suite_add_tcase(suite, cases);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
