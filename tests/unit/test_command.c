#include "io/command.h"

#include <check.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "base/thread.h"
#include "scratch.h"

#define DEADLINE_MS 20000 /* a test that takes as long has failed */

static const char *const placeholders[] = {"{}", "{url}", "{name}", NULL};

/* None of them may ever be split, or looked into. */
static const struct command_value values[] = {
    {"{}", "/d/it's \"a\" {url}.jpg"},
    {"{url}", "http://h/?a=$(x)&b=`y`;{}"},
    {"{name}", "-n me"},
};

/* OUT=PATH, for the scripts. */
static char out_variable[2 * PATH_MAX];
static const char *const environment[] = {out_variable, NULL};

static struct text line; /* of the command that is being made */

static void setup(void)
{
    scratch_setup();
    snprintf(out_variable, sizeof(out_variable), "OUT=%s", in_scratch("out"));
    text_init(&line, 64 * 1024);
}

/* No test leaves a child, dead or alive. */
static void teardown(void)
{
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    ck_assert_int_eq(errno, ECHILD);
    text_clear(&line);
    scratch_teardown();
}

/* A command that runs this text as a shell script, with more words behind it. */
static struct command *script(const char *text, const char *words)
{
    scratch_write("script", text);
    text_reset(&line);
    text_append_format(&line, "sh '%s' %s", in_scratch("script"), words);
    struct error error = {0};
    struct command *command = command_create(line.data, placeholders, &error);
    ck_assert_msg(command != NULL, "%s: %s", line.data, error.text);
    return command;
}

static int run(const struct command *command, const struct cancel *cancel, int64_t limit_us)
{
    struct error error = {0};
    int status =
        command_run(command, values, ARRAY_LENGTH(values), environment, cancel, limit_us, &error);
    ck_assert_msg(error.kind == ERROR_NONE, "%s", error.text);
    return status;
}

static int run_script(const char *text)
{
    struct command *command = script(text, "");
    int status = run(command, NULL, 0);
    command_destroy(command);
    return status;
}

static int run_line(const char *text, struct error *error)
{
    struct error wrong = {0};
    struct command *command = command_create(text, placeholders, &wrong);
    ck_assert_msg(command != NULL, "%s: %s", text, wrong.text);
    int status = command_run(command, values, ARRAY_LENGTH(values), NULL, NULL, 0, error);
    command_destroy(command);
    return status;
}

static const struct {
    const char *words;
    const char *arguments; /* each in <> */
} split_cases[] = {
    {"", ""},
    {"a b", "<a><b>"},
    {"  a\t\t b \n", "<a><b>"},
    {"'a b' c", "<a b><c>"},
    {"\"a b\"", "<a b>"},
    {"'a\\b' 'a\\'", "<a\\b><a\\>"},
    {"\"a\\\"b\\\\c\\d\"", "<a\"b\\c\\d>"},
    {"\"it's\" 'say \"x\"'", "<it's><say \"x\">"},
    {"a\\ b a\\'b a\\\\b", "<a b><a'b><a\\b>"},
    {"'' \"\" a''b", "<><><ab>"},
    {"'a'\"b\"c", "<abc>"},
    {"$HOME * ; > x && y | z #", "<$HOME><*><;><>><x><&&><y><|><z><#>"},
    {"{}", "</d/it's \"a\" {url}.jpg>"},
    {"{url}", "<http://h/?a=$(x)&b=`y`;{}>"},
    {"--out={}.bak", "<--out=/d/it's \"a\" {url}.jpg.bak>"},
    {"'{}' \"{name}\"", "</d/it's \"a\" {url}.jpg><-n me>"},
    {"{name}{name}x{name}", "<-n me-n mex-n me>"},
    {"\\{} \\{url} {\\url}", "<{}><{url}><{url}>"},
    {"{ } {a,b} {1} } {", "<{><}><{a,b}><{1}><}><{>"},
    {"'{\"a\": 1}' {{}}", "<{\"a\": 1}><{/d/it's \"a\" {url}.jpg}>"},
    {"\xC3\xA4 \xFF", "<\xC3\xA4><\xFF>"},
};

