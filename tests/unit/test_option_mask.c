#include "app/option_mask.h"

#include <check.h>
#include <stdlib.h>

static const struct {
    enum option_id id;
    const char *value, *shown;
} cases[] = {
    {OPTION_ID_header, "Authorization: Bearer abc", "Authorization"},
    {OPTION_ID_header, "Referer: http://u:p@h/", "Referer"},
    {OPTION_ID_proxy, "http://u:p@h:3128", "http://h:3128"},
    {OPTION_ID_proxy, "u:p@h:3128", "http://h:3128"},
    {OPTION_ID_proxy, "h:3128", "http://h:3128"},
    {OPTION_ID_proxy, "socks5://u:p@h:3128", "socks5://h:3128"},
    {OPTION_ID_proxy, "", ""},
    {OPTION_ID_referer, "https://h/?token=abc&a=1", "https://h/?token=***&a=1"},
    {OPTION_ID_referer, "https://h/?mine=abc", "https://h/?mine=***"},
    {OPTION_ID_ping, "https://hc-ping.com/0a1b-2c3d", "https://hc-ping.com/..."},
    {OPTION_ID_ping, "https://u:p@h?key=abc", "https://h/..."},
    {OPTION_ID_ping, "https://h", "https://h"},
    {OPTION_ID_exec, "/usr/bin/put --password abc {}", "/usr/bin/put ..."},
    {OPTION_ID_exec, "put", "put"},
    {OPTION_ID_exec, "put  ", "put"},
    {OPTION_ID_on_finish, " mail -s abc", "mail ..."},
    {OPTION_ID_dir, "/srv/img", "/srv/img"},
    {OPTION_ID_user_agent, "me 1.0", "me 1.0"},
};

START_TEST(secrets_of_options_are_not_shown)
{
    static const char *const keys[] = {"mine"};
    struct redaction redaction = {keys, 1};
    struct text text;
    text_init(&text, 4096);
    option_mask_append(&text, cases[_i].id, cases[_i].value, &redaction);
    ck_assert_str_eq(text.data, cases[_i].shown);
    text_clear(&text);
}
END_TEST

START_TEST(a_list_is_told_on_one_line)
{
    struct redaction redaction = {NULL, 0};
    struct string_list list = {NULL, 0};
    struct text text;
    text_init(&text, 4096);
    option_mask_append_list(&text, OPTION_ID_header, &list, &redaction);
    ck_assert_str_eq(text.data, "");
    string_list_add(&list, "A: 1");
    string_list_add(&list, "B: 2");
    option_mask_append_list(&text, OPTION_ID_header, &list, &redaction);
    ck_assert_str_eq(text.data, "A, B");
    string_list_clear(&list);
    text_clear(&text);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("option_mask");
    tcase_add_loop_test(tests, secrets_of_options_are_not_shown, 0, ARRAY_LENGTH(cases));
    tcase_add_test(tests, a_list_is_told_on_one_line);
    Suite *suite = suite_create("option_mask");
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
