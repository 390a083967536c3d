#include "io/report_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "io/directory.h"
#include "io/json_field.h"
#include "io/root.h"

#define PRIVATE_NAME ".haul"
#define LAST_NAME "last"
#define RUNS_PREFIX "runs/"
#define REPORT_NAME "report.json"
#define RESULTS_NAME "results.jsonl"
#define READ_SIZE (64 * 1024)

static char *joined(const char *directory, const char *name)
{
    struct text path;
    size_t length = strlen(directory);
    text_init(&path, SIZE_MAX);
    text_append_string(&path, directory);
    if (length > 0 && directory[length - 1] != '/')
        text_append_char(&path, '/');
    text_append_string(&path, name);
    return path.data;
}

/* All of the file, at most REPORT_READER_MAX_BYTES. */
static bool read_all(int descriptor, const char *path, struct text *out, struct error *error)
{
    char buffer[READ_SIZE];
    for (;;) {
        ssize_t count = read(descriptor, buffer, sizeof(buffer));
        if (count == 0)
            return true;
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return error_set_errno(error, ERROR_INPUT, errno, "cannot read %s", path);
        if (!text_append(out, buffer, (size_t)count))
            return error_set(error, ERROR_INPUT, "%s is no report of haul: it is too large", path);
    }
}

static bool check_report(const json_t *report, const char *path, struct error *error)
{
    static const char family[] = "haul.report/";
    const char *schema = json_field_string(report, "schema");
    if (schema == NULL || strncmp(schema, family, sizeof(family) - 1) != 0)
        return error_set(error, ERROR_INPUT, "%s is no report of haul", path);
    if (strcmp(schema + sizeof(family) - 1, "1") != 0)
        return error_set(error, ERROR_INPUT,
                         "%s was made by another version of haul (schema %.40s, not %s1)", path,
                         schema, family);
    if (json_field_count(report, "counts.total", -1) < 0)
        return error_set(error, ERROR_INPUT, "%s is a damaged report: it has no counts", path);
    return true;
}

/* Reads the report; the descriptor is closed in any case. */
static bool load(struct report_reader *reader, int descriptor, struct error *error)
{
    struct text text;
    text_init(&text, REPORT_READER_MAX_BYTES);
    bool is_read = read_all(descriptor, reader->path, &text, error);
    close(descriptor);
    if (is_read) {
        reader->report = json_loadb(text.data, text.length, JSON_ALLOW_NUL, NULL);
        is_read = check_report(reader->report, reader->path, error);
    }
    text_clear(&text);
    return is_read;
}

static void keep_results(struct report_reader *reader, int descriptor, char *path)
{
    reader->results = descriptor;
    reader->results_path = path;
    if (descriptor >= 0)
        return;
    reader->results = -1;
    reader->results_path = NULL;
    free(path);
}

/* The folder of DIR's last run, while a run holds DIR. */
static bool is_going_on(int folder)
{
    char directory[64];
    struct stat own;
    struct stat last;
    struct error ignored = {0};
    if (fstat(folder, &own) != 0 || fstatat(folder, "../../" LAST_NAME, &last, 0) != 0 ||
        own.st_dev != last.st_dev || own.st_ino != last.st_ino)
        return false;
    snprintf(directory, sizeof directory, "/proc/self/fd/%d/../../..", folder);
    return root_is_held(directory, &ignored);
}

/* report.json and results.jsonl of a run's folder. */
static bool load_folder(struct report_reader *reader, int folder, const char *path,
                        struct error *error)
{
    reader->path = joined(path, REPORT_NAME);
    int descriptor = directory_open_regular(folder, REPORT_NAME);
    if (descriptor == -ENOENT && is_going_on(folder))
        return error_set(error, ERROR_INPUT,
                         "the run has begun and has no figures yet: try again in some seconds: %s",
                         path);
    if (descriptor == -ENOENT)
        return error_set(error, ERROR_INPUT,
                         "the run was killed before it had a report (the same command goes on): %s",
                         path);
    if (descriptor < 0)
        return error_set_errno(error, ERROR_INPUT, -descriptor, "cannot read the run's report: %s",
                               reader->path);
    keep_results(reader, directory_open_regular(folder, RESULTS_NAME), joined(path, RESULTS_NAME));
    return load(reader, descriptor, error);
}

/* Where `last` leads below DIR/.haul, such as runs/RUN_ID. A copy of the directory may have made a
 * folder of the link. */
static int open_last(int private, const char *path, char target[PATH_MAX], struct error *error)
{
    ssize_t length = readlinkat(private, LAST_NAME, target, PATH_MAX - 1);
    if (length < 0 && errno == ENOENT) {
        error_set(error, ERROR_INPUT, "%s has no run of haul yet", path);
        return -1;
    }
    if (length < 0) {
        strcpy(target, LAST_NAME);
    } else {
        target[length] = '\0';
        size_t prefix = sizeof(RUNS_PREFIX) - 1;
        bool leads_to_run = strncmp(target, RUNS_PREFIX, prefix) == 0 &&
                            strchr(target + prefix, '/') == NULL && directory_is_safe_path(target);
        if (!leads_to_run) {
            error_set(error, ERROR_INPUT, "%s/%s/%s does not lead to a run", path, PRIVATE_NAME,
                      LAST_NAME);
            return -1;
        }
    }
    int folder = directory_open(private, target);
    if (folder < 0)
        error_set_errno(error, ERROR_INPUT, -folder, "cannot open the last run: %s/%s/%s", path,
                        PRIVATE_NAME, target);
    return folder;
}

