#include "io/descriptor.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
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

int descriptor_write_unless(int descriptor, const char *bytes, size_t length,
                            const struct cancel *cancel)
{
    struct stat status;
    bool never_waits = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    while (length > 0) {
        if (!wait_until_writable(descriptor, LOOK_MS)) {
            if (cancel != NULL && cancel_level(cancel) == CANCEL_ABORT)
                return -ECANCELED;
            continue;
        }
        /* A pipe that is writable takes this much without waiting (POSIX: PIPE_BUF). */
        size_t piece = length > PIPE_BUF && !never_waits ? PIPE_BUF : length;
        ssize_t written = write(descriptor, bytes, piece);
        if (written < 0 && errno != EINTR && errno != EAGAIN)
            return -errno;
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
    }
    return 0;
}

int descriptor_close(int descriptor)
{
    /* EINTR: Linux has released the descriptor all the same. */
    return close(descriptor) < 0 && errno != EINTR ? -errno : 0;
}