START_TEST(a_line_is_split_once_and_values_never)
{
    struct command *command =
        script("for a; do printf '<%s>' \"$a\"; done >\"$OUT\"", split_cases[_i].words);
    ck_assert_int_eq(run(command, NULL, 0), 0);
    ck_assert_msg(scratch_holds("out", split_cases[_i].arguments), "not %s from %s",
                  split_cases[_i].arguments, split_cases[_i].words);
    command_destroy(command);
}
END_TEST

static const struct {
    const char *line;
    const char *text; /* somewhere in the error */
} refused_cases[] = {
    {"", "names no program"},
    {" \t ", "names no program"},
    {"'' x", "names no program"},
    {"x 'a", "quote (') is not closed"},
    {"x \"a\\\"", "quote (\") is not closed"},
    {"x a\\", "backslash"},
    {"x {foo}", "{foo} is not known here (known: {} {url} {name}"},
    {"x {sha256}", "{sha256} is not known"},
    {"x '{URL}'", "{URL} is not known"},
    {"x --a={url_}.b", "{url_} is not known"},
    {"{} x", "{} cannot stand in the program's name"},
    {"bin/{name} x", "{name} cannot stand"},
    {"a'{url}' x", "{url} cannot stand"},
};

START_TEST(what_cannot_be_meant_is_refused)
{
    struct error error = {0};
    ck_assert_ptr_null(command_create(refused_cases[_i].line, placeholders, &error));
    ck_assert_int_eq(error.kind, ERROR_USAGE);
    ck_assert_msg(strstr(error.text, refused_cases[_i].text) != NULL, "%s", error.text);
}
END_TEST

START_TEST(a_line_without_end_is_refused)
{
    char *endless = malloc(100001);
    ck_assert_ptr_nonnull(endless);
    memset(endless, 'x', 100000);
    endless[100000] = '\0';
    struct error error = {0};
    ck_assert_ptr_null(command_create(endless, placeholders, &error));
    ck_assert_int_eq(error.kind, ERROR_USAGE);
    free(endless);
}
END_TEST

START_TEST(a_path_never_becomes_an_option)
{
    static const struct command_value dashes[] = {{"{}", "-rf"}, {"{url}", "-u"}, {"{name}", "-n"}};
    struct command *command =
        script("for a; do printf '<%s>' \"$a\"; done >\"$OUT\"", "{} '{}' a{} {}b {url} {name}");
    struct error error = {0};
    ck_assert_int_eq(
        command_run(command, dashes, ARRAY_LENGTH(dashes), environment, NULL, 0, &error), 0);
    ck_assert(scratch_holds("out", "<./-rf><./-rf><a-rf><-rfb><-u><-n>"));
    command_destroy(command);
}
END_TEST

static const struct {
    const char *script;
    int status;
} status_cases[] = {
    {"exit 0", 0},     {"exit 3", 3},          {"exit 127", 127},
    {"exit 255", 255}, {"kill -KILL $$", 137}, {"kill -PIPE $$", 141},
};

START_TEST(the_status_says_how_a_program_ended)
{
    ck_assert_int_eq(run_script(status_cases[_i].script), status_cases[_i].status);
}
END_TEST

START_TEST(a_program_that_cannot_be_started_is_told_from_one_that_fails)
{
    scratch_write("no-interpreter", "exit 0\n");
    ck_assert_int_eq(chmod(in_scratch("no-interpreter"), 0755), 0);
    const struct {
        const char *program;
        int reason;
    } cases[] = {
        {"no-such-program-anywhere", ENOENT},
        {"/dev/null", EACCES},
        {"/", EACCES},
        {in_scratch("no-interpreter"), ENOEXEC},
    };
    for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
        struct error error = {0};
        ck_assert_int_eq(run_line(cases[i].program, &error), 127);
        ck_assert_int_eq(error.kind, ERROR_LOCAL);
        ck_assert_msg(strncmp(error.text, cases[i].program, strlen(cases[i].program)) == 0, "%s",
                      error.text);
        ck_assert_msg(strstr(error.text, strerror(cases[i].reason)) != NULL, "%s", error.text);
    }
}
END_TEST

