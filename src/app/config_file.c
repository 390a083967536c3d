#include "app/config_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "model/config_parser.h"

#define CHUNK_BYTES (64 * 1024)

/* Nothing is there, as far as this user can know. A home that may not be entered (as systemd's
 * ProtectHome makes it) holds no configuration either. */
static bool is_missing(const char *path, int errno_value)
{
    struct stat status;
    return errno_value == ENOENT || errno_value == ENOTDIR ||
           (errno_value == EACCES && lstat(path, &status) != 0 && errno == EACCES);
}

/* Options can run programs: nobody else may have written them. */
static bool check_owner(const char *path, int descriptor, struct error *error)
{
    struct stat status;

    if (fstat(descriptor, &status) != 0)
        return error_set_errno(error, ERROR_USAGE, errno, "cannot read %s", path);
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_USAGE, "%s is not a regular file", path);
    if ((status.st_mode & S_IWOTH) != 0)
        return error_set(error, ERROR_USAGE, "%s is refused: everybody may write to it", path);
    if (status.st_uid != 0 && status.st_uid != geteuid())
        return error_set(error, ERROR_USAGE, "%s is refused: it belongs to another user", path);
    return true;
}

static bool read_all(const char *path, int descriptor, char **out_bytes, size_t *out_length,
                     struct error *error)
{
    char *bytes = NULL;
    size_t length = 0;
    ssize_t count;

    do {
        bytes = memory_resize(bytes, length + CHUNK_BYTES, 1);
        count = read(descriptor, bytes + length, CHUNK_BYTES);
        if (count > 0)
            length += (size_t)count;
    } while ((count > 0 && length <= CONFIG_PARSER_BYTES_MAX) || (count < 0 && errno == EINTR));
    if (count < 0) {
        error_set_errno(error, ERROR_USAGE, errno, "cannot read %s", path);
    } else if (length > CONFIG_PARSER_BYTES_MAX) {
        error_set(error, ERROR_USAGE, "%s is larger than %d bytes", path, CONFIG_PARSER_BYTES_MAX);
    } else {
        *out_bytes = bytes;
        *out_length = length;
        return true;
    }
    free(bytes);
    return false;
}

bool config_file_read(const char *path, enum config_file_kind kind, char **out_bytes,
                      size_t *out_length, struct error *error)
{
    /* A pipe without a writer must not hold up a command that did not ask for it. */
    int waits = kind == CONFIG_FILE_FOUND ? O_NONBLOCK : 0;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | waits);

    if (descriptor < 0) {
        if (kind == CONFIG_FILE_NAMED || !is_missing(path, errno))
            return error_set_errno(error, ERROR_USAGE, errno, "cannot read %s", path);
        *out_bytes = NULL;
        *out_length = 0;
        return true;
    }
    bool is_read = (kind == CONFIG_FILE_NAMED || check_owner(path, descriptor, error)) &&
                   read_all(path, descriptor, out_bytes, out_length, error);
    close(descriptor);
    return is_read;
}
