#include "app/record_writer.h"

#include "base/memory.h"
#include "io/descriptor.h"
#include "io/list_row.h"
#include "io/record.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define FLUSH_BYTES ((size_t)1024 * 1024)

struct record_writer {
    struct run_folder *folder;
    struct root *root;
    const struct cancel *cancel;
    const struct redaction *redaction;
    int results_descriptor;
    int failed_descriptor;
    int json_descriptor;
    struct highlights highlights;
    int64_t written_bytes; /* of results.jsonl */
    struct text lines;
    struct text rows;
};

struct record_writer *record_writer_create(struct run_folder *folder, struct root *root,
                                           const struct cancel *cancel, int json_descriptor,
                                           const struct redaction *redaction, struct error *error)
{
    struct record_writer *writer = memory_allocate_zeroed(1, sizeof *writer);
    writer->folder = folder;
    writer->root = root;
    writer->cancel = cancel;
    writer->redaction = redaction;
    writer->json_descriptor = json_descriptor;
    text_init(&writer->lines, SIZE_MAX / 4);
    text_init(&writer->rows, SIZE_MAX / 4);
    writer->results_descriptor = writer->failed_descriptor = -1;
    if (folder == NULL)
        return writer;
    writer->results_descriptor = run_folder_create_file(folder, "results.jsonl");
    writer->failed_descriptor = run_folder_create_file(folder, "failed.tsv");
    int worst = writer->results_descriptor < writer->failed_descriptor ? writer->results_descriptor
                                                                       : writer->failed_descriptor;
    if (worst < 0) {
        error_set_errno(error, ERROR_LOCAL, -worst, "cannot create files in %s",
                        run_folder_path(folder));
        record_writer_destroy(writer);
        return NULL;
    }
    list_row_append_failed_header(&writer->rows);
    return writer;
}

static void close_file(int descriptor)
{
    if (descriptor >= 0)
        close(descriptor);
}

void record_writer_destroy(struct record_writer *writer)
{
    if (writer == NULL)
        return;
    close_file(writer->results_descriptor);
    close_file(writer->failed_descriptor);
    text_clear(&writer->lines);
    text_clear(&writer->rows);
    free(writer);
}

/* What a retry leaves out is for the next one that asks for it. */
static bool stays_failed(const struct outcome *outcome)
{
    return outcome->status == STATUS_FAILED ||
           (outcome->status == STATUS_SKIPPED && failure_is_final(outcome->failure));
}

bool record_writer_add(struct record_writer *writer, const struct job *job)
{
    if (writer->results_descriptor >= 0)
        highlights_add(&writer->highlights, job,
                       writer->written_bytes + (int64_t)writer->lines.length);
    record_append_json(&writer->lines, job, writer->redaction);
    if (stays_failed(&job->outcome))
        list_row_append_failed(&writer->rows, job);
    return writer->lines.length < FLUSH_BYTES && writer->rows.length < FLUSH_BYTES;
}

const struct highlights *record_writer_highlights(const struct record_writer *writer)
{
    return &writer->highlights;
}

/* Goes on after giving up the reserve, so that a full disk does not cost records. */
static bool write_file(struct record_writer *writer, int descriptor, const char *bytes,
                       size_t length)
{
    bool has_reserve = true;
    while (length > 0) {
        ssize_t written = write(descriptor, bytes, length);
        if (written >= 0) {
            bytes += written;
            length -= (size_t)written;
        } else if (errno == ENOSPC && has_reserve) {
            has_reserve = false;
            root_free_reserve(writer->root);
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

static bool write_text(struct record_writer *writer, int descriptor, const struct text *text,
                       const char *name, struct error *error)
{
    return descriptor < 0 || write_file(writer, descriptor, text->data, text->length) ||
           error_set_errno(error, ERROR_LOCAL, errno, "cannot write %s/%s",
                           run_folder_path(writer->folder), name);
}

static bool write_json(struct record_writer *writer, struct error *error)
{
    if (writer->json_descriptor < 0 || writer->lines.length == 0)
        return true;
    int result = descriptor_write_unless(writer->json_descriptor, writer->lines.data,
                                         writer->lines.length, writer->cancel);
    if (result >= 0)
        return true;
    writer->json_descriptor = -1;
    /* Canceled: the run is aborted, and nobody reads. */
    return result == -ECANCELED ||
           error_set_errno(error, ERROR_LOCAL, -result, "cannot write to standard output");
}

/* Memory that a few long lines took is not kept. */
static void empty(struct text *text)
{
    text_reset(text);
    if (text->capacity <= FLUSH_BYTES)
        return;
    text_clear(text);
    text_init(text, SIZE_MAX / 4);
}

enum record_writer_answer record_writer_flush(struct record_writer *writer, struct error *error)
{
    enum record_writer_answer answer = RECORD_WRITER_FINE;
    struct error second; /* the first one counts */
    if (!write_text(writer, writer->results_descriptor, &writer->lines, "results.jsonl", error))
        answer = RECORD_WRITER_BROKEN;
    if (!write_text(writer, writer->failed_descriptor, &writer->rows, "failed.tsv",
                    answer == RECORD_WRITER_FINE ? error : &second))
        answer = RECORD_WRITER_BROKEN;
    if (!write_json(writer, answer == RECORD_WRITER_FINE ? error : &second) &&
        answer == RECORD_WRITER_FINE)
        answer = RECORD_WRITER_NO_READER;
    writer->written_bytes += (int64_t)writer->lines.length;
    empty(&writer->lines);
    empty(&writer->rows);
    return answer;
}
