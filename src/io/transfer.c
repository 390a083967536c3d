#include "io/transfer.h"

#include "base/clock.h"
#include "base/memory.h"
#include "io/address.h"
#include "io/transfer_info.h"
#include "io/transfer_options.h"
#include "io/transfer_reply.h"
#include "io/transfer_verdict.h"
#include "model/content_type.h"
#include "model/redirect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct transfer {
    const struct transfer_settings *settings;
    CURL *handle;
    struct curl_slist *headers;
    struct sink *sink;

    /* of the request in progress; zeroed by transfer_start */
    struct job *job;
    const char *proxy;
    struct transfer_reply reply;
    enum failure seen;     /* what a callback objected to */
    const char *objection; /* static text, NULL = none */
    int sink_error;        /* errno value */
    bool was_refused_address;
    bool has_connected;
    bool is_public; /* the peer has a public address */
    bool is_cut;
    int64_t body_bytes;
    int64_t timeout_us;
    int64_t started_us;
    int64_t lively_us;      /* when the reply last came fast enough */
    int64_t measured_us;    /* start of the present measurement of its speed */
    int64_t measured_bytes; /* what came since */
    char error_text[CURL_ERROR_SIZE];
};

#define STALL_BYTES_PER_SECOND 1024
#define STALL_MEASURE_US (CLOCK_SECOND_US / 4)

static void object(struct transfer *transfer, enum failure failure, const char *objection)
{
    if (transfer->seen == FAILURE_NONE) {
        transfer->seen = failure;
        transfer->objection = objection;
    }
}

/* True for a place that this request must not go to. */
static bool is_forbidden(const struct transfer *transfer, enum address_kind kind)
{
    bool must_be_public = transfer->settings->is_public_only || transfer->job->came_from_public;
    return must_be_public && kind != ADDRESS_PUBLIC;
}

