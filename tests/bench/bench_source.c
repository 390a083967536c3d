/* What reading a list costs: lines a second of each format, plain and compressed, the items thrown
 * away; beside it what wc -l and a bare jansson loop take for the same file. Exit code 1 when a
 * format is slower than its budget. Takes one argument, the number of lines (1,000,000). */
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/clock.h"
#include "base/number.h"
#include "base/text.h"
#include "io/source.h"

#define LINES 1000000
#define ROUNDS 3
#define TEXT_BUDGET 1000000 /* lines a second */
#define TABLE_BUDGET 200000 /* rows a second: csv, tsv, jsonl */
#define LIST_BYTES_MAX (SIZE_MAX / 8)
#define URL "https://images.cdn.example.org/photos/2026/11/20/%08u_large.jpg?w=1600&q=80"

enum compression { PLAIN, GZIP, ZSTD };

static const struct {
    const char *name;
    const char *head; /* before the first line */
    const char *line; /* its number twice */
    enum source_format format;
    double budget;
    unsigned physical_lines; /* of an item */
} LISTS[] = {
    {"text", "", URL "\n", SOURCE_FORMAT_TEXT, TEXT_BUDGET, 1},
    {"options", "", URL "\n  out=photo-%u.jpg\n  dir=large\n", SOURCE_FORMAT_TEXT, TEXT_BUDGET, 3},
    {"csv", "url,out,title,width\n", URL ",photo-%u.jpg,\"A photo, with \"\"quotes\"\"\",1600\n",
     SOURCE_FORMAT_CSV, TABLE_BUDGET, 1},
    {"tsv", "url\tout\ttitle\twidth\n", URL "\tphoto-%u.jpg\tA photo\t1600\n", SOURCE_FORMAT_TSV,
     TABLE_BUDGET, 1},
    {"jsonl", "",
     "{\"url\":\"" URL "\",\"out\":\"photo-%u.jpg\",\"title\":\"A photo\",\"width\":1600}\n",
     SOURCE_FORMAT_JSONL, TABLE_BUDGET, 1},
};

static const char *const COMPRESSIONS[] = {"plain", "gz", "zst"};

static void require(bool is_so, const char *what)
{
    if (is_so)
        return;
    perror(what);
    exit(EXIT_FAILURE);
}

static void write_file(const char *path, const void *bytes, size_t length)
{
    FILE *file = fopen(path, "w");
    require(file != NULL, path);
    require(fwrite(bytes, 1, length, file) == length, path);
    require(fclose(file) == 0, path);
}

static void write_compressed(const char *path, const struct text *list, enum compression kind)
{
    if (kind == PLAIN) {
        write_file(path, list->data, list->length);
    } else if (kind == GZIP) {
        gzFile file = gzopen(path, "wb6");
        require(file != NULL, path);
        require(gzwrite(file, list->data, (unsigned)list->length) == (int)list->length, path);
        require(gzclose(file) == Z_OK, path);
    } else {
        size_t bound = ZSTD_compressBound(list->length);
        void *bytes = malloc(bound);
        require(bytes != NULL, path);
        size_t length = ZSTD_compress(bytes, bound, list->data, list->length, 3);
        require(!ZSTD_isError(length), path);
        write_file(path, bytes, length);
        free(bytes);
    }
}

/* Seconds for the whole list. */
static double time_source(const char *path, enum source_format format, unsigned expected)
{
    struct source_settings settings = {.format = format, .stop_descriptor = -1};
    struct error error = {0};
    struct source_item item;
    unsigned count = 0;
    int64_t start = clock_monotonic_us();
    struct source *source = source_open(path, &settings, &error);
    require(source != NULL, path);
    enum source_answer answer;
    while ((answer = source_next(source, &item, &error)) == SOURCE_ITEM || answer == SOURCE_NOTHING)
        count += answer == SOURCE_ITEM && item.problem == NULL;
    require(answer == SOURCE_END && count == expected, "items are missing");
    source_close(source);
    return (double)(clock_monotonic_us() - start) / CLOCK_SECOND_US;
}

