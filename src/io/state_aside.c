#include "io/state_aside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/directory.h"
#include "io/state_handle.h"

#define NUMBERS_MAX 10000 /* states set aside within one second */

/* The log after the database: a kill in between leaves one without the other, which is seen. */
static const char *const SUFFIXES[] = {"", "-wal", "-shm"};

static bool is_there(int directory, const char *name)
{
    struct stat status;
    return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

/* Ends like the ids of runs: RFC 3339 without its separators. */
static void format_base(char *out, size_t size)
{
    time_t now = (time_t)(clock_wall_us() / CLOCK_SECOND_US);
    struct tm parts;
    gmtime_r(&now, &parts);
    out[strftime(out, size, STATE_NAME ".set-aside-%Y%m%dT%H%M%SZ", &parts)] = '\0';
}

static void add_suffix(char out[80], const char *name, const char *suffix)
{
    snprintf(out, 80, "%s%s", name, suffix);
}

/* A name that is free with all suffixes, so that the three stay together. */
static bool find_free(int directory, char *out, size_t size)
{
    char base[48];
    format_base(base, sizeof(base));
    for (unsigned number = 1; number < NUMBERS_MAX; number++) {
        bool is_free = true;
        if (number == 1)
            snprintf(out, size, "%s", base);
        else
            snprintf(out, size, "%s-%u", base, number);
        for (size_t i = 0; i < ARRAY_LENGTH(SUFFIXES) && is_free; i++) {
            char name[80];
            add_suffix(name, out, SUFFIXES[i]);
            is_free = !is_there(directory, name);
        }
        if (is_free)
            return true;
    }
    return false;
}

static bool is_file(int directory, const char *name)
{
    struct stat status;
    return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode);
}

/* Without room for an empty file there will be none for a new state, either. */
static void note_debt(int directory)
{
    int descriptor = openat(directory, STATE_DEBT_NAME,
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (descriptor >= 0)
        close(descriptor);
}

bool state_aside_move(struct root *root, const char *reason, struct state_set_aside *out,
                      struct error *error)
{
    int directory = root_private_descriptor(root);
    struct state_set_aside aside = {.happened = true};
    snprintf(aside.reason, sizeof(aside.reason), "%s", reason);
    note_debt(directory);
    int result = find_free(directory, aside.name, sizeof(aside.name)) ? 0 : -EEXIST;
    for (size_t i = 0; i < ARRAY_LENGTH(SUFFIXES) && result == 0; i++) {
        char from[80], to[80];
        add_suffix(from, STATE_NAME, SUFFIXES[i]);
        add_suffix(to, aside.name, SUFFIXES[i]);
        result = directory_move(directory, from, directory, to);
        if (result == -ENOENT)
            result = 0;
    }
    if (result < 0)
        return error_set_errno(error, ERROR_LOCAL, -result,
                               "cannot set %s/" STATE_NAME " aside, which is not usable (%s)",
                               root_private_path(root), reason);
    directory_remove_file(directory, STATE_MARK_NAME);
    *out = aside;
    return true;
}

bool state_aside_has_lone_log(struct root *root)
{
    int directory = root_private_descriptor(root);
    return !is_there(directory, STATE_NAME) && is_there(directory, STATE_NAME "-wal");
}

bool state_aside_is_marked(struct root *root)
{
    return is_file(root_private_descriptor(root), STATE_MARK_NAME);
}

bool state_aside_owes_rebuild(struct root *root)
{
    return is_file(root_private_descriptor(root), STATE_DEBT_NAME);
}

void state_aside_note_rebuilt(struct root *root)
{
    directory_remove_file(root_private_descriptor(root), STATE_DEBT_NAME);
}