START_TEST(values_of_any_length_are_an_error_at_most)
{
    size_t lengths[] = {100000, 200000, 2000000};
    for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
        char *value = malloc(lengths[i] + 1);
        ck_assert_ptr_nonnull(value);
        memset(value, 'v', lengths[i]);
        value[lengths[i]] = '\0';
        struct command_value given = {"{url}", value};
        struct error error = {0};
        struct command *command = command_create("true {url}", placeholders, &error);
        ck_assert_ptr_nonnull(command);
        int status = command_run(command, &given, 1, NULL, NULL, 0, &error);
        ck_assert_int_eq(status, i == 0 ? 0 : 127);
        ck_assert_int_eq(error.kind, i == 0 ? ERROR_NONE : ERROR_LOCAL);
        ck_assert(i == 0 || strstr(error.text, strerror(E2BIG)) != NULL);
        command_destroy(command);
        free(value);
    }
}
END_TEST

START_TEST(the_environment_is_kept_and_additions_win)
{
    setenv("HAUL_TEST_KEPT", "kept", 1);
    setenv("HAUL_TEST_REPLACED", "old", 1);
    setenv("HAUL_TEST_REPLACED_NOT", "stays", 1);
    const char *additions[] = {out_variable, "HAUL_TEST_REPLACED=new = \"{}\"", NULL};
    struct command *command = script("env | grep ^HAUL_TEST_ | sort >\"$OUT\"", "");
    struct error error = {0};
    ck_assert_int_eq(command_run(command, values, ARRAY_LENGTH(values), additions, NULL, 0, &error),
                     0);
    ck_assert(scratch_holds("out", "HAUL_TEST_KEPT=kept\nHAUL_TEST_REPLACED=new = \"{}\"\n"
                                   "HAUL_TEST_REPLACED_NOT=stays\n"));
    command_destroy(command);
    unsetenv("HAUL_TEST_KEPT");
    unsetenv("HAUL_TEST_REPLACED");
    unsetenv("HAUL_TEST_REPLACED_NOT");
}
END_TEST

START_TEST(a_program_gets_nothing_of_this_process_but_stderr)
{
    int leak = dup(STDERR_FILENO); /* without close-on-exec */
    ck_assert_int_ge(leak, 3);
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    void (*handler)(int) = signal(SIGPIPE, SIG_IGN);
    /* The C library has two signals of its own ignored in what it starts: 32 and 33. */
    /* By the shell itself, and before it has a pipe open. */
    ck_assert_int_eq(run_script("set -- /proc/$$/fd/*\n"
                                "{ grep -E '^Sig(Blk|Ign)' /proc/self/status | cut -f2 |\n"
                                "sed 's/180000000$/000000000/'\n"
                                "echo \"$@\"; } | sed \"s/$$/PID/g\" >\"$OUT\"\n"
                                "readlink /proc/$$/fd/0 >>\"$OUT\"\n"
                                "[ \"$(readlink /proc/$$/fd/1)\" = \"$(readlink /proc/$$/fd/2)\" ]"
                                " && echo same >>\"$OUT\"\n"
                                "[ \"$(cut -d' ' -f5 /proc/$$/stat)\" = $$ ] && "
                                "echo own group >>\"$OUT\""),
                     0);
    signal(SIGPIPE, handler);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(leak);

    char content[1024] = "";
    FILE *file = fopen(in_scratch("out"), "r");
    ck_assert_ptr_nonnull(file);
    size_t length = fread(content, 1, sizeof(content) - 1, file);
    content[length] = '\0';
    fclose(file);
    /* 10 is where the shell keeps its script, 3 where it reads the folder of descriptors. */
    ck_assert_str_eq(content, "0000000000000000\n0000000000000000\n"
                              "/proc/PID/fd/0 /proc/PID/fd/1 /proc/PID/fd/10 /proc/PID/fd/2 "
                              "/proc/PID/fd/3\n"
                              "/dev/null\nsame\nown group\n");
}
END_TEST

START_TEST(a_parent_that_ignores_its_children_changes_nothing)
{
    void (*before)(int) = signal(SIGCHLD, SIG_IGN);
    ck_assert_int_eq(run_script("exit 3"), 3);
    signal(SIGCHLD, before);
}
END_TEST

/* A program in a thread. */
static struct {
    struct command *command;
    struct cancel *cancel;
    struct thread thread;
    int status;
    int64_t took_us;
} running;