/* The peers: what everybody has for counting lines, and jansson alone. */
static double time_wc(const char *path)
{
    char command[PATH_MAX + 32];
    unsigned long lines = 0;
    snprintf(command, sizeof(command), "wc -l <'%s'", path);
    int64_t start = clock_monotonic_us();
    FILE *output = popen(command, "r");
    require(output != NULL && fscanf(output, "%lu", &lines) == 1 && lines > 0, command);
    require(pclose(output) == 0, command);
    return (double)(clock_monotonic_us() - start) / CLOCK_SECOND_US;
}

static double time_jansson(const char *path, unsigned expected)
{
    unsigned count = 0;
    int64_t start = clock_monotonic_us();
    FILE *file = fopen(path, "r");
    require(file != NULL, path);
    for (json_t *object; (object = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL)) != NULL; count++)
        json_decref(object);
    fclose(file);
    require(count == expected, "objects are missing");
    return (double)(clock_monotonic_us() - start) / CLOCK_SECOND_US;
}

static void print_rate(const char *name, const char *kind, double lines, double bytes,
                       double seconds, const char *verdict)
{
    char count[NUMBER_SIZE];
    char size[NUMBER_SIZE];
    number_format_count(count, (int64_t)(lines / seconds));
    number_format_bytes(size, (int64_t)(bytes / seconds));
    printf("%-8s %-14s %14s lines/s %12s/s%s\n", name, kind, count, size, verdict);
}

static double best_of(double best, double seconds)
{
    return best == 0 || seconds < best ? seconds : best;
}

/* One list in all its compressions. False when it missed its budget. */
static bool run_list(const char *folder, size_t index, unsigned items)
{
    bool is_fast = true;
    double lines = (double)items * LISTS[index].physical_lines;
    char path[PATH_MAX];
    struct text list;
    text_init(&list, LIST_BYTES_MAX);
    text_append_string(&list, LISTS[index].head);
    for (unsigned i = 0; i < items; i++)
        text_append_format(&list, LISTS[index].line, i, i);
    for (enum compression kind = PLAIN; kind <= ZSTD; kind++) {
        double seconds = 0;
        double wc = 0;
        double jansson = 0;
        snprintf(path, sizeof(path), "%.4000s/list", folder);
        write_compressed(path, &list, kind);
        /* The best of some rounds: whatever else runs on the machine only adds. */
        for (int round = 0; round < ROUNDS; round++) {
            seconds = best_of(seconds, time_source(path, LISTS[index].format, items));
            if (kind == PLAIN)
                wc = best_of(wc, time_wc(path));
            if (kind == PLAIN && LISTS[index].format == SOURCE_FORMAT_JSONL)
                jansson = best_of(jansson, time_jansson(path, items));
        }
        bool is_too_slow = lines / seconds < LISTS[index].budget;
        is_fast = is_fast && !is_too_slow;
        double bytes = (double)list.length;
        print_rate(LISTS[index].name, COMPRESSIONS[kind], lines, bytes, seconds,
                   is_too_slow ? "  below the budget" : "");
        if (wc > 0)
            print_rate(LISTS[index].name, "(wc -l)", lines, bytes, wc, "");
        if (jansson > 0)
            print_rate(LISTS[index].name, "(json_loadf)", lines, bytes, jansson, "");
    }
    text_clear(&list);
    unlink(path);
    return is_fast;
}

int main(int count, char **arguments)
{
    unsigned items = count > 1 ? (unsigned)strtoul(arguments[1], NULL, 10) : LINES;
    const char *parent = getenv("TMPDIR");
    char folder[PATH_MAX];
    snprintf(folder, sizeof(folder), "%.4000s/haul-bench-XXXXXX", parent != NULL ? parent : "/tmp");
    require(items > 0 && mkdtemp(folder) != NULL, folder);
    bool is_fast = true;
    for (size_t i = 0; i < ARRAY_LENGTH(LISTS); i++)
        is_fast = run_list(folder, i, items) && is_fast;
    require(rmdir(folder) == 0, folder);
    return is_fast ? EXIT_SUCCESS : EXIT_FAILURE;
}
