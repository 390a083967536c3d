#include "io/practice_process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "io/descriptor.h"

#define LIST_BYTES_MAX ((size_t)64 << 20)

struct practice_process {
    pid_t pid;
    int life;      /* our end of a pipe: the server ends when it is closed */
    int list;      /* descriptor of the list, in memory */
    char path[64]; /* of it */
};

/* What the server says when it is there, or why it is not. */
struct greeting {
    bool is_running;
    struct error error;
};

static int write_list(const struct practice_server *server, int descriptor)
{
    struct text list;
    text_init(&list, LIST_BYTES_MAX);
    practice_server_append_list(server, &list);
    int result = list.is_full ? -EFBIG : descriptor_write(descriptor, list.data, list.length);
    text_clear(&list);
    return result;
}

/* The server's process, until the other end of its pipe is closed. */
static NORETURN void serve(const struct practice_settings *settings, int list, int greetings,
                           int life)
{
    struct greeting greeting;
    memset(&greeting, 0, sizeof(greeting));
    struct practice_server *server = practice_server_start(settings, &greeting.error);
    int result = server != NULL ? write_list(server, list) : 0;
    if (result < 0)
        error_set_errno(&greeting.error, ERROR_LOCAL, -result, "practice server: no list");
    greeting.is_running = server != NULL && result == 0;
    char byte;
    if (descriptor_write(greetings, (const char *)&greeting, sizeof(greeting)) == 0 &&
        greeting.is_running) {
        while (read(life, &byte, 1) < 0 && errno == EINTR)
            continue;
    }
    practice_server_stop(server);
    _exit(0);
}

static bool read_greeting(int descriptor, struct greeting *out)
{
    size_t length = 0;
    while (length < sizeof(*out)) {
        ssize_t count = read(descriptor, (char *)out + length, sizeof(*out) - length);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        length += (size_t)count;
    }
    return true;
}

static bool fork_server(struct practice_process *process, const struct practice_settings *settings,
                        struct error *error)
{
    int greetings[2];
    int life[2];
    struct greeting greeting;
    if (pipe2(greetings, O_CLOEXEC) < 0)
        return error_set_errno(error, ERROR_LOCAL, errno, "practice server: no pipe");
    if (pipe2(life, O_CLOEXEC) < 0) {
        close(greetings[0]);
        close(greetings[1]);
        return error_set_errno(error, ERROR_LOCAL, errno, "practice server: no pipe");
    }
    process->pid = fork();
    if (process->pid == 0) {
        close(greetings[0]);
        close(life[1]);
        serve(settings, process->list, greetings[1], life[0]);
    }
    int reason = errno;
    close(greetings[1]);
    close(life[0]);
    process->life = life[1];
    bool is_heard = process->pid > 0 && read_greeting(greetings[0], &greeting);
    close(greetings[0]);
    if (process->pid < 0)
        return error_set_errno(error, ERROR_LOCAL, reason, "practice server: no process");
    if (!is_heard)
        return error_set(error, ERROR_LOCAL, "the practice server ended unexpectedly");
    if (!greeting.is_running)
        *error = greeting.error;
    return greeting.is_running;
}

struct practice_process *practice_process_start(const struct practice_settings *settings,
                                                struct error *error)
{
    struct practice_process *process = memory_allocate_zeroed(1, sizeof(*process));
    process->life = -1;
    process->pid = -1;
    process->list = memfd_create("list", MFD_CLOEXEC);
    if (process->list < 0)
        error_set_errno(error, ERROR_LOCAL, errno, "practice server: no memory for its list");
    if (process->list < 0 || !fork_server(process, settings, error)) {
        practice_process_stop(process);
        return NULL;
    }
    snprintf(process->path, sizeof(process->path), "/proc/self/fd/%d", process->list);
    return process;
}

void practice_process_stop(struct practice_process *process)
{
    if (process == NULL)
        return;
    if (process->life >= 0)
        close(process->life);
    while (process->pid > 0 && waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    if (process->list >= 0)
        close(process->list);
    free(process);
}

const char *practice_process_list(const struct practice_process *process)
{
    return process->path;
}
