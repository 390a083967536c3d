/* Runs a function in a child process, for tests of what ends a process. Works with CK_FORK=no. */
#ifndef HAUL_TESTS_CHILD_H
#define HAUL_TESTS_CHILD_H

#include <check.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILD_DEADLINE_S 20

struct child {
    int status;      /* as from waitpid */
    char text[4096]; /* what it wrote to stderr, cut when longer */
};

static inline struct child child_run(void (*body)(void))
{
    struct child child = {0};
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct rlimit no_core = {0};
        setrlimit(RLIMIT_CORE, &no_core);
        alarm(CHILD_DEADLINE_S);
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        body();
        _exit(0);
    }
    close(ends[1]);
    size_t length = 0;
    ssize_t got;
    while ((got = read(ends[0], child.text + length, sizeof child.text - 1 - length)) > 0)
        length += (size_t)got;
    close(ends[0]);
    ck_assert_int_eq(waitpid(pid, &child.status, 0), pid);
    return child;
}

#endif
