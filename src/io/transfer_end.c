#include "base/clock.h"
#include "base/memory.h"
#include "io/partial_file.h"
#include "io/transfer_info.h"
#include "io/transfer_resume.h"
#include "io/transfer_state.h"
#include "model/redirect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* libcurl quotes the whole proxy, with its password, in what it says about it. */
static bool may_show_error_text(const struct transfer *transfer, CURLcode code)
{
    return transfer->proxy == NULL ||
           (code != CURLE_COULDNT_RESOLVE_PROXY && strchr(transfer->proxy, '@') == NULL);
}

/* The end of a body without a length is the end of its connection (RFC 9112, 6.3), and of TLS
 * a close_notify. HTTP/2 and later mark the end themselves. */
static bool was_cut_off(const struct transfer *transfer)
{
    const struct transfer_reply *reply = &transfer->reply;
    long version = 0;
    curl_easy_getinfo(transfer->handle, CURLINFO_HTTP_VERSION, &version);
    bool ends_with_connection =
        reply->length < 0 && !reply->is_chunked &&
        (version == CURL_HTTP_VERSION_1_0 || version == CURL_HTTP_VERSION_1_1);
    return ends_with_connection && transfer->tls.connection != NULL && !transfer->tls.was_closed;
}

/* What the reply said that would come; of the rest of a file it is known even when it did not. */
static int64_t body_length(const struct transfer *transfer)
{
    if (transfer->resumed_bytes > 0)
        return transfer->part.total - transfer->resumed_bytes;
    return transfer->reply.length;
}

/* The size of the whole file, as far as the reply tells it. */
static int64_t file_length(const struct transfer *transfer)
{
    const struct transfer_reply *reply = &transfer->reply;
    if (transfer->resumed_bytes > 0)
        return transfer->part.total;
    if (transfer->job->is_probed_by_get && reply->status == 206)
        return reply->has_range ? reply->range.total : -1;
    if (transfer->job->is_probed_by_get && reply->status == 416)
        return 0; /* there is no first byte */
    return reply->length;
}

static struct transfer_evidence collect_evidence(struct transfer *transfer, CURLcode code,
                                                 int64_t elapsed_us)
{
    long os_errno = 0;
    curl_easy_getinfo(transfer->handle, CURLINFO_OS_ERRNO, &os_errno);
    if (transfer->was_refused_address &&
        (code == CURLE_COULDNT_CONNECT || code == CURLE_ABORTED_BY_CALLBACK))
        transfer_object(transfer, FAILURE_BLOCKED_ADDRESS,
                        "a private address, which this URL may not reach");
    return (struct transfer_evidence){
        .code = code,
        .error_text = may_show_error_text(transfer, code) ? transfer->error_text : "",
        .os_errno = (int)os_errno,
        .has_resolved = transfer_info_us(transfer->handle, CURLINFO_NAMELOOKUP_TIME_T) > 0,
        .has_connected = transfer->has_connected,
        .has_headers = transfer->reply.has_ended,
        .is_rest = transfer->resumed_bytes > 0,
        .status = transfer->reply.status,
        .seen = transfer->seen,
        .objection = transfer->objection,
        .was_cut_off = was_cut_off(transfer),
        .sink_error = transfer->sink_error,
        .length = body_length(transfer),
        .body_bytes = transfer->body_bytes,
        .elapsed_us = elapsed_us,
        .timeout_us = transfer->timeout_us,
    };
}

static enum transfer_verdict fail(struct job *job, enum failure failure, const char *detail)
{
    job_fail(job, failure, detail);
    return TRANSFER_FAILED;
}

static enum transfer_verdict finish_redirect(struct transfer *transfer, struct job *job)
{
    struct url target = {0};
    enum failure failure = FAILURE_NONE;
    const char *reason = NULL;
    if (!redirect_next(job_target(job), transfer_info_header(transfer->handle, "Location"),
                       job->outcome.hop_count, transfer->settings->redirects, &target, &failure,
                       &reason))
        return fail(job, failure, reason);
    outcome_add_hop(&job->outcome, transfer->reply.status, target.target);
    url_clear(&job->redirected);
    job->redirected = target;
    job->is_redirected = true;
    job->came_from_public = job->came_from_public || transfer->is_public;
    return TRANSFER_REDIRECT;
}

/* The machine itself is the reason: other URLs would meet the same. */
static bool is_fatal(int error_number)
{
    return error_number != EMFILE && error_number != ENFILE && error_number != ENOMEM &&
           error_number != EEXIST; /* something was put under the temporary name */
}

