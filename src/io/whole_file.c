#include "io/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/descriptor.h"

#define KEPT_NAME_BYTES 200 /* of the file's name in the temporary one's */

/* Something may be left there by a killed process that had this one's number. */
static int create_temporary(int directory, const char *temporary)
{
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int descriptor = openat(directory, temporary, flags, 0644);
    if (descriptor < 0 && errno == EEXIST && unlinkat(directory, temporary, 0) == 0)
        descriptor = openat(directory, temporary, flags, 0644);
    return descriptor;
}

/* A name that leads to a device or a pipe means a place to write to, not one to take away: root
 * would replace /dev/null itself. */
static bool is_in_the_way(int directory, const char *name)
{
    struct stat status;
    return fstatat(directory, name, &status, 0) == 0 && !S_ISREG(status.st_mode) &&
           !S_ISDIR(status.st_mode); /* rename has its own word for these */
}

int whole_file_replace(int directory, const char *name, const char *bytes, size_t length)
{
    char temporary[KEPT_NAME_BYTES + 40];
    if (is_in_the_way(directory, name))
        return -EEXIST;
    snprintf(temporary, sizeof temporary, ".%.*s.%ld.tmp", KEPT_NAME_BYTES, name, (long)getpid());
    int descriptor = create_temporary(directory, temporary);
    if (descriptor < 0)
        return -errno;
    int result = descriptor_write(descriptor, bytes, length);
    if (result == 0 && fsync(descriptor) != 0)
        result = -errno;
    int closed = descriptor_close(descriptor);
    if (result == 0)
        result = closed;
    if (result == 0 && renameat(directory, temporary, directory, name) != 0)
        result = -errno;
    if (result != 0)
        (void)unlinkat(directory, temporary, 0);
    return result;
}
