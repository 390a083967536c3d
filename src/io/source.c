#include "io/source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "io/source_format.h"
#include "io/source_lines.h"
#include "io/source_stream.h"
#include "model/url.h"

struct source {
    char *name;
    bool is_regular;
    bool is_whole;
    struct source_counts counts;
    const struct source_format_reader *format;
    void *reader;               /* NULL when the list has ended */
    struct source_lines *lines; /* the same */
    struct error error;         /* when it ended with one */
};

/* A URL without its scheme ends up here too, and may hold a password. */
static void append_shown(struct text *text, const char *path)
{
    text_init(text, PATH_MAX);
    if (strchr(path, '@') != NULL)
        url_append_masked(text, path, NULL);
    else
        text_append_string(text, path);
}

static const struct source_format_reader *format_reader(enum source_format format)
{
    switch (format) {
    case SOURCE_FORMAT_AUTO:
    case SOURCE_FORMAT_TEXT:
        break;
    case SOURCE_FORMAT_CSV:
    case SOURCE_FORMAT_TSV:
        return &source_csv_reader;
    case SOURCE_FORMAT_JSONL:
        return &source_jsonl_reader;
    }
    return &source_text_reader;
}

static bool ends_with(const char *path, size_t length, const char *extension)
{
    size_t extension_length = strlen(extension);
    return length >= extension_length &&
           strncasecmp(path + length - extension_length, extension, extension_length) == 0;
}

/* What was read is the readers' and lines': nothing of it is needed behind the end, and many lists
 * may be open. */
static void release(struct source *source)
{
    if (source->reader != NULL)
        source->format->destroy(source->reader);
    source->reader = NULL;
    source_lines_destroy(source->lines);
    source->lines = NULL;
}

bool source_check(const char *path, struct error *error)
{
    struct stat status;
    if (strcmp(path, "-") == 0)
        return true;
    if (stat(path, &status) != 0 || access(path, R_OK) != 0) {
        int reason = errno;
        bool looks_like_url =
            reason == ENOENT && path[0] != '.' &&
            (strpbrk(path, "/:") > path || strncasecmp(path, "www.", strlen("www.")) == 0);
        struct text shown;
        append_shown(&shown, path);
        error_set_errno(error, ERROR_INPUT, reason, "cannot read the list %s%s", shown.data,
                        looks_like_url ? " (a URL begins with http:// or https://)" : "");
        text_clear(&shown);
        return false;
    }
    if (S_ISDIR(status.st_mode))
        return error_set(error, ERROR_INPUT, "cannot read the list %s: it is a directory", path);
    return true;
}

enum source_format source_format_of(const char *path)
{
    static const struct {
        const char *extension;
        enum source_format format;
    } extensions[] = {
        {".csv", SOURCE_FORMAT_CSV},      {".tsv", SOURCE_FORMAT_TSV},
        {".tab", SOURCE_FORMAT_TSV},      {".jsonl", SOURCE_FORMAT_JSONL},
        {".ndjson", SOURCE_FORMAT_JSONL}, {".json", SOURCE_FORMAT_JSONL},
    };
    size_t length = strlen(path);
    if (ends_with(path, length, ".gz"))
        length -= strlen(".gz");
    else if (ends_with(path, length, ".zst"))
        length -= strlen(".zst");
    for (size_t i = 0; i < ARRAY_LENGTH(extensions); i++) {
        if (ends_with(path, length, extensions[i].extension))
            return extensions[i].format;
    }
    return SOURCE_FORMAT_TEXT;
}

struct source *source_open(const char *path, const struct source_settings *settings,
                           struct error *error)
{
    bool is_standard_input = strcmp(path, "-") == 0;
    /* Not waiting for the writer of a FIFO: that is done where a stop is noticed. */
    int descriptor = is_standard_input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                       : open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (descriptor < 0) {
        bool is_local = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
        error_set_errno(error, is_local ? ERROR_LOCAL : ERROR_INPUT, errno,
                        "cannot read the list %s", path);
        return NULL;
    }
    struct stat status;
    if (fstat(descriptor, &status) < 0 || S_ISDIR(status.st_mode)) {
        close(descriptor);
        error_set(error, ERROR_INPUT, "cannot read the list %s: it is a directory", path);
        return NULL;
    }
    struct source_settings resolved = *settings;
    if (resolved.format == SOURCE_FORMAT_AUTO)
        resolved.format = source_format_of(path);
    struct source *source = memory_allocate_zeroed(1, sizeof *source);
    source->name = memory_copy_string(path);
    source->is_regular = S_ISREG(status.st_mode);
    source->is_whole = true;
    source->lines = source_lines_create(
        source_stream_create(descriptor, source->is_regular, settings->stop_descriptor), path);
    source->format = format_reader(resolved.format);
    source->reader = source->format->create(source->lines, &resolved);
    return source;
}

void source_close(struct source *source)
{
    if (source == NULL)
        return;
    release(source);
    free(source->name);
    free(source);
}

enum source_answer source_next(struct source *source, struct source_item *out_item,
                               struct error *error)
{
    if (source->lines == NULL) {
        if (source->error.kind == ERROR_NONE)
            return SOURCE_END;
        if (error != NULL)
            *error = source->error;
        return SOURCE_ERROR;
    }
    source_lines_renew(source->lines);
    enum source_answer answer = source->format->next(source->reader, out_item, &source->error);
    source->counts = source_lines_counts(source->lines);
    source->is_whole = answer != SOURCE_ERROR && source_lines_is_whole(source->lines);
    if (answer == SOURCE_ERROR && error != NULL)
        *error = source->error;
    if (answer == SOURCE_END || answer == SOURCE_ERROR)
        release(source);
    return answer;
}

const char *source_name(const struct source *source)
{
    return source->name;
}

bool source_is_regular(const struct source *source)
{
    return source->is_regular;
}

bool source_is_whole(const struct source *source)
{
    return source->is_whole;
}

struct source_counts source_counts(const struct source *source)
{
    return source->counts;
}