/* What the reply said of its body, and what the body was, as far as it has come. */
static void note_body(struct transfer *transfer, struct job *job)
{
    struct outcome *outcome = &job->outcome;
    transfer_info_note_file(transfer->handle, outcome);
    const struct content_type *detected = body_check_type(transfer->check);
    outcome->detected_type = detected != NULL ? detected->media_type : NULL;
    outcome->image = body_check_image(transfer->check);
}

static char *digits_of(const struct body_check *check, enum digest_algorithm algorithm)
{
    const struct checksum *sum = body_check_sum(check, algorithm);
    char digits[DIGEST_TEXT_SIZE];
    return sum != NULL ? memory_copy_string(checksum_format(sum, digits)) : NULL;
}

/* The whole body's type, picture, digests and name, as the record and the publisher need them. */
static void note_contents(struct transfer *transfer, struct job *job)
{
    struct outcome *outcome = &job->outcome;
    body_check_end(transfer->check);
    note_body(transfer, job);
    outcome->sha256 = digits_of(transfer->check, DIGEST_SHA256);
    if (transfer->settings->hash == DIGEST_SHA512)
        outcome->sha512 = digits_of(transfer->check, DIGEST_SHA512);
    if (transfer->settings->uses_server_names)
        transfer_info_note_name(transfer->handle, job);
}

static enum failure verify(struct transfer *transfer, const struct job *job, char *detail,
                           size_t detail_size)
{
    const struct checksum *wanted = job->entry != NULL ? &job->entry->checksum : NULL;
    struct verification_evidence evidence = {
        .detected = body_check_type(transfer->check),
        .image = job->outcome.image,
        .wanted = wanted,
        .found = wanted != NULL ? body_check_sum(transfer->check, wanted->algorithm) : NULL,
    };
    return verification_judge(&transfer->settings->rules, &evidence, detail, detail_size);
}

/* The transfer is complete: now its contents are judged, and stored. */
static enum transfer_verdict finish_body(struct transfer *transfer, struct job *job)
{
    char detail[OUTCOME_DETAIL_SIZE];
    note_contents(transfer, job);
    enum failure failure = verify(transfer, job, detail, sizeof detail);
    if (failure != FAILURE_NONE && transfer->resumed_bytes > 0) {
        transfer->must_start_anew = true; /* whatever was on disk: a whole file may be right */
        return TRANSFER_AGAIN;
    }
    if (failure != FAILURE_NONE)
        return fail(job, failure, detail);
    int64_t mtime = transfer->settings->keeps_mtime ? job->outcome.last_modified : -1;
    int result = sink_finish(transfer->sink, mtime);
    if (result < 0) {
        struct transfer_evidence evidence = {.sink_error = -result, .error_text = ""};
        job_fail(job, transfer_judge(&evidence, detail, sizeof detail), detail);
        return is_fatal(-result) ? TRANSFER_LOCAL : TRANSFER_FAILED;
    }
    if (transfer->uses_part)
        partial_file_name(job->key, job->temporary);
    else if (transfer->root != NULL)
        transfer_name_temporary(job);
    job->file_mtime_ns = sink_mtime_ns(transfer->sink);
    job->outcome.file_bytes = transfer->resumed_bytes + transfer->body_bytes;
    job->outcome.failure = FAILURE_NONE;
    bool is_cut = job->outcome.image.end == IMAGE_END_MISSING;
    outcome_set_detail(&job->outcome, "%s%s", is_cut ? "the image is cut short: " : "",
                       is_cut ? job->outcome.image.missing : ""); /* not an earlier attempt's */
    return TRANSFER_SAVED;
}

/* The headers are all that was asked for. */
static enum transfer_verdict finish_headers(struct transfer *transfer, struct job *job,
                                            enum transfer_verdict verdict)
{
    transfer_info_note_file(transfer->handle, &job->outcome);
    job->outcome.failure = FAILURE_NONE;
    outcome_set_detail(&job->outcome, "%s", "");
    return verdict;
}

/* Servers that do not know HEAD say so, or just close the connection. */
static bool has_refused_head(const struct transfer_evidence *evidence, bool is_answered)
{
    if (is_answered)
        return evidence->status == 405 || evidence->status == 501;
    char detail[OUTCOME_DETAIL_SIZE];
    return evidence->status == 0 && evidence->has_connected && evidence->seen == FAILURE_NONE &&
           transfer_judge(evidence, detail, sizeof detail) == FAILURE_RESET;
}

/* Of a reply that says all that was asked for: nothing of its body is wanted. True with a verdict.
 */
