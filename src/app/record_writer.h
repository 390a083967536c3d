/* Where records go: results.jsonl and failed.tsv in the run's folder, and standard output with
 * --json.
 *
 * Owned and used by one thread. */
#ifndef HAUL_APP_RECORD_WRITER_H
#define HAUL_APP_RECORD_WRITER_H

#include "base/error.h"
#include "io/run_folder.h"
#include "model/highlights.h"
#include "model/job.h"
#include "model/url.h"
#include "sync/cancel.h"

struct record_writer;

/* All lent. folder and root may be NULL: then there are no files. json_descriptor: -1 = none. */
struct record_writer *record_writer_create(struct run_folder *folder, struct root *root,
                                           const struct cancel *cancel, int json_descriptor,
                                           const struct redaction *redaction, struct error *error);
void record_writer_destroy(struct record_writer *writer); /* NULL is fine */

/* False when much was added: it should be written before more is. */
bool record_writer_add(struct record_writer *writer, const struct job *job);

/* Which of them are shown apart, with their places in results.jsonl. Lent. */
const struct highlights *record_writer_highlights(const struct record_writer *writer);

enum record_writer_answer {
    RECORD_WRITER_FINE,
    RECORD_WRITER_NO_READER, /* standard output was closed; the files go on */
    RECORD_WRITER_BROKEN,    /* a file cannot be written, not even in the place of the reserve */
};

/* Writes what was added. The error is set when the answer is not FINE. */
enum record_writer_answer record_writer_flush(struct record_writer *writer, struct error *error);

#endif
