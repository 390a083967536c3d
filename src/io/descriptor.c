#include "io/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* How often somebody who waits for a reader looks whether to go on. */
#define LOOK_MS 200

/* False when the descriptor has not become writable within the time. */
static bool wait_until_writable(int descriptor, int milliseconds)
{
    struct pollfd wanted = {.fd = descriptor, .events = POLLOUT};
    int count = poll(&wanted, 1, milliseconds);
    return count > 0 || (count < 0 && errno != EINTR); /* let write say what is wrong */
}

int descriptor_write(int descriptor, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(descriptor, bytes, length);
        if (written < 0 && errno == EAGAIN)
            wait_until_writable(descriptor, -1);
        else if (written < 0 && errno != EINTR)
            return -errno;
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return 0;
}

/* Another descriptor of the same pipe or terminal, on which no write waits: the flag on the one
 * that was given would be that of all programs that share it. -1 where there is none to be had. */
static int reopen(int descriptor)
{
    struct stat status;
    char path[40];
    bool may_wait = fstat(descriptor, &status) == 0 &&
                    (S_ISFIFO(status.st_mode) || (S_ISCHR(status.st_mode) && isatty(descriptor)));
    if (!may_wait)
        return -1;
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/* What may be written at once: a pipe that is writable takes this much without waiting (POSIX:
 * PIPE_BUF). Files never wait. */
static size_t piece_of(int descriptor, bool is_reopened, size_t length)
{
    struct stat status;
    bool never_waits = is_reopened || (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode));
    return length > PIPE_BUF && !never_waits ? PIPE_BUF : length;
}

int descriptor_write_unless(int descriptor, const char *bytes, size_t length,
                            const struct cancel *cancel)
{
    int own = reopen(descriptor);
    int target = own >= 0 ? own : descriptor;
    int result = 0;
    while (length > 0 && result == 0) {
        if (!wait_until_writable(target, LOOK_MS)) {
            if (cancel != NULL && cancel_level(cancel) == CANCEL_ABORT)
                result = -ECANCELED;
            continue;
        }
        ssize_t written = write(target, bytes, piece_of(descriptor, own >= 0, length));
        if (written < 0 && errno != EINTR && errno != EAGAIN)
            result = -errno;
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    if (own >= 0)
        close(own);
    return result;
}

bool descriptor_write_now(int descriptor, const char *bytes, size_t length)
{
    int own = reopen(descriptor);
    int target = own >= 0 ? own : descriptor;
    bool is_written =
        wait_until_writable(target, 0) &&
        write(target, bytes, piece_of(descriptor, own >= 0, length)) == (ssize_t)length;
    if (own >= 0)
        close(own);
    return is_written;
}

int descriptor_close(int descriptor)
{
    /* EINTR: Linux has released the descriptor all the same. */
    return close(descriptor) < 0 && errno != EINTR ? -errno : 0;
}
