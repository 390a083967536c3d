#include "app/report_page_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/descriptor.h"
#include "io/html_report.h"
#include "io/whole_file.h"

#define PRIVATE_PART "/.haul/"
#define PAGE_SUFFIX ".html"

static const char *name_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash == NULL ? file : slash + 1;
}

/* Of the folder that the file is in, with a slash; to be freed. */
static char *parent_of(const char *file)
{
    const char *name = name_of(file);
    return name == file ? memory_copy_string("./") : memory_copy_bytes(file, (size_t)(name - file));
}

static bool is_private(const char *file)
{
    struct text path;
    char *parent = parent_of(file);
    char *real = realpath(parent, NULL);
    text_init(&path, SIZE_MAX);
    text_append_string(&path, real != NULL ? real : parent);
    text_append_char(&path, '/');
    bool is_below = strstr(path.data, PRIVATE_PART) != NULL;
    text_clear(&path);
    free(real);
    free(parent);
    return is_below;
}

static bool is_named_page(const char *file)
{
    size_t length = strlen(file);
    size_t suffix = sizeof PAGE_SUFFIX - 1;
    return length > suffix && strcmp(file + length - suffix, PAGE_SUFFIX) == 0;
}

/* True when there is no such file, when it is empty or no regular one, or begins as pages do. */
static bool may_be_replaced(const char *file)
{
    char beginning[sizeof HTML_REPORT_BEGINNING - 1];
    struct stat status;
    if (stat(file, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0)
        return true;
    int descriptor = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0)
        return false;
    ssize_t count = read(descriptor, beginning, sizeof beginning);
    close(descriptor);
    return count == (ssize_t)sizeof beginning &&
           memcmp(beginning, HTML_REPORT_BEGINNING, sizeof beginning) == 0;
}

bool report_page_file_check(const char *file, struct error *error)
{
    if (strcmp(file, "-") == 0)
        return true;
    if (is_private(file) && !is_named_page(file))
        return error_set(error, ERROR_USAGE, "--html would replace what haul keeps for itself: %s",
                         file);
    return may_be_replaced(file) ||
           error_set(error, ERROR_USAGE, "--html would replace a file that is no page of haul: %s",
                     file);
}

/* A device or a pipe: what is there stays, and takes the page. */
static int write_into(const char *file, const struct text *page)
{
    int descriptor = open(file, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int flags = descriptor < 0 ? -1 : fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) < 0) {
        int failure = errno;
        if (descriptor >= 0)
            close(descriptor);
        return -failure;
    }
    int result = descriptor_write(descriptor, page->data, page->length);
    int closed = descriptor_close(descriptor);
    return result < 0 ? result : closed;
}

int report_page_file_write(const char *file, const struct text *page)
{
    struct stat status;
    if (strcmp(file, "-") == 0)
        return descriptor_write(STDOUT_FILENO, page->data, page->length);
    if (stat(file, &status) == 0 && !S_ISREG(status.st_mode))
        return write_into(file, page);
    char *parent = parent_of(file);
    int directory = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int result = directory < 0
                     ? -errno
                     : whole_file_replace(directory, name_of(file), page->data, page->length);
    if (directory >= 0)
        close(directory);
    free(parent);
    return result;
}
