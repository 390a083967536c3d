#include "io/descriptor.h"

#include <errno.h>
#include <unistd.h>

int descriptor_write(int descriptor, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(descriptor, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return written < 0 ? -errno : -EIO;
        bytes += written;
        length -= (size_t)written;
    }
    return 0;
}

int descriptor_close(int descriptor)
{
    /* EINTR: Linux has released the descriptor all the same. */
    return close(descriptor) < 0 && errno != EINTR ? -errno : 0;
}