static curl_socket_t on_open_socket(void *context, curlsocktype purpose,
                                    struct curl_sockaddr *address)
{
    struct transfer *transfer = context;
    (void)purpose;
    if (transfer->proxy == NULL && is_forbidden(transfer, address_classify(&address->addr))) {
        transfer->was_refused_address = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Runs before each request, also over a connection that was open already. */
static int on_ready(void *context, char *peer, char *local, int peer_port, int local_port)
{
    struct transfer *transfer = context;
    (void)local;
    (void)peer_port;
    (void)local_port;
    /* Behind a proxy the peer is the proxy; of the target only a literal address is known. */
    const char *judged = transfer->proxy == NULL ? peer : job_target(transfer->job)->host;
    enum address_kind kind = address_classify_text(judged);
    if (transfer->proxy != NULL && kind == ADDRESS_OTHER)
        kind = ADDRESS_PUBLIC;
    if (is_forbidden(transfer, kind)) {
        transfer->was_refused_address = true;
        return CURL_PREREQFUNC_ABORT;
    }
    transfer->has_connected = true;
    transfer->is_public = kind == ADDRESS_PUBLIC;
    transfer->lively_us = transfer->measured_us = clock_monotonic_us();
    return CURL_PREREQFUNC_OK;
}

/* What the headers alone forbid, before the first byte of the body. */
static bool headers_are_acceptable(struct transfer *transfer)
{
    const struct transfer_reply *reply = &transfer->reply;
    int64_t limit = transfer->settings->max_bytes;
    if (transfer_status_failure(reply->status) == FAILURE_NONE) {
        if (limit > 0 && reply->length > limit) {
            object(transfer, FAILURE_TOO_LARGE, "announced length is above --max-size");
            return false;
        }
    } else if (reply->length > TRANSFER_WASTE_BYTES) {
        transfer->is_cut = true;
        return false;
    }
    return true;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t length = size * count;
    transfer->measured_bytes += (int64_t)length;
    const char *objection = NULL;
    enum failure failure = transfer_reply_add_line(&transfer->reply, bytes, length, &objection);
    if (failure != FAILURE_NONE) {
        object(transfer, failure, objection);
        return 0;
    }
    if (transfer->reply.has_ended && !transfer->reply.is_judged) {
        transfer->reply.is_judged = true;
        if (!headers_are_acceptable(transfer))
            return 0;
    }
    return length;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t length = size * count;
    transfer->measured_bytes += (int64_t)length;
    transfer->body_bytes += (int64_t)length;
    if (transfer->settings->received != NULL)
        atomic_fetch_add_explicit(transfer->settings->received, (long long)length,
                                  memory_order_relaxed);
    if (transfer_status_failure(transfer->reply.status) != FAILURE_NONE) {
        transfer->is_cut = transfer->body_bytes > TRANSFER_WASTE_BYTES;
        return transfer->is_cut ? 0 : length;
    }
    int64_t limit = transfer->settings->max_bytes;
    if (limit > 0 && transfer->body_bytes > limit) {
        object(transfer, FAILURE_TOO_LARGE, "body is above --max-size");
        return 0;
    }
    int result = sink_write(transfer->sink, bytes, length);
    if (result < 0) {
        transfer->sink_error = -result;
        return 0;
    }
    return length;
}

struct transfer *transfer_create(const struct transfer_settings *settings, struct root *root,
                                 size_t sink_bytes)
{
    struct transfer *transfer = memory_allocate_zeroed(1, sizeof *transfer);
    transfer->settings = settings;
    transfer->handle = curl_easy_init();
    if (transfer->handle == NULL) {
        free(transfer);
        return NULL;
    }
    transfer->headers = transfer_options_headers(settings);
    transfer->sink = sink_create(root, sink_bytes);
    return transfer;
}

void transfer_destroy(struct transfer *transfer)
{
    if (transfer == NULL)
        return;
    curl_easy_cleanup(transfer->handle);
    curl_slist_free_all(transfer->headers);
    sink_destroy(transfer->sink);
    free(transfer);
}

static void clear_request(struct transfer *transfer)
{
    transfer->job = NULL;
    transfer->proxy = NULL;
    transfer_reply_init(&transfer->reply);
    transfer->seen = FAILURE_NONE;
    transfer->objection = NULL;
    transfer->sink_error = 0;
    transfer->was_refused_address = false;
    transfer->has_connected = false;
    transfer->is_public = false;
    transfer->is_cut = false;
    transfer->body_bytes = 0;
    transfer->measured_bytes = 0;
    transfer->error_text[0] = '\0';
}

CURL *transfer_start(struct transfer *transfer, struct job *job, int worker)
{
    clear_request(transfer);
    transfer->job = job;
    transfer->proxy = proxy_for(&transfer->settings->proxy, job_target(job));
    transfer->started_us = clock_monotonic_us();
    transfer->timeout_us = transfer->settings->timeout_us - job->spent_us;
    if (job->started_us == 0) {
        job->started_us = transfer->started_us;
        job->outcome.start_us = clock_wall_us();
    }
    job->outcome.worker = worker;
    snprintf(job->temporary, sizeof job->temporary, "%llu", (unsigned long long)job->index);
    sink_begin(transfer->sink, job->temporary);
    job->temporary[0] = '\0';

    struct transfer_options options = {
        .settings = transfer->settings,
        .job = job,
        .proxy = transfer->proxy,
        .headers = transfer->headers,
        .timeout_us = transfer->timeout_us,
        .error_text = transfer->error_text,
        .context = transfer,
        .on_body = on_body,
        .on_header = on_header,
        .on_open_socket = on_open_socket,
        .on_ready = on_ready,
    };
    transfer_options_apply(transfer->handle, &options);
    return transfer->handle;
}

bool transfer_must_end(struct transfer *transfer, int64_t now_us)
{
    if (transfer->seen == FAILURE_CANCELED)
        return true;
    if (!transfer->has_connected)
        return false; /* the connect timeout watches over that */
    int64_t span_us = now_us - transfer->measured_us;
    if (span_us < STALL_MEASURE_US)
        return false;
    int64_t enough = span_us * STALL_BYTES_PER_SECOND / CLOCK_SECOND_US;
    if (transfer->measured_bytes >= enough)
        transfer->lively_us = now_us;
    transfer->measured_us = now_us;
    transfer->measured_bytes = 0;
    if (now_us - transfer->lively_us < transfer->settings->stall_timeout_us)
        return false;
    object(transfer, FAILURE_STALLED, "slower than 1 KiB/s for --stall-timeout");
    return true;
}

void transfer_cancel(struct transfer *transfer)
{
    object(transfer, FAILURE_CANCELED, "ended before it was complete");
}

static struct transfer_evidence collect_evidence(struct transfer *transfer, CURLcode code,
                                                 int64_t elapsed_us)
{
    long os_errno = 0;
    curl_easy_getinfo(transfer->handle, CURLINFO_OS_ERRNO, &os_errno);
    if (transfer->was_refused_address &&
        (code == CURLE_COULDNT_CONNECT || code == CURLE_ABORTED_BY_CALLBACK))
        object(transfer, FAILURE_BLOCKED_ADDRESS,
               "a private address, which this URL may not reach");
    return (struct transfer_evidence){
        .code = code,
        .error_text = transfer->error_text,
        .os_errno = (int)os_errno,
        .has_resolved = transfer_info_us(transfer->handle, CURLINFO_NAMELOOKUP_TIME_T) > 0,
        .has_connected = transfer->has_connected,
        .has_headers = transfer->reply.has_ended,
        .is_cut = transfer->is_cut,
        .status = transfer->reply.status,
        .seen = transfer->seen,
        .objection = transfer->objection,
        .sink_error = transfer->sink_error,
        .length = transfer->reply.length,
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
    return error_number != EMFILE && error_number != ENFILE && error_number != ENOMEM;
}

static enum transfer_verdict finish_saved(struct transfer *transfer, struct job *job)
{
    transfer_info_note_file(transfer->handle, &job->outcome);
    size_t head_length = 0;
    const char *head = sink_head(transfer->sink, &head_length);
    const struct content_type *detected = content_type_detect(head, head_length);
    job->outcome.detected_type = detected != NULL ? detected->media_type : NULL;
    int64_t mtime = transfer->settings->keeps_mtime ? job->outcome.last_modified : -1;
    int result = sink_finish(transfer->sink, mtime);
    if (result < 0) {
        struct transfer_evidence evidence = {.sink_error = -result, .error_text = ""};
        char detail[sizeof job->outcome.detail];
        job_fail(job, transfer_judge(&evidence, detail, sizeof detail), detail);
        return is_fatal(-result) ? TRANSFER_LOCAL : TRANSFER_FAILED;
    }
    snprintf(job->temporary, sizeof job->temporary, "%llu", (unsigned long long)job->index);
    job->outcome.file_bytes = transfer->body_bytes;
    job->outcome.failure = FAILURE_NONE;
    job->outcome.detail[0] = '\0'; /* of an earlier attempt */
    return TRANSFER_SAVED;
}

static enum transfer_verdict decide(struct transfer *transfer, struct job *job,
                                    const struct transfer_evidence *evidence)
{
    bool is_redirect = evidence->has_headers && redirect_is_status(evidence->status) &&
                       (evidence->seen == FAILURE_NONE || evidence->seen == FAILURE_STALLED);
    if (is_redirect)
        return finish_redirect(transfer, job);
    char detail[sizeof job->outcome.detail];
    enum failure failure = transfer_judge(evidence, detail, sizeof detail);
    if (failure == FAILURE_NONE)
        return finish_saved(transfer, job);
    job_fail(job, failure, detail);
    if (evidence->sink_error != 0 && is_fatal(evidence->sink_error))
        return TRANSFER_LOCAL;
    bool is_name_unknown = evidence->code == CURLE_COULDNT_RESOLVE_HOST;
    return is_name_unknown ? TRANSFER_NAME_UNKNOWN : TRANSFER_FAILED;
}

enum transfer_verdict transfer_finish(struct transfer *transfer, CURLcode code)
{
    struct job *job = transfer->job;
    struct outcome *outcome = &job->outcome;
    int64_t now_us = clock_monotonic_us();
    int64_t elapsed_us = now_us - transfer->started_us;
    struct transfer_evidence evidence = collect_evidence(transfer, code, elapsed_us);

    job->spent_us += elapsed_us;
    outcome->us.total = now_us - job->started_us;
    outcome->http = transfer->reply.status;
    outcome->curl = (int)code;
    outcome->expected_bytes = transfer->reply.length;
    transfer_info_note(transfer->handle, transfer->has_connected, outcome);
    job->retry_after_us = transfer_status_failure(outcome->http) != FAILURE_NONE
                              ? transfer_info_retry_after_us(transfer->handle)
                              : -1; /* looking costs: all headers are compared */

    enum transfer_verdict verdict = decide(transfer, job, &evidence);
    if (verdict != TRANSFER_REDIRECT)
        outcome->attempts++;
    if (verdict != TRANSFER_SAVED)
        sink_abort(transfer->sink);
    transfer->job = NULL;
    return verdict;
}

CURL *transfer_handle(const struct transfer *transfer)
{
    return transfer->handle;
}

struct job *transfer_job(const struct transfer *transfer)
{
    return transfer->job;
}

struct transfer *transfer_of(CURL *handle)
{
    char *context = NULL;
    curl_easy_getinfo(handle, CURLINFO_PRIVATE, &context);
    return (struct transfer *)(void *)context;
}
