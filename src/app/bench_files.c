#include "app/bench_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/bench_markdown.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/vis.h"
#include "io/benchmark_svg.h"
#include "io/directory.h"
#include "io/whole_file.h"

#include "config.h"

#define FILE_BYTES_MAX ((size_t)64 << 20)
#define TITLE_BYTES_MAX 4096
#define NAME_BYTES 300 /* shown of the list's */

struct bench_files {
    char *path; /* of the directory, as the user wrote it */
    int directory;
};

struct bench_files *bench_files_open(const char *directory, struct error *error)
{
    int result = directory_create_path(directory);
    int descriptor = result == 0 ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (result == 0 && (descriptor < 0 || faccessat(descriptor, ".", W_OK | X_OK, 0) != 0))
        result = -errno;
    if (result != 0) {
        if (descriptor >= 0)
            close(descriptor);
        error_set_errno(error, ERROR_LOCAL, -result, "cannot write bench.json in %s", directory);
        return NULL;
    }
    struct bench_files *files = memory_allocate_zeroed(1, sizeof(*files));
    files->path = memory_copy_string(directory);
    files->directory = descriptor;
    return files;
}

void bench_files_close(struct bench_files *files)
{
    if (files == NULL)
        return;
    close(files->directory);
    free(files->path);
    free(files);
}

static bool write_file(struct bench_files *files, const char *name, const char *bytes,
                       size_t length, struct error *error)
{
    int result = whole_file_replace(files->directory, name, bytes, length);
    return result == 0 ||
           error_set_errno(error, ERROR_LOCAL, -result, "cannot write %s/%s", files->path, name);
}

static bool write_json(struct bench_files *files, const struct bench_view *view,
                       const struct benchmark_facts *facts, struct error *error)
{
    char *json = benchmark_format(view->benchmark, facts);
    bool is_written = write_file(files, "bench.json", json, strlen(json), error);
    free(json);
    return is_written;
}

/* A code span: no backtick of a name can end it. */
static void append_title(struct text *title, const struct benchmark_facts *facts, const char *name)
{
    char date[CLOCK_TEXT_SIZE];
    size_t start = title->length;
    text_append_string(title, "haul bench `");
    start = title->length;
    char shown[NAME_BYTES];
    text_append_string(title, vis_format(shown, sizeof shown, name, strlen(name)));
    for (size_t i = start; i < title->length; i++) {
        if (title->data[i] == '`')
            title->data[i] = '\'';
    }
    text_append_format(title, "`: %llu URL%s from %llu host%s, %s, %u CPU%s",
                       (unsigned long long)facts->urls, facts->urls == 1 ? "" : "s",
                       (unsigned long long)facts->hosts, facts->hosts == 1 ? "" : "s",
                       clock_format_seconds(date, facts->start_wall_us), facts->machine->cpus,
                       facts->machine->cpus == 1 ? "" : "s");
}

static bool write_markdown(struct bench_files *files, const struct bench_view *view,
                           const struct benchmark_facts *facts, const char *name,
                           struct error *error)
{
    struct text title;
    struct text text;
    text_init(&title, TITLE_BYTES_MAX);
    text_init(&text, FILE_BYTES_MAX);
    append_title(&title, facts, name);
    bench_markdown_append(&text, view, title.data);
    bool is_written = write_file(files, "bench.md", text.data, text.length, error);
    text_clear(&text);
    text_clear(&title);
    return is_written;
}

static bool write_svg(struct bench_files *files, const struct bench_view *view,
                      const struct benchmark_facts *facts, const char *name, struct error *error)
{
    char date[CLOCK_TEXT_SIZE];
    char origin[sizeof date + 64];
    snprintf(origin, sizeof origin, "%s %s, %s", PACKAGE_NAME, PACKAGE_VERSION,
             clock_format_seconds(date, facts->start_wall_us));
    struct benchmark_svg_facts svg = {
        .list = name,
        .urls = facts->urls,
        .runs = facts->runs,
        .axis = benchmark_axis_of(view->benchmark),
        .recommended = view->recommendation != NULL ? view->recommendation->setting : SIZE_MAX,
        .origin = origin,
    };
    struct text text;
    text_init(&text, BENCHMARK_SVG_BYTES_MAX);
    benchmark_svg_append(&text, view->figures, view->benchmark->setting_count, &svg);
    bool is_written = write_file(files, "bench.svg", text.data, text.length, error);
    text_clear(&text);
    return is_written;
}

bool bench_files_write(struct bench_files *files, const struct bench_view *view,
                       const struct benchmark_facts *facts, const char *name, struct error *error)
{
    return write_json(files, view, facts, error) &&
           write_markdown(files, view, facts, name, error) &&
           write_svg(files, view, facts, name, error);
}
