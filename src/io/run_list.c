#include "io/run_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "io/directory.h"

#define RUNS_NAME "runs"
#define ID_TIME "%Y%m%dT%H%M%SZ"

static bool is_run_id(const char *name)
{
    static const char shape[RUN_ID_SIZE] = "00000000T000000Z-xxxx";
    if (strlen(name) != RUN_ID_SIZE - 1)
        return false;
    for (size_t i = 0; shape[i] != '\0'; i++) {
        bool is_digit = name[i] >= '0' && name[i] <= '9';
        bool is_letter = name[i] >= 'a' && name[i] <= 'f';
        bool fits = shape[i] == '0'   ? is_digit
                    : shape[i] == 'x' ? is_digit || is_letter
                                      : name[i] == shape[i];
        if (!fits)
            return false;
    }
    return true;
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(a, b);
}

void run_list_init(struct run_list *list, const struct root *root)
{
    *list = (struct run_list){.directory = -1};
    int directory = directory_open(root_private_descriptor(root), RUNS_NAME);
    if (directory < 0)
        return;
    list->directory = directory;
    int own = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* its own position */
    DIR *stream = own < 0 ? NULL : fdopendir(own);
    if (stream == NULL) {
        if (own >= 0)
            close(own);
        return;
    }
    size_t capacity = 0;
    for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
        if (!is_run_id(entry->d_name))
            continue;
        if (list->count == capacity) {
            capacity = capacity == 0 ? 16 : 2 * capacity;
            list->ids = memory_resize(list->ids, capacity, RUN_ID_SIZE);
        }
        memcpy(list->ids[list->count++], entry->d_name, RUN_ID_SIZE);
    }
    closedir(stream);
    if (list->count > 0)
        qsort(list->ids, list->count, RUN_ID_SIZE, compare_ids);
}

void run_list_clear(struct run_list *list)
{
    if (list->directory >= 0)
        close(list->directory);
    free(list->ids);
    *list = (struct run_list){.directory = -1};
}

int run_list_open_file(const struct run_list *list, size_t run, const char *name)
{
    int directory = directory_open(list->directory, list->ids[run]);
    if (directory < 0)
        return directory;
    struct stat status;
    /* O_NONBLOCK: a planted FIFO must not make the open wait. */
    int descriptor =
        openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    int result = descriptor < 0 ? -errno : descriptor;
    close(directory);
    if (descriptor >= 0 && (fstat(descriptor, &status) < 0 || !S_ISREG(status.st_mode))) {
        close(descriptor);
        result = -EINVAL;
    }
    return result;
}

int64_t run_list_start_us(const struct run_list *list, size_t run)
{
    struct tm parts = {0};
    if (strptime(list->ids[run], ID_TIME, &parts) == NULL)
        return 0; /* digits that are no date */
    return (int64_t)timegm(&parts) * CLOCK_SECOND_US;
}