static bool load_last(struct report_reader *reader, int private, const char *path,
                      struct error *error)
{
    char target[PATH_MAX];
    int folder = open_last(private, path, target, error);
    if (folder < 0)
        return false;
    char *private_path = joined(path, PRIVATE_NAME);
    char *folder_path = joined(private_path, target);
    reader->directory = memory_copy_string(path);
    bool is_loaded = load_folder(reader, folder, folder_path, error);
    free(folder_path);
    free(private_path);
    close(folder);
    return is_loaded;
}

static bool load_directory(struct report_reader *reader, int directory, const char *path,
                           struct error *error)
{
    int private = directory_open(directory, PRIVATE_NAME);
    if (private >= 0) {
        bool is_loaded = load_last(reader, private, path, error);
        close(private);
        return is_loaded;
    }
    if (private != -ENOENT)
        return error_set_errno(error, ERROR_INPUT, -private, "cannot open %s/%s", path,
                               PRIVATE_NAME);
    bool is_folder = faccessat(directory, REPORT_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
                     faccessat(directory, RESULTS_NAME, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
    if (!is_folder)
        return error_set(error, ERROR_INPUT, "%s holds no run of haul", path);
    return load_folder(reader, directory, path, error);
}

/* The length of DIR in a path DIR/.haul/runs/RUN_ID/results.jsonl; 0 when it is of another form.
 * That form is demanded because the path comes from the report, which may be anybody's. */
static size_t directory_length(const char *path, const char *run_id, struct text *out_below)
{
    if (!directory_is_safe_path(run_id) || strchr(run_id, '/') != NULL)
        return 0;
    text_append_string(out_below, PRIVATE_NAME "/" RUNS_PREFIX);
    text_append_string(out_below, run_id);
    size_t tail = 1 + out_below->length + sizeof("/" RESULTS_NAME) - 1;
    size_t length = strlen(path);
    if (length <= tail)
        return 0;
    const char *start = path + length - tail;
    bool fits = start[0] == '/' && strncmp(start + 1, out_below->data, out_below->length) == 0 &&
                strcmp(start + 1 + out_below->length, "/" RESULTS_NAME) == 0;
    return fits ? length - tail : 0;
}

/* The records that the report names, its paths seen from `base`. */
static int open_named(int base, const char *directory, const char *below)
{
    int root = openat(base, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int folder = root < 0 ? -errno : directory_open(root, below);
    int results = folder < 0 ? folder : directory_open_regular(folder, RESULTS_NAME);
    if (folder >= 0)
        close(folder);
    if (root >= 0)
        close(root);
    return results;
}

/* A copy names its records by a path that was good where the run was started, which need not be
 * here; beside the copy is the other guess. */
static void find_results(struct report_reader *reader, int base, const char *base_path)
{
    const char *path = json_field_string(reader->report, "files.results");
    const char *run_id = json_field_string(reader->report, "run_id");
    if (path == NULL || run_id == NULL)
        return;
    struct text below;
    text_init(&below, PATH_MAX);
    size_t length = directory_length(path, run_id, &below);
    if (length > 0) {
        char *directory = memory_copy_bytes(path, length);
        int results = open_named(AT_FDCWD, directory, below.data);
        bool is_beside = results < 0 && path[0] != '/';
        if (is_beside)
            results = open_named(base, directory, below.data);
        keep_results(reader, results,
                     is_beside ? joined(base_path, path) : memory_copy_string(path));
        free(directory);
    }
    text_clear(&below);
}

/* A report.json beside a results.jsonl is a run's folder; anything else is a copy. */
static bool load_file(struct report_reader *reader, int descriptor, const char *path,
                      struct error *error)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    char *parent =
        slash == NULL ? memory_copy_string(".") : memory_copy_bytes(path, (size_t)(name - path));
    reader->path = memory_copy_string(path);
    int base = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (base >= 0 && strcmp(name, REPORT_NAME) == 0)
        keep_results(reader, directory_open_regular(base, RESULTS_NAME),
                     joined(parent, RESULTS_NAME));
    bool is_loaded = load(reader, descriptor, error);
    if (is_loaded && base >= 0 && reader->results < 0)
        find_results(reader, base, parent);
    if (base >= 0)
        close(base);
    free(parent);
    return is_loaded;
}

bool report_reader_open(struct report_reader *reader, const char *path, struct error *error)
{
    struct stat status;
    *reader = (struct report_reader){.results = -1};
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0)
        return error_set_errno(error, ERROR_INPUT, errno, "cannot open %s", path);
    bool is_loaded;
    if (fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
        is_loaded = load_directory(reader, descriptor, path, error);
        close(descriptor);
    } else {
        is_loaded = load_file(reader, descriptor, path, error);
    }
    if (!is_loaded)
        report_reader_close(reader);
    return is_loaded;
}

void report_reader_close(struct report_reader *reader)
{
    json_decref(reader->report);
    free(reader->path);
    free(reader->directory);
    free(reader->results_path);
    if (reader->results >= 0)
        close(reader->results);
    *reader = (struct report_reader){.results = -1};
}

const char *report_reader_named_directory(const json_t *report)
{
    const char *directory = json_field_string(report, "files.directory");
    return directory != NULL && directory[0] == '/' ? directory : NULL;
}

int report_reader_take_results(struct report_reader *reader)
{
    int results = reader->results;
    reader->results = -1;
    return results;
}
