#include "app/retry_list.h"

#include "app/retry_options.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "io/directory.h"
#include "io/json_field.h"
#include "io/report_reader.h"
#include "io/root.h"
#include "io/source.h"

static char *joined(const char *folder, const char *name)
{
    struct text path;
    text_init(&path, SIZE_MAX / 4);
    text_append_format(&path, "%s/%s", folder, name);
    return path.data;
}

/* The folder of the last run itself: DIR/.haul/last leads elsewhere when this run has begun. */
static char *last_folder(const char *directory)
{
    char target[NAME_MAX + 1];
    char *private_path = joined(directory, ".haul");
    char *link = joined(private_path, "last");
    ssize_t length = readlink(link, target, sizeof(target) - 1);
    target[length < 0 ? 0 : length] = '\0';
    bool is_run = strncmp(target, "runs/", 5) == 0 && directory_is_safe_path(target);
    char *folder = is_run ? joined(private_path, target) : memory_copy_string(link);
    free(private_path);
    free(link);
    return folder;
}

/* False also for a run that was killed, and for one that goes on. */
static bool has_tried_all(const char *folder)
{
    struct report_reader reader;
    struct error ignored = {0};
    if (!report_reader_open(&reader, folder, &ignored))
        return false;
    const char *outcome = json_field_string(reader.report, "outcome");
    bool is_done = outcome != NULL && strcmp(outcome, "running") != 0 &&
                   json_is_true(json_field_find(reader.report, "input.complete")) &&
                   json_field_count(reader.report, "counts.not_tried", 0) == 0;
    report_reader_close(&reader);
    return is_done;
}

/* What failed in the last run. Where that was a retry which has not tried all of its list, its
 * list: what has come since is kept. */
static char *choose_list(const struct options *options, const char *folder)
{
    struct error ignored = {0};
    bool is_done = has_tried_all(folder);
    char *list = joined(folder, RETRY_LIST_NAME);
    if (!is_done && access(list, R_OK) == 0)
        return list;
    free(list);
    if (!is_done && !root_is_held(options->dir, &ignored))
        log_warning("the last run has not tried all of its list: only the same command as then "
                    "does that");
    return joined(folder, "failed.tsv");
}

static bool find_last(const struct options *options, char **out_path, struct error *error)
{
    char *folder = last_folder(options->dir);
    char *failed = joined(folder, "failed.tsv");
    int failure = access(failed, R_OK) < 0 ? errno : 0;
    if (failure == 0)
        *out_path = choose_list(options, folder);
    else if (failure == ENOENT)
        error_set(error, ERROR_INPUT, "--retry-failed: no run has left a failed.tsv in %s",
                  options->dir);
    else
        error_set_errno(error, ERROR_INPUT, failure, "--retry-failed: cannot read %s", failed);
    free(folder);
    free(failed);
    return failure == 0;
}

/* Of the run that the list lies beside. */
static void take_options(struct options *options, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder =
        slash != NULL ? memory_copy_bytes(path, (size_t)(slash - path)) : memory_copy_string(".");
    retry_options_take(options, folder);
    free(folder);
}

bool retry_list_prepare(struct options *options, struct error *error)
{
    if (!options_is_retry(options))
        return true;
    char *path = NULL;
    bool is_found = true;
    if (options->retry_from != NULL)
        path = memory_copy_string(options->retry_from);
    else
        is_found = find_last(options, &path, error);
    if (is_found) {
        take_options(options, path);
        is_found = options_set(options, OPTION_ID_input, path, error);
    }
    options->format = SOURCE_FORMAT_TSV;
    free(path);
    return is_found;
}

char *retry_list_place(const struct options *options, const struct root *root)
{
    if (!options_is_retry(options))
        return NULL;
    char *place = realpath(options->operands.items[0], NULL);
    char *runs = joined(root_private_path(root), "runs/");
    if (place != NULL && strncmp(place, runs, strlen(runs)) != 0) {
        free(place); /* a file of the user's may change */
        place = NULL;
    }
    free(runs);
    return place;
}

void retry_list_keep(struct run_folder *folder, char *place)
{
    if (folder != NULL && place != NULL)
        (void)run_folder_link_file(folder, place, RETRY_LIST_NAME);
    free(place);
}
