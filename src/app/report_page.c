#include "app/report_page.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/foreign_text.h"
#include "app/report_page_file.h"
#include "base/memory.h"
#include "io/html_report.h"
#include "io/json_field.h"
#include "io/report_figures.h"

#define PAGE_NAME "report.html"
#define RESULTS_NAME "results.jsonl"
#define PRIVATE_NAME ".haul"

/* "file:///srv/photos/": good wherever the page lies, and also where a symbolic link leads to it,
 * which browsers do not look through. */
static void append_file_links(struct text *links, const char *directory)
{
    text_append_string(links, "file://");
    html_page_append_path(links, directory);
    if (links->data[links->length - 1] != '/')
        text_append_char(links, '/');
}

/* By its own records: a later run may be the last one of the directory. */
static void append_retry(struct text *retry, const char *directory, const json_t *report)
{
    const char *run_id = json_field_string(report, "run_id");
    const char *named = json_field_string(report, "files.failed");
    struct text failed;
    text_init(&failed, 2 * PATH_MAX);
    if (directory != NULL && run_id != NULL)
        text_append_format(&failed, "%s%s" PRIVATE_NAME "/runs/%s/failed.tsv", directory,
                           strcmp(directory, "/") == 0 ? "" : "/", run_id);
    else if (named != NULL)
        text_append_string(&failed, named);
    if (directory == NULL)
        directory = report_reader_named_directory(report);
    if (failed.length > 0 && directory != NULL) {
        text_append_string(retry, "haul --retry-from ");
        foreign_text_append_argument(retry, failed.data);
        text_append_string(retry, " -d ");
        foreign_text_append_argument(retry, directory);
    }
    text_clear(&failed);
}

/* links NULL: the files cannot be reached. */
static bool append_page(struct text *text, const json_t *report,
                        const struct report_records *records, const char *directory,
                        const char *links)
{
    struct text retry;
    struct run_figures figures;
    text_init(&retry, 16 * PATH_MAX);
    report_figures_read(&figures, report);
    bool may_be_retried = run_figures_may_be_retried(&figures);
    if (may_be_retried && !figures.is_running)
        append_retry(&retry, directory, report);
    struct html_page page = {
        .report = report,
        .records = records,
        .links = links,
        .retry = retry.length > 0 ? retry.data : NULL,
        .no_retry = !may_be_retried && !figures.is_running ? RUN_FIGURES_NO_RETRY : NULL,
    };
    bool fits = html_report_append(text, &page);
    text_clear(&retry);
    return fits;
}

int report_page_write(struct run_folder *folder, const char *directory, const json_t *report,
                      const struct report_records *records, int64_t free_bytes)
{
    struct text text;
    struct text links;
    text_init(&text, HTML_REPORT_MAX_BYTES);
    text_init(&links, SIZE_MAX / 4);
    append_file_links(&links, directory);
    int result = append_page(&text, report, records, directory, links.data) ? 0 : -EFBIG;
    if (result == 0 && free_bytes >= 0 && (int64_t)text.length > free_bytes)
        result = -ENOSPC;
    if (result == 0)
        result = run_folder_replace_file(folder, PAGE_NAME, text.data, text.length, false);
    text_clear(&links);
    text_clear(&text);
    return result;
}

char *report_page_directory(const struct report_reader *reader)
{
    char link[64];
    char path[PATH_MAX];
    struct text tail;
    const char *run_id = json_field_string(reader->report, "run_id");
    if (reader->results < 0 || run_id == NULL)
        return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", reader->results);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0)
        return NULL;
    path[length] = '\0';
    text_init(&tail, PATH_MAX);
    text_append_format(&tail, "/" PRIVATE_NAME "/runs/%s/" RESULTS_NAME, run_id);
    char *directory = NULL;
    size_t rest = (size_t)length > tail.length ? (size_t)length - tail.length : 0;
    if ((size_t)length >= tail.length && strcmp(path + rest, tail.data) == 0)
        directory = rest > 0 ? memory_copy_bytes(path, rest) : memory_copy_string("/");
    text_clear(&tail);
    return directory;
}

/* Where the file will be, without its name; NULL when there is no such place. */
static char *parent_of(const char *file)
{
    const char *slash = strrchr(file, '/');
    char *parent = slash == NULL   ? memory_copy_string(".")
                   : slash == file ? memory_copy_string("/")
                                   : memory_copy_bytes(file, (size_t)(slash - file));
    char *real = realpath(parent, NULL);
    free(parent);
    return real;
}

/* A page that is put among the files goes with them when they are moved, or given out by a
 * server. What is below .haul stays where it is. */
static void append_links(struct text *links, const char *directory, const char *file)
{
    char *parent = strcmp(file, "-") != 0 ? parent_of(file) : NULL;
    size_t length = strcmp(directory, "/") == 0 ? 0 : strlen(directory);
    bool is_below = parent != NULL && strncmp(parent, directory, length) == 0 &&
                    (parent[length] == '/' || parent[length] == '\0');
    const char *below = is_below ? parent + length : "";
    size_t private_length = sizeof("/" PRIVATE_NAME) - 1;
    bool is_private = strncmp(below, "/" PRIVATE_NAME, private_length) == 0 &&
                      (below[private_length] == '/' || below[private_length] == '\0');
    if (is_below && !is_private) {
        text_append_string(links, "./");
        for (; *below != '\0'; below++)
            if (*below == '/' && below[1] != '\0')
                text_append_string(links, "../");
    } else {
        append_file_links(links, directory);
    }
    free(parent);
}

/* Text that would replace what it was made from is a mistake. */
static bool is_same_file(const char *file, const char *other)
{
    struct stat a;
    struct stat b;
    return stat(file, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

bool report_page_export(const struct report_reader *reader, const struct report_records *records,
                        const char *directory, const char *file, struct error *error)
{
    struct text text;
    struct text links;
    bool is_input = is_same_file(file, reader->path) ||
                    (reader->results_path != NULL && is_same_file(file, reader->results_path));
    if (strcmp(file, "-") != 0 && is_input)
        return error_set(error, ERROR_USAGE, "--html would replace what it reads: %s", file);
    if (!report_page_file_check(file, error))
        return false;
    text_init(&text, HTML_REPORT_MAX_BYTES);
    text_init(&links, SIZE_MAX / 4);
    if (directory != NULL)
        append_links(&links, directory, file);
    int result = append_page(&text, reader->report, records, directory,
                             directory != NULL ? links.data : NULL)
                     ? report_page_file_write(file, &text)
                     : -EFBIG;
    text_clear(&links);
    text_clear(&text);
    return result == 0 || error_set_errno(error, ERROR_LOCAL, -result, "cannot write the page: %s",
                                          strcmp(file, "-") == 0 ? "standard output" : file);
}
