#include "io/state_rebuild.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/json_field.h"
#include "io/results_reader.h"
#include "io/run_list.h"
#include "io/state_aside.h"
#include "io/state_handle.h"
#include "io/state_record.h"
#include "model/name_path.h"

#define ROWS_PER_TRANSACTION 5000 /* a page of the index is written once for all of them */
#define TOUCHED_AFTER_US (2 * CLOCK_SECOND_US) /* some file systems keep time that roughly */
#define REPORT_MAX_BYTES (4 * 1024 * 1024)     /* a larger one is as good as none */

struct fold {
    struct state *state;
    struct root *root;
    struct state_rebuilt done;
    unsigned open_rows;             /* in a transaction that was begun; 0 = none was */
    int64_t run_start_us;           /* of the run that is read */
    char directory[NAME_PATH_SIZE]; /* of the last row: it and those above it are known */
};

/* The file has the server's date, or it was written while the run was under way: an older one of
 * the same size was put there by somebody. A file that was kept came in an earlier run. */
static bool is_untouched(const struct fold *fold, const struct state_row *row,
                         const struct stat *status)
{
    int64_t written_us = root_mtime_ns(status) / 1000;
    bool is_kept = row->downloaded_us <= 0;
    int64_t recorded_us = is_kept ? fold->run_start_us : row->downloaded_us;
    return (int64_t)status->st_mtim.tv_sec == row->last_modified ||
           (written_us <= recorded_us + TOUCHED_AFTER_US &&
            (is_kept || written_us >= fold->run_start_us - TOUCHED_AFTER_US));
}

static bool find_file(const struct fold *fold, struct state_row *row)
{
    struct stat status;
    if (root_stat(fold->root, row->name, &status) < 0 || !S_ISREG(status.st_mode) ||
        status.st_size != row->size || !is_untouched(fold, row, &status))
        return false;
    row->modified_ns = root_mtime_ns(&status);
    if (row->downloaded_us <= 0)
        row->downloaded_us = row->modified_ns / 1000;
    return true;
}

/* Haul made them, or put its file into somebody's: under this name either way. */
static bool put_directories(struct fold *fold, const char *name, struct error *error)
{
    size_t last = name_path_last(name);
    if (last == 0 || (strncmp(fold->directory, name, last) == 0 && fold->directory[last] == '\0'))
        return true;
    char path[NAME_PATH_SIZE];
    for (size_t end = 0; end < last; end++) {
        if (name[end] == '/') {
            path[end] = '\0';
            if (!state_put_directory(fold->state, path, error))
                return false;
        }
        path[end] = name[end];
    }
    memcpy(fold->directory, name, last);
    fold->directory[last] = '\0';
    return true;
}

static bool commit(struct fold *fold, struct error *error)
{
    if (fold->open_rows == 0)
        return true;
    if (!state_commit(fold->state, error))
        return false;
    fold->done.rows += fold->open_rows;
    fold->open_rows = 0;
    return true;
}

static bool put(struct fold *fold, const struct state_row *row, struct error *error)
{
    if ((fold->open_rows == 0 && !state_begin(fold->state, error)) ||
        /* Two records of one file: it has become the later one's. */
        !state_remove_others(fold->state, row->name, row->key, error) ||
        !put_directories(fold, row->name, error) || !state_put(fold->state, row, error))
        return false;
    return ++fold->open_rows < ROWS_PER_TRANSACTION || commit(fold, error);
}

/* False only when the state cannot be written. Most lines of an interrupted run are known, which is
 * seen by their key alone. */
static bool add_line(struct fold *fold, const struct results_line *line, struct error *error)
{
    struct key key;
    struct state_row known;
    if (!state_record_may_have_file(line) || !results_line_key(line, &key))
        return true;
    bool is_known = state_find(fold->state, key, &known);
    if (is_known && known.downloaded_us >= fold->run_start_us)
        return true;
    struct state_record record;
    if (!state_record_read(line, &record))
        return true;
    bool is_newer = !is_known || record.row.downloaded_us > known.downloaded_us;
    bool is_fine = !is_newer || !find_file(fold, &record.row) || put(fold, &record.row, error);
    state_record_clear(&record);
    return is_fine;
}

static bool add_run(struct fold *fold, const struct run_list *list, size_t run, struct error *error)
{
    int descriptor = run_list_open_file(list, run, "results.jsonl");
    if (descriptor < 0)
        return true;
    fold->run_start_us = run_list_start_us(list, run);
    struct results_reader *reader = results_reader_create(descriptor, list->ids[run]);
    struct results_line line;
    bool is_fine = true;
    while (is_fine && results_reader_next(reader, &line))
        is_fine = add_line(fold, &line, error);
    results_reader_destroy(reader);
    fold->done.runs++;
    return is_fine;
}

static bool add_runs(struct state *state, struct root *root, const struct run_list *list,
                     size_t first, struct state_rebuilt *out, struct error *error)
{
    struct fold fold = {.state = state, .root = root};
    for (size_t run = first; run < list->count; run++)
        if (!add_run(&fold, list, run, error))
            return false;
    if (!commit(&fold, error))
        return false;
    *out = fold.done;
    return true;
}

static bool was_interrupted(const struct run_list *list, size_t run)
{
    int descriptor = run_list_open_file(list, run, "report.json");
    if (descriptor < 0)
        return true;
    struct stat status;
    json_t *report = fstat(descriptor, &status) == 0 && status.st_size <= REPORT_MAX_BYTES
                         ? json_loadfd(descriptor, 0, NULL)
                         : NULL;
    close(descriptor);
    const char *outcome = json_field_string(report, "outcome");
    bool is_running = outcome == NULL || strcmp(outcome, "running") == 0;
    json_decref(report);
    return is_running;
}

bool state_rebuild(struct state *state, struct root *root, struct state_rebuilt *out,
                   struct error *error)
{
    struct run_list list;
    run_list_init(&list, root);
    bool is_fine = add_runs(state, root, &list, 0, out, error);
    run_list_clear(&list);
    if (is_fine)
        state_aside_note_rebuilt(root);
    return is_fine;
}

bool state_fold_interrupted(struct state *state, struct root *root, struct state_rebuilt *out,
                            struct error *error)
{
    if (state_aside_owes_rebuild(root))
        return state_rebuild(state, root, out, error);
    struct run_list list;
    run_list_init(&list, root);
    bool has_one = list.count > 0 && was_interrupted(&list, list.count - 1);
    bool is_fine = add_runs(state, root, &list, has_one ? list.count - 1 : list.count, out, error);
    run_list_clear(&list);
    return is_fine;
}
