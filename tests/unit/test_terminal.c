#include "io/terminal.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG", "NO_COLOR", "TERM"};

static char *saved[ARRAY_LENGTH(variables)];
static int controller;
static int terminal;

static void set(const char *name, const char *value)
{
    if (value != NULL)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static void setup(void)
{
    for (size_t i = 0; i < ARRAY_LENGTH(variables); i++) {
        const char *value = getenv(variables[i]);
        saved[i] = value != NULL ? strdup(value) : NULL;
        unsetenv(variables[i]);
    }
    controller = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    bool is_there = controller >= 0 && grantpt(controller) == 0 && unlockpt(controller) == 0;
    terminal = is_there ? open(ptsname(controller), O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
}

static void teardown(void)
{
    if (terminal >= 0)
        close(terminal);
    if (controller >= 0)
        close(controller);
    for (size_t i = 0; i < ARRAY_LENGTH(variables); i++) {
        set(variables[i], saved[i]);
        free(saved[i]);
    }
}

static bool has_terminal(void)
{
    if (terminal < 0)
        printf("SKIPPED a terminal: this system does not give one\n");
    return terminal >= 0;
}

static const struct {
    const char *all, *ctype, *lang;
    bool is_unicode;
} locales[] = {
    {NULL, NULL, NULL, false},
    {NULL, NULL, "C", false},
    {NULL, NULL, "C.UTF-8", true},
    {NULL, NULL, "en_US.utf8", true},
    {NULL, NULL, "de_DE.Utf-8@euro", true},
    {NULL, NULL, "de_DE.ISO-8859-1", false},
    {NULL, "POSIX", "C.UTF-8", false}, /* LC_CTYPE is said more exactly than LANG */
    {NULL, "C.UTF-8", "POSIX", true},
    {"C", "C.UTF-8", "C.UTF-8", false}, /* LC_ALL beats all */
    {"C.UTF-8", "C", "C", true},
    {"", "", "C.UTF-8", true}, /* empty is not set (POSIX, 8.2) */
    {"", "C", "C.UTF-8", false},
};

START_TEST(the_locale_says_whether_the_terminal_shows_utf_8)
{
    set("LC_ALL", locales[_i].all);
    set("LC_CTYPE", locales[_i].ctype);
    set("LANG", locales[_i].lang);
    ck_assert_int_eq(terminal_is_unicode(), locales[_i].is_unicode);
}
END_TEST

static const struct {
    const char *term, *no_color;
    bool is_interactive, has_colour;
} kinds[] = {
    {"xterm", NULL, true, true}, {"xterm", "", true, true}, /* no-color.org: when it is not empty */
    {"xterm", "1", true, false}, {"xterm", "0", true, false}, {"dumb", NULL, false, false},
    {NULL, NULL, false, false},
};

START_TEST(a_terminal_has_colour_unless_it_is_dumb_or_nobody_wants_it)
{
    if (!has_terminal())
        return;
    set("TERM", kinds[_i].term);
    set("NO_COLOR", kinds[_i].no_color);
    ck_assert_int_eq(terminal_is_interactive(terminal), kinds[_i].is_interactive);
    ck_assert_int_eq(terminal_has_colour(terminal), kinds[_i].has_colour);
}
END_TEST

START_TEST(a_pipe_is_no_terminal_and_80_columns_wide)
{
    int ends[2];
    set("TERM", "xterm");
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert(!terminal_is_interactive(ends[1]));
    ck_assert(!terminal_has_colour(ends[1]));
    ck_assert_uint_eq(terminal_columns(ends[1]), 80);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(a_terminal_is_as_wide_as_it_says)
{
    struct winsize size = {.ws_row = 24, .ws_col = 0};
    if (!has_terminal())
        return;
    ck_assert_int_eq(ioctl(controller, TIOCSWINSZ, &size), 0);
    ck_assert_uint_eq(terminal_columns(terminal), 80);
    size.ws_col = 133;
    ck_assert_int_eq(ioctl(controller, TIOCSWINSZ, &size), 0);
    ck_assert_uint_eq(terminal_columns(terminal), 133);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("terminal");
    tcase_add_checked_fixture(cases, setup, teardown);
    tcase_add_loop_test(cases, the_locale_says_whether_the_terminal_shows_utf_8, 0,
                        (int)ARRAY_LENGTH(locales));
    tcase_add_loop_test(cases, a_terminal_has_colour_unless_it_is_dumb_or_nobody_wants_it, 0,
                        (int)ARRAY_LENGTH(kinds));
    tcase_add_test(cases, a_pipe_is_no_terminal_and_80_columns_wide);
    tcase_add_test(cases, a_terminal_is_as_wide_as_it_says);
    Suite *suite = suite_create("terminal");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