static void running_body(void *context)
{
    (void)context;
    int64_t start_us = clock_monotonic_us();
    running.status = run(running.command, running.cancel, 0);
    running.took_us = clock_monotonic_us() - start_us;
}

/* Returns what the program writes to "ready" first, as a number. */
static pid_t start_running(const char *text)
{
    struct error error = {0};
    ck_assert_int_eq(mkfifo(in_scratch("out"), 0600), 0);
    running.command = script(text, "");
    running.cancel = cancel_create(&error);
    ck_assert_ptr_nonnull(running.cancel);
    ck_assert(thread_start(&running.thread, "running", running_body, NULL, &error));
    FILE *ready = fopen(in_scratch("out"), "r");
    ck_assert_ptr_nonnull(ready);
    long number = 0;
    ck_assert_int_eq(fscanf(ready, "%ld", &number), 1);
    fclose(ready);
    return (pid_t)number;
}

static void join_running(void)
{
    thread_join(&running.thread);
    cancel_destroy(running.cancel);
    command_destroy(running.command);
}

START_TEST(an_abort_ends_a_program_and_draining_does_not)
{
    (void)start_running("echo 1 >\"$OUT\"; read -r number <\"$OUT\"; exit \"$number\"");
    cancel_raise(running.cancel, CANCEL_DRAIN, 1);
    FILE *answer = fopen(in_scratch("out"), "w");
    ck_assert_ptr_nonnull(answer);
    fputs("5\n", answer);
    fclose(answer);
    join_running();
    ck_assert_int_eq(running.status, 5);

    ck_assert_int_eq(unlink(in_scratch("out")), 0);
    (void)start_running("echo 1 >\"$OUT\"; exec sleep 1000");
    cancel_raise(running.cancel, CANCEL_DRAIN, 1);
    cancel_raise(running.cancel, CANCEL_ABORT, 1);
    join_running();
    ck_assert_int_eq(running.status, 128 + SIGTERM);
    ck_assert_int_lt(running.took_us, 2 * CLOCK_SECOND_US);
}
END_TEST

START_TEST(a_program_may_clean_up_when_it_is_ended)
{
    (void)start_running("trap 'rm \"$OUT\"; exit 9' TERM; echo 1 >\"$OUT\"\n"
                        "sleep 1000 & wait");
    cancel_raise(running.cancel, CANCEL_ABORT, 1);
    join_running();
    ck_assert_int_eq(running.status, 9);
    ck_assert_int_eq(scratch_kind("out"), 0);
}
END_TEST

START_TEST(a_program_that_is_stopped_or_does_not_listen_is_killed_in_the_end)
{
    (void)start_running("trap '' TERM; echo 1 >\"$OUT\"; while :; do sleep 1000; done");
    cancel_raise(running.cancel, CANCEL_ABORT, 1);
    join_running();
    ck_assert_int_eq(running.status, 128 + SIGKILL);
    ck_assert_int_ge(running.took_us, 2 * CLOCK_SECOND_US);

    ck_assert_int_eq(unlink(in_scratch("out")), 0);
    (void)start_running("echo 1 >\"$OUT\"; kill -STOP $$");
    cancel_raise(running.cancel, CANCEL_ABORT, 1);
    join_running();
    ck_assert_int_eq(running.status, 128 + SIGTERM);
}
END_TEST

START_TEST(what_a_program_started_ends_with_it)
{
    pid_t pid = start_running("(trap '' TERM; exec sleep 1000) & echo $! >\"$OUT\"; wait");
    int descriptor = pidfd_open(pid, 0);
    ck_assert_int_ge(descriptor, 0);
    cancel_raise(running.cancel, CANCEL_ABORT, 1);
    join_running();
    struct pollfd end = {.fd = descriptor, .events = POLLIN};
    ck_assert_int_eq(poll(&end, 1, DEADLINE_MS), 1);
    close(descriptor);
}
END_TEST

