/* Streams the records of a results.jsonl, line by line in bounded memory, as often as wanted.
 *
 * The file may belong to a run that goes on, or that was killed within a line: what it holds when
 * it is opened is read, up to the last whole line. Lines that are no record are passed over and
 * counted. */
#ifndef HAUL_IO_RESULTS_READER_H
#define HAUL_IO_RESULTS_READER_H

#include "base/common.h"
#include "base/error.h"
#include "model/key.h"
#include "model/outcome.h"

#include <jansson.h>

struct results_reader;

/* A line as it stands in the file, valid until the next call; `bytes` are followed by a NUL. */
struct results_line {
    const char *bytes;
    size_t length;
    int64_t offset; /* in the file */
};

/* Takes the descriptor. `name` is for messages. */
struct results_reader *results_reader_create(int descriptor, const char *name);
void results_reader_destroy(struct results_reader *reader);

int results_reader_descriptor(const struct results_reader *reader); /* lent */
void results_reader_rewind(struct results_reader *reader);
/* False at the end, and when the file cannot be read. */
bool results_reader_next(struct results_reader *reader, struct results_line *out);
/* After the end: false when it came because of a failure. */
bool results_reader_check(const struct results_reader *reader, struct error *error);
/* Lines passed over since the rewind: too long, cut at the end, or reported by the caller. */
uint64_t results_reader_damaged(const struct results_reader *reader);
void results_reader_note_damaged(struct results_reader *reader);

/* The record of a line (json_decref it), or NULL when it is none of schema haul.result/1. */
json_t *results_line_parse(const struct results_line *line);
/* The same in a third of the time: perhaps only schema, i, key, status, class, http, bytes, sha256,
 * etag and redirects of it. */
json_t *results_line_parse_verdict(const struct results_line *line);
/* The same for schema, i, status, bytes, path, type and image. */
json_t *results_line_parse_file(const struct results_line *line);
/* Its number and class when it is a failed one. Cheap for lines as haul writes them; others are
 * parsed. A number that is missing is -1, a class that haul does not know FAILURE_NONE. */
bool results_line_failure(const struct results_line *line, int64_t *out_index,
                          enum failure *out_failure);
/* Its key. Cheap for lines as haul writes them; others are parsed. */
bool results_line_key(const struct results_line *line, struct key *out);
bool results_record_key(const json_t *record, struct key *out);
/* False when no number under "total" in it is above the limit, which is seen without parsing. */
bool results_line_may_exceed(const struct results_line *line, int64_t total_us);

#endif
