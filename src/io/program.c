#include "io/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define STATUS_NOT_STARTED 127
#define STATUS_SIGNALLED 128
#define GRACE_US (2 * CLOCK_SECOND_US) /* between SIGTERM and SIGKILL */

/* How often a program is looked at where its end cannot be waited for. */
#define LOOK_US (CLOCK_SECOND_US / 20)

struct program {
    pid_t pid;
    int waiter;     /* epoll: the end of the program, and the cancel */
    int descriptor; /* of the process; -1 where the kernel gives none */
};

/* All threads of haul block signals, and SIGPIPE is ignored: none of that is the program's
 * business. libcurl and others open descriptors that would survive exec: all above 2 are closed. */
static int spawn(char *const *arguments, char *const *environment, pid_t *out_pid)
{
    posix_spawn_file_actions_t actions;
    int result = posix_spawn_file_actions_init(&actions);
    if (result != 0)
        return result;
    posix_spawnattr_t attributes;
    result = posix_spawnattr_init(&attributes);
    if (result != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return result;
    }

    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETPGROUP);

    result = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (result == 0)
        result = posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
    if (result == 0)
        result = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    if (result == 0)
        result = posix_spawnp(out_pid, arguments[0], &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return result;
}

/* Whoever started haul may ignore SIGCHLD; then the kernel forgets how children ended. */
static void remember_children(void)
{
    struct sigaction action;
    if (sigaction(SIGCHLD, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
        signal(SIGCHLD, SIG_DFL);
}

/* The cancel's descriptor stays readable from the first raise on; edges alone tell of the second.
 */
static bool watch_cancel(int waiter, const struct cancel *cancel)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    return epoll_ctl(waiter, EPOLL_CTL_ADD, cancel_descriptor(cancel), &event) == 0;
}

/* Without a descriptor of the process (before Linux 5.3, or none is left) wait_for_end looks. */
static void watch_process(struct program *program)
{
    struct epoll_event event = {.events = EPOLLIN};
    program->descriptor = pidfd_open(program->pid, 0);
    if (program->descriptor < 0 ||
        epoll_ctl(program->waiter, EPOLL_CTL_ADD, program->descriptor, &event) == 0)
        return;
    close(program->descriptor);
    program->descriptor = -1;
}

/* It is not reaped yet: its number still means it and its group. */
static bool has_ended(const struct program *program)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)program->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == program->pid;
}

static int milliseconds(int64_t us)
{
    return us / 1000 >= INT_MAX ? INT_MAX : (int)(us / 1000 + 1);
}

/* False when the time has come before, or the run was aborted (cancel may be NULL). */
static bool wait_for_end(const struct program *program, const struct cancel *cancel,
                         int64_t until_us)
{
    while (!has_ended(program)) {
        int64_t left_us = until_us - clock_monotonic_us();
        if (left_us <= 0 || (cancel != NULL && cancel_level(cancel) == CANCEL_ABORT))
            return false;
        if (program->descriptor < 0 && left_us > LOOK_US)
            left_us = LOOK_US;
        struct epoll_event event;
        (void)epoll_wait(program->waiter, &event, 1, milliseconds(left_us));
    }
    return true;
}

/* The whole group, or the program alone when it has left its group. */
static void send_signal(const struct program *program, int number)
{
    if (kill(-program->pid, number) != 0)
        (void)kill(program->pid, number);
}

static void end_now(const struct program *program)
{
    send_signal(program, SIGTERM);
    send_signal(program, SIGCONT); /* a stopped one would not notice */
    (void)wait_for_end(program, NULL, clock_monotonic_us() + GRACE_US);
    /* Also when it has ended: what it started in its group is not left behind. */
    send_signal(program, SIGKILL);
}

static int reap(const struct program *program)
{
    siginfo_t info = {0};
    while (waitid(P_PID, (id_t)program->pid, &info, WEXITED) != 0 && errno == EINTR)
        continue;
    return info.si_code == CLD_EXITED ? info.si_status : STATUS_SIGNALLED + info.si_status;
}

static int not_started(int errno_value, const char *name, struct error *error)
{
    error_set_errno(error, ERROR_LOCAL, errno_value, "%s", name);
    return STATUS_NOT_STARTED;
}

int program_run(char *const *arguments, char *const *environment, const struct cancel *cancel,
                int64_t limit_us, struct error *error)
{
    int64_t now_us = clock_monotonic_us();
    int64_t until_us =
        limit_us == 0 || limit_us > CLOCK_NEVER - now_us ? CLOCK_NEVER : now_us + limit_us;
    remember_children();

    /* Made first: a program that runs could not be left alone when this fails. */
    struct program program = {.waiter = epoll_create1(EPOLL_CLOEXEC)};
    if (program.waiter < 0)
        return not_started(errno, arguments[0], error);
    int result = 0;
    if (cancel != NULL && !watch_cancel(program.waiter, cancel))
        result = errno;
    if (result == 0)
        result = spawn(arguments, environment, &program.pid);
    if (result != 0) {
        close(program.waiter);
        return not_started(result, arguments[0], error);
    }

    watch_process(&program);
    if (!wait_for_end(&program, cancel, until_us))
        end_now(&program);
    int status = reap(&program);
    if (program.descriptor >= 0)
        close(program.descriptor);
    close(program.waiter);
    return status;
}