START_TEST(a_program_has_so_much_time_and_no_more)
{
    struct command *command = script("exec sleep 1000", "");
    int64_t start_us = clock_monotonic_us();
    ck_assert_int_eq(run(command, NULL, CLOCK_SECOND_US / 10), 128 + SIGTERM);
    ck_assert_int_ge(clock_monotonic_us() - start_us, CLOCK_SECOND_US / 10);
    command_destroy(command);
    command = script("exit 4", "");
    ck_assert_int_eq(run(command, NULL, INT64_MAX), 4);
    command_destroy(command);
}
END_TEST

START_TEST(nobody_spins_while_a_run_drains)
{
    struct error error = {0};
    struct cancel *cancel = cancel_create(&error);
    ck_assert_ptr_nonnull(cancel);
    cancel_raise(cancel, CANCEL_DRAIN, 1);
    struct command *command = script("exec sleep 1000", "");
    int64_t user_us[2];
    int64_t system_us[2];
    clock_cpu_us(&user_us[0], &system_us[0]);
    ck_assert_int_eq(run(command, cancel, CLOCK_SECOND_US / 2), 128 + SIGTERM);
    clock_cpu_us(&user_us[1], &system_us[1]);
    ck_assert_int_lt(user_us[1] - user_us[0] + system_us[1] - system_us[0], CLOCK_SECOND_US / 4);
    command_destroy(command);
    cancel_destroy(cancel);
}
END_TEST

static void run_without_pidfd(void)
{
    scratch_refuse_call(SYS_pidfd_open, ENOSYS);
    struct error error = {0};
    EXPECT(run_line("sh -c 'exit 3'", &error) == 3);
    struct command *command = command_create("sleep 1000", placeholders, &error);
    EXPECT(command_run(command, NULL, 0, NULL, NULL, 1000, &error) == 128 + SIGTERM);
    struct cancel *cancel = cancel_create(&error);
    cancel_raise(cancel, CANCEL_ABORT, 1);
    EXPECT(command_run(command, NULL, 0, NULL, cancel, 0, &error) == 128 + SIGTERM);
    EXPECT(error.kind == ERROR_NONE);
    cancel_destroy(cancel);
    command_destroy(command);
}

static void run_without_descriptors(void)
{
    struct rlimit limit = {.rlim_cur = 3, .rlim_max = 3};
    EXPECT(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    struct error error = {0};
    EXPECT(run_line("true", &error) == 127);
    EXPECT(error.kind == ERROR_LOCAL && strstr(error.text, strerror(EMFILE)) != NULL);
}

START_TEST(an_older_kernel_is_enough)
{
    (void)scratch_child(run_without_pidfd, "no descriptors of processes");
}
END_TEST

START_TEST(without_descriptors_nothing_is_started)
{
    (void)scratch_child(run_without_descriptors, "no descriptors");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("command");
    TCase *tests = tcase_create("programs");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_loop_test(tests, a_line_is_split_once_and_values_never, 0, ARRAY_LENGTH(split_cases));
    tcase_add_loop_test(tests, what_cannot_be_meant_is_refused, 0, ARRAY_LENGTH(refused_cases));
    tcase_add_test(tests, a_line_without_end_is_refused);
    tcase_add_test(tests, a_path_never_becomes_an_option);
    tcase_add_loop_test(tests, the_status_says_how_a_program_ended, 0, ARRAY_LENGTH(status_cases));
    tcase_add_test(tests, a_program_that_cannot_be_started_is_told_from_one_that_fails);
    tcase_add_test(tests, values_of_any_length_are_an_error_at_most);
    tcase_add_test(tests, the_environment_is_kept_and_additions_win);
    tcase_add_test(tests, a_program_gets_nothing_of_this_process_but_stderr);
    tcase_add_test(tests, a_parent_that_ignores_its_children_changes_nothing);
    tcase_add_test(tests, an_abort_ends_a_program_and_draining_does_not);
    tcase_add_test(tests, a_program_may_clean_up_when_it_is_ended);
    tcase_add_test(tests, a_program_that_is_stopped_or_does_not_listen_is_killed_in_the_end);
    tcase_add_test(tests, what_a_program_started_ends_with_it);
    tcase_add_test(tests, a_program_has_so_much_time_and_no_more);
    tcase_add_test(tests, nobody_spins_while_a_run_drains);
    tcase_add_test(tests, an_older_kernel_is_enough);
    tcase_add_test(tests, without_descriptors_nothing_is_started);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
