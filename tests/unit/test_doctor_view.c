#include "app/doctor_view.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct findings findings;
static struct text text;

static void setup(void)
{
    text_init(&text, 1 << 20);
    findings_add(&findings, "list", "urls", FINDING_OK, "%s", "10 URLs on 3 hosts");
    findings_add(
        &findings, "names", "missing", FINDING_WARNING, "%s",
        "2 of 3 do not exist: a.example, b.example and a name that takes the line further");
    findings_advise(&findings, "%s",
                    "correct the list, as long as this advice is that needs more than one line");
    findings_add(&findings, "names", "silent", FINDING_FAILURE, "%s", "no answer");
    findings_add(&findings, "names", "cache", FINDING_NOTE, "%s", "worth knowing");
}

static void teardown(void)
{
    findings_clear(&findings);
    text_clear(&text);
}

START_TEST(groups_levels_and_advice_are_wrapped)
{
    doctor_view_append(&text, &findings, 0, false);
    ck_assert_str_eq(
        text.data,
        "list\n"
        "  ok    10 URLs on 3 hosts\n"
        "names\n"
        "  warn  2 of 3 do not exist: a.example, b.example and a name that takes the line\n"
        "        further\n"
        "        -> correct the list, as long as this advice is that needs more than one\n"
        "           line\n"
        "  FAIL  no answer\n"
        "  note  worth knowing\n");
}
END_TEST

START_TEST(the_brief_form_has_only_what_is_wrong)
{
    doctor_view_append(&text, &findings, 0, true);
    ck_assert_ptr_null(strstr(text.data, "list\n"));
    ck_assert_ptr_null(strstr(text.data, "note"));
    ck_assert_ptr_nonnull(strstr(text.data, "names\n  warn  2 of 3"));
    ck_assert_ptr_nonnull(strstr(text.data, "FAIL  no answer"));
}
END_TEST

START_TEST(later_findings_are_shown_alone)
{
    doctor_view_append(&text, &findings, 3, false);
    ck_assert_str_eq(text.data, "names\n  note  worth knowing\n");
}
END_TEST

START_TEST(foreign_bytes_cannot_steer_the_terminal)
{
    findings_add(&findings, "proxy", "x", FINDING_FAILURE, "%s", "evil \033[2J\r\nFAIL \xff name");
    findings_advise(&findings, "%s", "bidi \xe2\x80\xae");
    doctor_view_append(&text, &findings, 4, false);
    ck_assert_str_eq(text.data, "proxy\n"
                                "  FAIL  evil \\x1b[2J\\x0d\\x0aFAIL \\xff name\n"
                                "        -> bidi \\xe2\\x80\\xae\n");
}
END_TEST

START_TEST(the_verdict_counts)
{
    doctor_view_append_verdict(&text, &findings);
    ck_assert_str_eq(text.data, "\n1 thing would make a run fail, 1 warning\n");
    text_reset(&text);
    findings_clear(&findings);
    doctor_view_append_verdict(&text, &findings);
    ck_assert_str_eq(text.data, "\nnothing here would make a run fail\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("doctor_view");
    TCase *cases = tcase_create("cases");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_test(cases, groups_levels_and_advice_are_wrapped);
    tcase_add_test(cases, the_brief_form_has_only_what_is_wrong);
    tcase_add_test(cases, later_findings_are_shown_alone);
    tcase_add_test(cases, foreign_bytes_cannot_steer_the_terminal);
    tcase_add_test(cases, the_verdict_counts);
    suite_add_tcase(suite, cases);

    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
