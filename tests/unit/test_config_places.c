#include "app/config_places.h"

#include <check.h>
#include <stdlib.h>

static struct config_places find(const char *first, const char *second)
{
    /* Kept by the places for as long as a test asks them. */
    static char *environment[4];
    environment[0] = (char *)first;
    environment[1] = first != NULL ? (char *)second : NULL;
    environment[2] = NULL;
    return config_places_find(environment);
}

static const struct {
    const char *first, *second;
    const char *system_file, *user_file;
} cases[] = {
    {NULL, NULL, "/etc/haul.conf", NULL},
    {"HOME=/u/me", NULL, "/etc/haul.conf", "/u/me/.config/haul/haul.conf"},
    {"HOME=/u/me", "XDG_CONFIG_HOME=/c", "/etc/haul.conf", "/c/haul/haul.conf"},
    {"XDG_CONFIG_HOME=", "HOME=/h", "/etc/haul.conf", "/h/.config/haul/haul.conf"},
    /* Never below the current directory. */
    {"XDG_CONFIG_HOME=conf", "HOME=/h", "/etc/haul.conf", "/h/.config/haul/haul.conf"},
    {"HOME=", NULL, "/etc/haul.conf", NULL},
    {"HOME=.", NULL, "/etc/haul.conf", NULL},
    {"HOMER=/h", "NOHOME=/h", "/etc/haul.conf", NULL},
    {"HAUL_SYSTEM_CONFIG=/opt/haul.conf", NULL, "/opt/haul.conf", NULL},
    {"HAUL_SYSTEM_CONFIG=", NULL, NULL, NULL},
};

START_TEST(files_are_where_the_environment_says)
{
    struct config_places places = find(cases[_i].first, cases[_i].second);
    ck_assert_pstr_eq(places.system_file, cases[_i].system_file);
    ck_assert_pstr_eq(places.user_file, cases[_i].user_file);
    config_places_clear(&places);
    ck_assert_ptr_null(places.system_file);
}
END_TEST

START_TEST(an_empty_variable_is_not_set)
{
    struct config_places places = find("HAUL_CONFIG=a=b", "HAUL_PROFILE=");
    ck_assert_pstr_eq(config_places_variable(&places, "HAUL_CONFIG"), "a=b");
    ck_assert_ptr_null(config_places_variable(&places, "HAUL_PROFILE"));
    ck_assert_ptr_null(config_places_variable(&places, "HAUL_CONF"));
    config_places_clear(&places);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("config_places");
    tcase_add_loop_test(tests, files_are_where_the_environment_says, 0, ARRAY_LENGTH(cases));
    tcase_add_test(tests, an_empty_variable_is_not_set);
    Suite *suite = suite_create("config_places");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
