#include "io/transfer_resume.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/memory.h"
#include "io/partial_file.h"
#include "io/transfer_info.h"
#include "model/http_date.h"

#define SHOWN_PIECE_BYTES (128 * 1024)
#define SHOWN_PIECES 16 /* at a time, so that other transfers get their turn */

void transfer_resume_find(struct transfer *transfer)
{
    const struct job *job = transfer->job;
    if (transfer->root == NULL || job->is_checked || job->wants_update || job->starts_anew)
        return;
    /* Most files have no part: nobody looks for one that cannot be there. */
    if (!partial_file_any(transfer->root) && job->outcome.attempts == 0)
        return;
    transfer->has_part = partial_file_load(transfer->root, job->key, &transfer->part);
    transfer->asks_for_rest =
        transfer->has_part && partial_is_from(&transfer->part, job_target(job));
}

static void drop_part(struct transfer *transfer)
{
    if (transfer->has_part)
        partial_file_end(transfer->root, transfer->job->key, true);
    transfer->has_part = false;
}

static bool start_anew(struct transfer *transfer)
{
    drop_part(transfer);
    transfer->must_start_anew = true;
    return false;
}

/* Is this the rest of the very file that the part is of? */
static bool is_the_rest(const struct transfer *transfer)
{
    const struct transfer_reply *reply = &transfer->reply;
    const struct partial *part = &transfer->part;
    const char *type = transfer_info_header(transfer->handle, "Content-Type");
    bool is_multipart = type != NULL && strncasecmp(type, "multipart/", 10) == 0;
    return !is_multipart && reply->has_range && partial_fits(part, &reply->range) &&
           (reply->length < 0 || reply->length == part->total - part->bytes) &&
           !partial_contradicts(part, transfer_info_header(transfer->handle, "ETag"),
                                transfer_info_header(transfer->handle, "Last-Modified"));
}

static bool continue_part(struct transfer *transfer)
{
    struct root *root = transfer->root;
    struct job *job = transfer->job;
    char name[PARTIAL_NAME_SIZE];
    partial_file_name(job->key, name);
    if (sink_use_part(transfer->sink, name, transfer->part.bytes) < 0)
        return false;
    transfer->uses_part = true;
    transfer->prefix = root_open_part(root, name);
    if (transfer->prefix < 0)
        return false;
    transfer->resumed_bytes = job->outcome.resumed_bytes = transfer->part.bytes;
    /* Without that only what was synced counts after a kill. */
    (void)partial_file_continue(root, job->key, &transfer->part);
    return true;
}

bool transfer_resume_judge(struct transfer *transfer)
{
    int status = transfer->reply.status;
    if (!transfer->asks_for_rest || (status != 206 && status != 416))
        return true;
    bool goes_on = status == 206 && is_the_rest(transfer) && continue_part(transfer);
    return goes_on || start_anew(transfer);
}

/* The version of the whole file that follows; NULL = nothing proves it, or it is not worth it. */
static char *find_validator(const struct transfer *transfer)
{
    if (transfer->reply.status != 200 || transfer->reply.length < PARTIAL_LEAST_TOTAL)
        return NULL;
    const char *modified = transfer_info_header(transfer->handle, "Last-Modified");
    const char *date = transfer_info_header(transfer->handle, "Date");
    return partial_validator(transfer_info_header(transfer->handle, "ETag"), modified,
                             modified != NULL ? http_date_parse(modified) : -1,
                             date != NULL ? http_date_parse(date) : -1);
}

