#include "io/name_servers.h"

#include <check.h>

#include "base/common.h"
#include "scratch.h"

static const struct {
    const char *file;
    size_t count;
    const char *first;
    unsigned timeout_s;
    unsigned attempts;
} files[] = {
    {"nameserver 192.0.2.1\n", 1, "192.0.2.1", 5, 2},
    {"# nameserver 192.0.2.9\n;nameserver 192.0.2.9\n\tnameserver\t2001:db8::1 # home\n", 1,
     "2001:db8::1", 5, 2},
    {"nameserver a\nnameserver b\nnameserver c\nnameserver d\n", 3, "a", 5, 2},
    {"options rotate timeout:1 attempts:4\nnameserver 192.0.2.1", 1, "192.0.2.1", 1, 4},
    {"options timeout:9\noptions timeout:3\nsearch example.org\n", 0, NULL, 3, 2},
    {"nameserver\noptions\nnameservers 192.0.2.1\n\n", 0, NULL, 5, 2},
    {"", 0, NULL, 5, 2},
};

START_TEST(the_configuration_of_the_resolver_is_read)
{
    struct diagnosis_names names = {0};
    FILE *file = fopen(in_scratch("resolv.conf"), "w");
    fputs(files[_i].file, file);
    fclose(file);
    name_servers_read(in_scratch("resolv.conf"), NULL, &names);
    ck_assert(names.has_configuration);
    ck_assert_uint_eq(names.server_count, files[_i].count);
    if (files[_i].count > 0)
        ck_assert_str_eq(names.servers[0], files[_i].first);
    ck_assert_uint_eq(names.timeout_s, files[_i].timeout_s);
    ck_assert_uint_eq(names.attempts, files[_i].attempts);
}
END_TEST

START_TEST(without_it_the_resolver_has_values_of_its_own)
{
    struct diagnosis_names names = {0};
    name_servers_read(in_scratch("missing"), "timeout:7 attempts:1", &names);
    ck_assert_uint_eq(names.timeout_s, 7);
    ck_assert_uint_eq(names.attempts, 1);
    name_servers_read(in_scratch("missing"), NULL, &names);
    ck_assert(!names.has_configuration);
    ck_assert_uint_eq(names.server_count, 0);
    ck_assert_uint_eq(names.timeout_s, 5);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("name_servers");
    TCase *cases = tcase_create("cases");
    tcase_add_checked_fixture(cases, scratch_setup, scratch_teardown);
    tcase_add_loop_test(cases, the_configuration_of_the_resolver_is_read, 0, ARRAY_LENGTH(files));
    tcase_add_test(cases, without_it_the_resolver_has_values_of_its_own);
    suite_add_tcase(suite, cases);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
