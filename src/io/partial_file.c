#include "io/partial_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "io/descriptor.h"
#include "io/directory.h"
#include "io/root_handle.h"

#define BOOT_FILE "/proc/sys/kernel/random/boot_id"

static char *name_with(struct key key, const char *suffix, char out[PARTIAL_NAME_SIZE])
{
    char digits[KEY_TEXT_SIZE];
    snprintf(out, PARTIAL_NAME_SIZE, "%s%s", key_format(key, digits), suffix);
    return out;
}

char *partial_file_name(struct key key, char out[PARTIAL_NAME_SIZE])
{
    return name_with(key, ROOT_PART_SUFFIX, out);
}

bool partial_file_any(const struct root *root)
{
    return root->has_parts;
}

/* At most size - 1 bytes and a NUL; the length, or a negative errno value. */
static ssize_t read_whole(int descriptor, char *out, size_t size)
{
    size_t used = 0;
    while (used < size - 1) {
        ssize_t got = read(descriptor, out + used, size - 1 - used);
        if (got < 0 && errno != EINTR)
            return -errno;
        if (got == 0)
            break;
        used += got > 0 ? (size_t)got : 0;
    }
    out[used] = '\0';
    return (ssize_t)used;
}

/* "" where it cannot be known: then no other run takes itself for one of this boot. */
static void read_boot(char out[PARTIAL_BOOT_SIZE])
{
    out[0] = '\0';
    int descriptor = open(BOOT_FILE, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    ssize_t length = read_whole(descriptor, out, PARTIAL_BOOT_SIZE);
    close(descriptor);
    if (length != PARTIAL_BOOT_SIZE - 1)
        out[0] = '\0';
}

/* 0 when there is none, -1 when it cannot be used. */
static int read_info(const struct root *root, struct key key, struct partial *out)
{
    char name[PARTIAL_NAME_SIZE];
    int descriptor = openat(root->temporary_directory, name_with(key, ROOT_INFO_SUFFIX, name),
                            O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0)
        return errno == ENOENT ? 0 : -1;
    char bytes[PARTIAL_TEXT_BYTES + 2];
    struct stat status;
    bool is_regular = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
    ssize_t length = is_regular ? read_whole(descriptor, bytes, sizeof bytes) : -1;
    close(descriptor);
    return length > 0 && partial_parse(bytes, (size_t)length, out) ? 1 : -1;
}

/* Cuts the part to what can be relied on. */
static bool measure(struct root *root, struct key key, struct partial *partial)
{
    char name[PARTIAL_NAME_SIZE];
    int descriptor = root_open_part(root, partial_file_name(key, name));
    if (descriptor < 0)
        return false;
    char boot[PARTIAL_BOOT_SIZE];
    read_boot(boot);
    bool is_same_boot = boot[0] != '\0' && strcmp(boot, partial->boot) == 0;
    struct stat status;
    bool is_usable = fstat(descriptor, &status) == 0;
    if (is_usable) {
        partial->bytes = is_same_boot ? status.st_size : partial->synced_bytes;
        /* Complete, but without its name: the last byte is asked for, and brings all checks. */
        partial->bytes -= partial->bytes == partial->total;
        is_usable =
            partial->bytes > 0 && partial->bytes < partial->total &&
            partial->bytes <= status.st_size && partial->synced_bytes <= status.st_size &&
            (partial->bytes == status.st_size || ftruncate(descriptor, partial->bytes) == 0);
    }
    close(descriptor);
    return is_usable;
}

bool partial_file_load(struct root *root, struct key key, struct partial *out)
{
    struct partial partial = {0};
    int found = read_info(root, key, &partial);
    if (found > 0 && measure(root, key, &partial)) {
        *out = partial;
        return true;
    }
    partial_clear(&partial);
    if (found != 0) /* most have none, and for them this is all that it costs */
        partial_file_end(root, key, true);
    return false;
}

static int write_info(const struct root *root, const char *name, const struct partial *partial)
{
    int descriptor = openat(root->temporary_directory, name,
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return -errno;
    struct partial note = *partial;
    read_boot(note.boot);
    struct text text;
    text_init(&text, PARTIAL_TEXT_BYTES);
    partial_format(&note, &text);
    int result = text.is_full ? -EMSGSIZE : descriptor_write(descriptor, text.data, text.length);
    text_clear(&text);
    int closed = descriptor_close(descriptor);
    if (result == 0)
        result = closed;
    if (result < 0)
        unlinkat(root->temporary_directory, name, 0);
    return result;
}

int partial_file_begin(struct root *root, struct key key, const struct partial *partial)
{
    char name[PARTIAL_NAME_SIZE];
    partial_file_end(root, key, true);
    struct partial anew = *partial;
    anew.synced_bytes = 0;
    return write_info(root, name_with(key, ROOT_INFO_SUFFIX, name), &anew);
}

/* What is noted changes at once or not at all. */
int partial_file_continue(struct root *root, struct key key, const struct partial *partial)
{
    char name[PARTIAL_NAME_SIZE], fresh[PARTIAL_NAME_SIZE];
    int directory = root->temporary_directory;
    name_with(key, ROOT_INFO_SUFFIX, name);
    name_with(key, ".new", fresh);
    unlinkat(directory, fresh, 0);
    int result = write_info(root, fresh, partial);
    if (result == 0 && renameat(directory, fresh, directory, name) < 0) {
        result = -errno;
        unlinkat(directory, fresh, 0);
    }
    return result;
}

int partial_file_keep(struct root *root, struct key key, const struct partial *partial)
{
    char name[PARTIAL_NAME_SIZE];
    int descriptor = root_open_part(root, partial_file_name(key, name));
    if (descriptor < 0)
        return descriptor;
    struct stat status;
    int result = fdatasync(descriptor) < 0 || fstat(descriptor, &status) < 0 ? -errno : 0;
    close(descriptor);
    if (result < 0)
        return result;
    struct partial synced = *partial;
    synced.synced_bytes = status.st_size;
    return partial_file_continue(root, key, &synced);
}

void partial_file_end(struct root *root, struct key key, bool with_part)
{
    char name[PARTIAL_NAME_SIZE];
    unlinkat(root->temporary_directory, name_with(key, ROOT_INFO_SUFFIX, name), 0);
    if (with_part)
        unlinkat(root->temporary_directory, partial_file_name(key, name), 0);
}

static bool is_no_part(void *context, const char *name)
{
    (void)context;
    return !partial_is_name(name, ROOT_PART_SUFFIX) && !partial_is_name(name, ROOT_INFO_SUFFIX);
}

void partial_file_remove_all(struct root *root)
{
    directory_remove_files_unless(root->temporary_directory, is_no_part, NULL);
}