void transfer_resume_begin(struct transfer *transfer)
{
    struct job *job = transfer->job;
    if (transfer->root == NULL || job->is_checked || job->wants_update ||
        transfer->resumed_bytes > 0)
        return;
    struct partial part = {
        .total = transfer->reply.length,
        .validator = find_validator(transfer),
    };
    if (part.validator == NULL) {
        drop_part(transfer); /* of another version, or never to be asked for again */
        return;
    }
    partial_set_url(&part, job_target(job));
    partial_clear(&transfer->part);
    transfer->part = part;
    char name[PARTIAL_NAME_SIZE];
    transfer->has_part = true;
    transfer->uses_part = partial_file_begin(transfer->root, job->key, &part) == 0 &&
                          sink_use_part(transfer->sink, partial_file_name(job->key, name), 0) == 0;
    if (!transfer->uses_part)
        drop_part(transfer); /* the sink goes on without, and says what is wrong, if anything */
}

static void end_prefix(struct transfer *transfer)
{
    if (transfer->prefix >= 0)
        close(transfer->prefix);
    transfer->prefix = -1;
}

bool transfer_resume_show(struct transfer *transfer)
{
    char *bytes = memory_allocate(SHOWN_PIECE_BYTES);
    int64_t left = transfer->resumed_bytes - lseek(transfer->prefix, 0, SEEK_CUR);
    bool is_fine = true;
    for (int i = 0; i < SHOWN_PIECES && left > 0 && is_fine; i++) {
        size_t wanted = left < SHOWN_PIECE_BYTES ? (size_t)left : SHOWN_PIECE_BYTES;
        ssize_t got = read(transfer->prefix, bytes, wanted);
        is_fine = got > 0 || (got < 0 && errno == EINTR);
        if (got > 0) {
            body_check_add(transfer->check, bytes, (size_t)got);
            left -= got;
        }
        if (!body_check_needs_more(transfer->check))
            left = 0;
    }
    free(bytes);
    if (left == 0)
        end_prefix(transfer);
    return is_fine || start_anew(transfer);
}

/* What came is worth keeping when the rest may come later. */
static bool may_pass(enum failure failure)
{
    switch (failure) {
    case FAILURE_TRUNCATED:
    case FAILURE_RESET:
    case FAILURE_TIMEOUT:
    case FAILURE_STALLED:
    case FAILURE_CANCELED:
        return true;
    default:
        return false;
    }
}

/* True when the reply to a request for the rest says that there will be none. */
static bool is_gone(const struct transfer *transfer, enum failure failure)
{
    switch (failure) {
    case FAILURE_NOT_FOUND:
    case FAILURE_GONE:
    case FAILURE_NO_CONTENT:
    case FAILURE_PROTOCOL:
    case FAILURE_TOO_LARGE:
        return transfer->reply.has_ended;
    case FAILURE_CLIENT_ERROR:
        return transfer->reply.status != 408 && transfer->reply.status != 425;
    default:
        return false;
    }
}

static bool keep_part(struct transfer *transfer, enum failure failure)
{
    if (transfer->resumed_bytes + transfer->body_bytes == 0 || sink_keep(transfer->sink) < 0)
        return false;
    /* A run that was ended may go on after a restart of the machine; a retry comes before. */
    if (failure == FAILURE_CANCELED)
        (void)partial_file_keep(transfer->root, transfer->job->key, &transfer->part);
    return true;
}

void transfer_resume_finish(struct transfer *transfer, enum transfer_verdict verdict)
{
    enum failure failure = transfer->job->outcome.failure;
    end_prefix(transfer);
    if (!transfer->has_part) {
        /* nothing is left, or nothing was begun */
    } else if (verdict == TRANSFER_SAVED) {
        if (!transfer->uses_part) /* else the publisher ends it, with the name that it gives */
            drop_part(transfer);
    } else if (transfer->uses_part) {
        bool is_kept =
            verdict == TRANSFER_FAILED && may_pass(failure) && keep_part(transfer, failure);
        if (!is_kept)
            drop_part(transfer);
    } else if (verdict == TRANSFER_FAILED && transfer->asks_for_rest &&
               is_gone(transfer, failure)) {
        drop_part(transfer);
    }
    if (verdict == TRANSFER_AGAIN && transfer->must_start_anew)
        transfer->job->starts_anew = true;
    partial_clear(&transfer->part);
    transfer->has_part = false;
}
