#include "io/terminal.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *const variables[] = {"LC_ALL",   "LC_CTYPE", "LANG", "NO_COLOR",
                                        "CLICOLOR", "TERM",     "CI",   "ACCESSIBLE"};

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
    const char *term, *no_color, *clicolor;
    bool is_interactive, has_colour;
} kinds[] = {
    {"xterm", NULL, NULL, true, true},
    {"xterm", "", NULL, true, true}, /* no-color.org: when it is not empty */
    {"xterm", "1", NULL, true, false},
    {"xterm", "0", NULL, true, false},
    {"dumb", NULL, NULL, false, false},
    {NULL, NULL, NULL, false, false},
    {"", NULL, NULL, false, false},
    {"xterm", NULL, "0", true, false},
    {"xterm", NULL, "1", true, true},
    {"xterm", "1", "1", true, false},
};

START_TEST(a_terminal_has_colour_unless_it_is_dumb_or_nobody_wants_it)
{
    if (!has_terminal())
        return;
    set("TERM", kinds[_i].term);
    set("NO_COLOR", kinds[_i].no_color);
    set("CLICOLOR", kinds[_i].clicolor);
    ck_assert_int_eq(terminal_is_interactive(terminal), kinds[_i].is_interactive);
    ck_assert_int_eq(terminal_has_colour(terminal), kinds[_i].has_colour);
}
END_TEST

static const struct {
    const char *term, *ci, *accessible;
    enum terminal_kind kind;
} places[] = {
    {"xterm", NULL, NULL, TERMINAL_LIVE},    {"dumb", NULL, NULL, TERMINAL_PLAIN},
    {NULL, NULL, NULL, TERMINAL_PLAIN},      {"xterm", "true", NULL, TERMINAL_PLAIN},
    {"xterm", "false", NULL, TERMINAL_LIVE}, {"xterm", "", "", TERMINAL_LIVE},
    {"xterm", "0", "0", TERMINAL_LIVE},      {"xterm", NULL, "1", TERMINAL_SPOKEN},
    {"dumb", "true", "1", TERMINAL_SPOKEN},
};

START_TEST(lines_are_drawn_again_only_where_that_can_be_seen_and_is_wanted)
{
    if (!has_terminal())
        return;
    set("TERM", places[_i].term);
    set("CI", places[_i].ci);
    set("ACCESSIBLE", places[_i].accessible);
    ck_assert_int_eq(terminal_kind(terminal), places[_i].kind);
}
END_TEST

START_TEST(a_pipe_is_no_terminal_and_80_columns_wide)
{
    int ends[2];
    set("TERM", "xterm");
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert(!terminal_is_interactive(ends[1]));
    ck_assert(!terminal_has_colour(ends[1]));
    ck_assert_int_eq(terminal_kind(ends[1]), TERMINAL_NONE);
    set("LC_ALL", "C");
    ck_assert(terminal_takes_unicode(ends[1]));
    ck_assert_uint_eq(terminal_columns(ends[1]), 80);
    ck_assert_uint_eq(terminal_rows(ends[1]), 24);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(a_terminal_is_as_large_as_it_says)
{
    struct winsize size = {0};
    if (!has_terminal())
        return;
    ck_assert_int_eq(ioctl(controller, TIOCSWINSZ, &size), 0);
    ck_assert_uint_eq(terminal_columns(terminal), 80);
    ck_assert_uint_eq(terminal_rows(terminal), 24);
    size.ws_col = 133;
    size.ws_row = 7;
    ck_assert_int_eq(ioctl(controller, TIOCSWINSZ, &size), 0);
    ck_assert_uint_eq(terminal_columns(terminal), 133);
    ck_assert_uint_eq(terminal_rows(terminal), 7);
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
    tcase_add_loop_test(cases, lines_are_drawn_again_only_where_that_can_be_seen_and_is_wanted, 0,
                        (int)ARRAY_LENGTH(places));
    tcase_add_test(cases, a_pipe_is_no_terminal_and_80_columns_wide);
    tcase_add_test(cases, a_terminal_is_as_large_as_it_says);
    Suite *suite = suite_create("terminal");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
