#include "app/man_page.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/command_table.h"
#include "app/man_text.h"
#include "app/option_table.h"

static char *page;

static void print_page(void)
{
    size_t size;
    FILE *out = open_memstream(&page, &size);
    ck_assert_ptr_nonnull(out);
    man_page_print(out);
    ck_assert_int_eq(fclose(out), 0);
}

static void free_page(void)
{
    free(page);
}

START_TEST(every_option_is_explained)
{
    const struct option_row *row = option_table_row((enum option_id)_i);
    char item[128];
    bool is_on = row->kind == OPTION_KIND_BOOL && row->initial != 0;
    snprintf(item, sizeof(item), " Fl -%s%s%c", is_on ? "[no-]" : "", row->name,
             row->argument != NULL ? ' ' : '\n');
    const char *found = page - 1;
    do { /* other lines mention it, too */
        found = strstr(found + 1, item);
        ck_assert_msg(found != NULL, "--%s is not in the page", row->name);
        const char *line = found;
        while (line > page && line[-1] != '\n')
            line--;
        if (strncmp(line, ".It Fl ", 7) == 0)
            break;
    } while (true);
    const char *end = strstr(found, "\n.It ");
    ck_assert_msg(end == NULL || memmem(found, (size_t)(end - found), "\nFor ", 5) != NULL,
                  "--%s: for which commands?", row->name);
}
END_TEST

START_TEST(every_command_is_in_synopsis_and_list)
{
    const struct command_row *row = command_table_row((enum subcommand)_i);
    char item[64], use[64];
    snprintf(item, sizeof(item), "\n.It Cm %s\n", row->name);
    ck_assert_msg(strstr(page, item) != NULL, "%s is not explained", row->name);
    snprintf(use, sizeof(use), "Cm \"%s\"\n", row->name);
    ck_assert_msg(strstr(page, use) != NULL, "%s is not in the synopsis", row->name);
}
END_TEST

START_TEST(every_group_has_a_heading)
{
    char heading[128];
    snprintf(heading, sizeof(heading), "\n.Ss %s\n", option_table_group_title(_i));
    ck_assert_ptr_nonnull(strstr(page, heading));
}
END_TEST

START_TEST(defaults_ranges_and_variables_are_told)
{
    static const char jobs[] = ".It Fl j , Fl -jobs Ar \"N\"\nDownloads at once.\nDefault: 16.\n"
                               "Range: 1 to 65535.\nFor get, check, bench, doctor.\n";
    static const char variable[] = "\nVariable:\n.Ev HAUL_PER_HOST .\n";
    static const char sync[] = " Ar \"batch\" | \"file\" | \"none\"\n";
    static const char state[] = "Default: on.\n";
    static const char name[] = "Default:\n.Ql \"{name}\" .\n";
    static const char size[] = "Default: 256M.\nRange: 0 or more.\n";
    static const char runs[] = "For bench.\nCommand line only.\n";
    static const char config[] = "Command line and variable only:\n.Ev HAUL_CONFIG .\n";
    static const char mark[] = "Default:\n.Ql \"\\&.\" .\n"; /* of --output-dir */
    static const char dir[] = "For get, doctor.\nVariable:\n.Ev HAUL_DIR .\n"
                              "On the command line also for demo.\n";
    static const char html[] = "For report.\nCommand line only.\n";
    static const char *const parts[] = {jobs, variable, sync, state, name, size,
                                        runs, config,   mark, dir,   html};
    for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
        ck_assert_msg(strstr(page, parts[i]) != NULL, "not in the page: %s", parts[i]);
}
END_TEST

START_TEST(what_is_special_to_roff_is_escaped)
{
    ck_assert_ptr_nonnull(strstr(page, " Ar \"'NAME: VALUE'\"\n"));
    ck_assert_ptr_nonnull(strstr(page, "\nThe same as \\-\\-name {host}/{path}.\n"));
}
END_TEST

START_TEST(text_by_hand_is_there_and_nothing_is_left_to_fill_in)
{
    ck_assert_ptr_nonnull(strstr(man_text, "\n@OPTIONS@\n"));
    ck_assert_ptr_null(strstr(page, "\n@"));
    ck_assert_ptr_nonnull(strstr(page, "\n.Sh EXIT STATUS\n"));
    /* The comment at the top of the file is for those who write it. */
    ck_assert_int_eq(strncmp(page, ".Dd ", 4), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("man_page");
    TCase *tcase = tcase_create("man_page");
    tcase_add_checked_fixture(tcase, print_page, free_page);
    tcase_add_loop_test(tcase, every_option_is_explained, 0, OPTION_ID_COUNT);
    tcase_add_loop_test(tcase, every_command_is_in_synopsis_and_list, 0, COMMAND_COUNT);
    tcase_add_loop_test(tcase, every_group_has_a_heading, 0, GROUP_COUNT);
    tcase_add_test(tcase, defaults_ranges_and_variables_are_told);
    tcase_add_test(tcase, what_is_special_to_roff_is_escaped);
    tcase_add_test(tcase, text_by_hand_is_there_and_nothing_is_left_to_fill_in);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