static bool decide_by_headers(struct transfer *transfer, struct job *job,
                              const struct transfer_evidence *evidence, bool is_answered,
                              enum transfer_verdict *out_verdict)
{
    int status = evidence->status;
    bool is_head = job->is_checked && !job->is_probed_by_get;
    if (is_head && has_refused_head(evidence, is_answered)) {
        job->is_probed_by_get = true;
        *out_verdict = TRANSFER_AGAIN;
        return true;
    }
    bool is_fine = transfer_status_failure(status) == FAILURE_NONE ||
                   (job->is_probed_by_get && (status == 206 || status == 416));
    if (is_answered && job->is_checked && is_fine)
        *out_verdict = finish_headers(transfer, job, TRANSFER_CHECKED);
    else if (is_answered && status == 304 && transfer->reply.may_be_unchanged)
        *out_verdict = finish_headers(transfer, job, TRANSFER_UNCHANGED);
    else
        return false;
    return true;
}

static enum transfer_verdict decide(struct transfer *transfer, struct job *job,
                                    const struct transfer_evidence *evidence)
{
    bool is_answered = evidence->has_headers &&
                       (evidence->seen == FAILURE_NONE || evidence->seen == FAILURE_STALLED);
    if (is_answered && redirect_is_status(evidence->status))
        return finish_redirect(transfer, job);
    if (is_answered && transfer->must_start_anew)
        return TRANSFER_AGAIN;
    enum transfer_verdict verdict;
    if (decide_by_headers(transfer, job, evidence, is_answered, &verdict))
        return verdict;
    char detail[OUTCOME_DETAIL_SIZE];
    enum failure failure = transfer_judge(evidence, detail, sizeof detail);
    if (failure == FAILURE_NONE)
        return finish_body(transfer, job);
    if (evidence->seen == FAILURE_BAD_TYPE || evidence->seen == FAILURE_BAD_IMAGE)
        note_body(transfer, job);
    job_fail(job, failure, detail);
    if (evidence->sink_error != 0 && is_fatal(evidence->sink_error))
        return TRANSFER_LOCAL;
    bool is_name_unknown = evidence->code == CURLE_COULDNT_RESOLVE_HOST;
    return is_name_unknown ? TRANSFER_NAME_UNKNOWN : TRANSFER_FAILED;
}

/* Bodies were counted as they came. With the rest, headers above all, it is what outcomes say. */
static void count_rest(const struct transfer *transfer, int64_t wire_bytes)
{
    if (transfer->settings->received != NULL)
        atomic_fetch_add_explicit(transfer->settings->received, wire_bytes - transfer->body_bytes,
                                  memory_order_relaxed);
}

enum transfer_verdict transfer_finish(struct transfer *transfer, CURLcode code)
{
    struct job *job = transfer->job;
    struct outcome *outcome = &job->outcome;
    int64_t now_us = clock_monotonic_us();
    int64_t elapsed_us =
        now_us - transfer->started_us - transfer_speed_excluded_us(&transfer->speed, now_us);
    struct transfer_evidence evidence = collect_evidence(transfer, code, elapsed_us);
    int64_t written_us = sink_write_us(transfer->sink);

    job->spent_us += elapsed_us;
    outcome->us.total = now_us - job->started_us;
    outcome->http = transfer->reply.status;
    job->was_throttled = job->was_throttled || outcome->http == 429 || outcome->http == 503;
    outcome->curl = (int)code;
    outcome->expected_bytes = file_length(transfer);
    struct transfer_facts facts = {
        .is_secure = job_target(job)->is_https,
        .has_connected = transfer->has_connected,
        .handshake_us = transfer->handshake_us,
        .body_bytes = transfer->body_bytes,
        .elapsed_us = elapsed_us,
    };
    int64_t wire_bytes = outcome->wire_bytes;
    transfer_info_note(transfer->handle, &facts, outcome);
    count_rest(transfer, outcome->wire_bytes - wire_bytes);
    job->retry_after_us = !transfer_keeps_body(transfer)
                              ? transfer_info_retry_after_us(transfer->handle)
                              : -1; /* looking costs: all headers are compared */

    enum transfer_verdict verdict = decide(transfer, job, &evidence);
    if (verdict != TRANSFER_REDIRECT && verdict != TRANSFER_AGAIN)
        outcome->attempts++;
    if (transfer->speed.is_paused)
        --*transfer->paused;
    transfer_resume_finish(transfer, verdict);
    activity_leave(transfer->activity, transfer->phase);
    phases_add_write(&outcome->us, written_us, sink_write_us(transfer->sink));
    if (verdict != TRANSFER_SAVED)
        sink_abort(transfer->sink);
    transfer->job = NULL;
    return verdict;
}
