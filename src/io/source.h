/* A list of URLs, read as a stream: one item per call, in constant memory.
 *
 * Owned and used by one thread. Formats implement struct source_format_reader over lines: the text
 * format is in io/source_text, csv and tsv in io/source_csv, JSON lines in io/source_jsonl. gzip
 * (RFC 1952, several members too) and zstd (RFC 8878, windows up to 8 MiB) are recognised by
 * content and decompressed on the way (io/source_stream), also from a pipe. */
#ifndef HAUL_IO_SOURCE_H
#define HAUL_IO_SOURCE_H

#include "base/common.h"
#include "base/error.h"
#include "model/list_entry.h"
#include "model/name_template.h"

#define SOURCE_LINE_MAX (64 * 1024) /* bytes of one line or row; a longer one is one bad item */

enum source_answer {
    SOURCE_ITEM,    /* *out_item is filled, valid until the next call */
    SOURCE_NOTHING, /* much was read and no item found: a chance to stop; call again */
    SOURCE_END,     /* the list was read to its end */
    SOURCE_STOPPED, /* the stop descriptor became readable while waiting for a pipe or terminal */
    SOURCE_ERROR,   /* reading failed, or a table lacks a column; *error says why */
};

/* The rows of --format, after "auto". */
enum source_format {
    SOURCE_FORMAT_AUTO, /* by the name's extension, without .gz and .zst; else text */
    SOURCE_FORMAT_TEXT,
    SOURCE_FORMAT_CSV,
    SOURCE_FORMAT_TSV,
    SOURCE_FORMAT_JSONL,
};

struct source_item {
    uint64_t line;       /* from 1; where the item begins */
    const char *url;     /* as listed, TABs separate mirrors; not NUL-terminated */
    size_t url_length;   /* 0 only with a problem: what the line holds may be a secret */
    const char *problem; /* when the item cannot be used, else NULL; printable by vis only */
    const struct list_field *fields; /* what is beside the URL, in list order */
    size_t field_count;
    bool has_options; /* fields are options of the text format: an unknown one may be a mistake */
};

struct source_counts {
    uint64_t lines, comments, blank; /* physical lines after decompression */
};

struct source_settings {
    enum source_format format;
    const char *url_column; /* NULL = "url"; equal but for case if none is equal. Lent */
    int stop_descriptor;    /* ends waiting for a pipe or terminal when readable; -1 = none */
    /* A table must have the columns that this asks for, unless it has one called "out"; NULL = none
     * are asked for. Lent. */
    const struct name_template *names;
};

struct source;

/* False (ERROR_INPUT) when a list is missing, a directory, or may not be read; "-" is fine. Opens
 * nothing, so that a pipe is not disturbed. */
bool source_check(const char *path, struct error *error);

/* What SOURCE_FORMAT_AUTO means for this path: TEXT, CSV (.csv), TSV (.tsv .tab), JSONL (.jsonl
 * .ndjson .json), whatever their case, with .gz or .zst behind. */
enum source_format source_format_of(const char *path);

/* Opens a list file, or standard input for "-". A directory or an unreadable file is ERROR_INPUT.
 */
struct source *source_open(const char *path, const struct source_settings *settings,
                           struct error *error);
void source_close(struct source *source); /* NULL is fine */

/* A stream that cannot be decompressed to its end (cut short, broken, window too large) gives one
 * item with a problem in place of the line that it ends in, then SOURCE_END; source_is_whole is
 * false from then on. */
enum source_answer source_next(struct source *source, struct source_item *out_item,
                               struct error *error);

const char *source_name(const struct source *source); /* the path, "-" for standard input */
bool source_is_regular(const struct source *source);  /* a file whose end is there already */
bool source_is_whole(const struct source *source);    /* nothing of it was lost so far */
struct source_counts source_counts(const struct source *source);

#endif
