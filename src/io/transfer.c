#include "io/transfer.h"

#include "base/clock.h"
#include "base/memory.h"
#include "io/address.h"
#include "io/transfer_headers.h"
#include "io/transfer_options.h"
#include "io/transfer_resume.h"
#include "io/transfer_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* True for a place that this request must not go to. */
static bool is_forbidden(const struct transfer *transfer, enum address_kind kind)
{
    bool must_be_public = transfer->settings->is_public_only || transfer->job->came_from_public;
    return must_be_public && kind != ADDRESS_PUBLIC;
}

static int on_resolve(void *resolver, void *reserved, void *context)
{
    (void)resolver;
    (void)reserved;
    transfer_enter_phase(context, ACTIVITY_DNS);
    return 0;
}

static CURLcode on_tls(CURL *handle, void *tls_context, void *context)
{
    struct transfer *transfer = context;
    transfer->handshake_us = clock_monotonic_us() - transfer->started_us;
    transfer_enter_phase(transfer, ACTIVITY_TLS);
    return transfer_tls_prepare(handle, tls_context, context);
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
    transfer_enter_phase(transfer, ACTIVITY_CONNECT);
    curl_socket_t descriptor =
        socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    const struct throttle *throttle = transfer->settings->throttle;
    if (throttle != NULL && descriptor != CURL_SOCKET_BAD) {
        int bytes = transfer_speed_socket_bytes(throttle);
        (void)setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    }
    return descriptor;
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
    enum address_kind kind = address_classify_host(judged);
    if (transfer->proxy != NULL && kind == ADDRESS_OTHER)
        kind = ADDRESS_PUBLIC;
    if (is_forbidden(transfer, kind)) {
        transfer->was_refused_address = true;
        return CURL_PREREQFUNC_ABORT;
    }
    transfer->has_connected = true;
    if (job_target(transfer->job)->is_https)
        transfer_tls_watch(&transfer->tls, transfer->handle);
    transfer->is_public = kind == ADDRESS_PUBLIC;
    transfer_speed_start(&transfer->speed, clock_monotonic_us());
    transfer_enter_phase(transfer, ACTIVITY_WAIT);
    return CURL_PREREQFUNC_OK;
}

/* What the headers alone forbid, before the first byte of the body. */
static bool headers_are_acceptable(struct transfer *transfer)
{
    const struct transfer_reply *reply = &transfer->reply;
    int64_t limit = transfer->settings->max_bytes;
    if (transfer->job->is_checked && !transfer->job->is_probed_by_get)
        return true; /* a reply to HEAD announces a body that does not come */
    bool is_fitting = transfer_resume_judge(transfer);
    if (!transfer_keeps_body(transfer))
        return reply->length <= TRANSFER_WASTE_BYTES && (is_fitting || reply->status != 206);
    if (!is_fitting)
        return false;
    if (limit > 0 && reply->length > limit - transfer->resumed_bytes) {
        transfer_object(transfer, FAILURE_TOO_LARGE, "announced length is above --max-size");
        return false;
    }
    transfer_resume_begin(transfer);
    return true;
}

/* True (abort) when a proxy keeps libcurl from coming back. */
static int on_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t sent_total,
                       curl_off_t sent)
{
    struct transfer *transfer = context;
    (void)total;
    (void)now;
    (void)sent_total;
    (void)sent;
    if (transfer->has_connected)
        return 0;
    if (transfer->settings->cancel != NULL &&
        cancel_level(transfer->settings->cancel) == CANCEL_ABORT)
        transfer_object(transfer, FAILURE_CANCELED, "ended before the proxy had connected");
    else if (clock_monotonic_us() - transfer->started_us >= transfer->settings->connect_timeout_us)
        transfer_object(transfer, FAILURE_CONNECT,
                        "the proxy did not connect within --connect-timeout");
    return transfer->seen != FAILURE_NONE;
}

static void tell_answer(struct transfer *transfer)
{
    const struct transfer_settings *settings = transfer->settings;
    int status = transfer->reply.status;
    if (settings->on_answer != NULL && (status == 200 || status == 203 || status == 206))
        settings->on_answer(settings->answer_context, transfer->job);
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t length = size * count;
    transfer_enter_phase(transfer, ACTIVITY_RECEIVE);
    transfer->speed.measured_bytes += (int64_t)length;
    const char *objection = NULL;
    enum failure failure = transfer_reply_add_line(&transfer->reply, bytes, length, &objection);
    if (failure != FAILURE_NONE) {
        transfer_object(transfer, failure, objection);
        return 0;
    }
    if (transfer->reply.has_ended && !transfer->reply.is_judged) {
        transfer->reply.is_judged = true;
        if (!headers_are_acceptable(transfer))
            return 0;
        tell_answer(transfer);
    }
    return length;
}

/* A body that cannot pass any more is not worth the rest of it, when much may follow. */
static bool body_is_acceptable(struct transfer *transfer)
{
    const struct verification_rules *rules = &transfer->settings->rules;
    const struct transfer_reply *reply = &transfer->reply;
    /* Of a body without a length as much again may follow. */
    int64_t left = reply->length < 0 ? transfer->body_bytes : reply->length - transfer->body_bytes;
    if (transfer->is_size_judged || left <= TRANSFER_WASTE_BYTES ||
        !body_check_has_type(transfer->check))
        return true;
    struct image_info image = body_check_image(transfer->check);
    bool is_expected = rules->expectation == NULL ||
                       expectation_is_met(rules->expectation, body_check_type(transfer->check));
    if (is_expected && image.format != NULL && image.width == 0)
        return true; /* its header is still to come */
    transfer->is_size_judged = true;
    struct verification_evidence evidence = {
        .detected = body_check_type(transfer->check),
        .image = image,
    };
    enum failure failure =
        is_expected
            ? verification_judge_size(rules, &image, transfer->refusal, sizeof transfer->refusal)
            : verification_judge(rules, &evidence, transfer->refusal, sizeof transfer->refusal);
    if (failure == FAILURE_NONE)
        return true;
    transfer_object(transfer, failure, transfer->refusal);
    return false;
}

/* False while the transfer has to wait before it may take these bytes. */
static bool may_take(struct transfer *transfer, size_t length)
{
    struct throttle *throttle = transfer->settings->throttle;
    bool may_take = true;
    if (transfer->prefix >= 0) {
        transfer_speed_pause(&transfer->speed, clock_monotonic_us(), 0);
        may_take = false;
    } else if (throttle != NULL) {
        may_take =
            transfer_speed_admit(&transfer->speed, throttle, clock_monotonic_us(), (int64_t)length);
    }
    if (!may_take)
        ++*transfer->paused;
    return may_take;
}

/* True when the body is longer than it may be. */
static bool is_too_long(struct transfer *transfer)
{
    int64_t limit = transfer->settings->max_bytes;
    int64_t bytes = transfer->resumed_bytes + transfer->body_bytes;
    if (limit > 0 && bytes > limit)
        transfer_object(transfer, FAILURE_TOO_LARGE, "body is above --max-size");
    else if (transfer->resumed_bytes > 0 && bytes > transfer->part.total)
        transfer_object(transfer, FAILURE_PROTOCOL, "more came than the rest of the file");
    return transfer->seen != FAILURE_NONE;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context)
{
    struct transfer *transfer = context;
    size_t length = size * count;
    if (!may_take(transfer, length))
        return CURL_WRITEFUNC_PAUSE;
    transfer->speed.measured_bytes += (int64_t)length;
    transfer->body_bytes += (int64_t)length;
    if (transfer->settings->received != NULL)
        atomic_fetch_add_explicit(transfer->settings->received, (long long)length,
                                  memory_order_relaxed);
    if (!transfer_keeps_body(transfer))
        return transfer->body_bytes > TRANSFER_WASTE_BYTES ? 0 : length;
    if (is_too_long(transfer))
        return 0;
    int result = sink_write(transfer->sink, bytes, length);
    if (result < 0) {
        transfer->sink_error = -result;
        return 0;
    }
    body_check_add(transfer->check, bytes, length);
    return body_is_acceptable(transfer) ? length : 0;
}

struct transfer *transfer_create(const struct transfer_settings *settings, struct root *root,
                                 size_t sink_bytes, const struct transfer_thread *thread)
{
    struct transfer *transfer = memory_allocate_zeroed(1, sizeof *transfer);
    transfer->share = thread->share;
    transfer->paused = thread->paused;
    transfer->activity = thread->activity;
    transfer->prefix = -1;
    transfer->check = body_check_create();
    transfer_reuse(transfer, settings, root, sink_bytes);
    return transfer;
}

void transfer_reuse(struct transfer *transfer, const struct transfer_settings *settings,
                    struct root *root, size_t sink_bytes)
{
    transfer->settings = settings;
    transfer->root = root;
    curl_slist_free_all(transfer->headers);
    transfer->headers = transfer_headers_common(settings);
    sink_destroy(transfer->sink);
    transfer->sink = sink_create(root, sink_bytes);
}

void transfer_destroy(struct transfer *transfer)
{
    if (transfer == NULL)
        return;
    curl_easy_cleanup(transfer->handle);
    curl_slist_free_all(transfer->headers);
    curl_slist_free_all(transfer->own_headers);
    sink_destroy(transfer->sink);
    body_check_destroy(transfer->check);
    free(transfer);
}

static void clear_request(struct transfer *transfer)
{
    transfer->job = NULL;
    transfer->proxy = NULL;
    curl_slist_free_all(transfer->own_headers);
    transfer->own_headers = NULL;
    transfer_reply_init(&transfer->reply);
    transfer->tls = (struct transfer_tls){0};
    transfer->seen = FAILURE_NONE;
    transfer->objection = NULL;
    transfer->is_size_judged = false;
    transfer->sink_error = 0;
    transfer->was_refused_address = false;
    transfer->has_connected = false;
    transfer->is_public = false;
    transfer->handshake_us = 0;
    transfer->body_bytes = 0;
    transfer->heard_bytes = transfer->heard_us = 0;
    transfer->speed = (struct transfer_speed){0};
    transfer->broken = CURLE_OK;
    transfer->has_part = transfer->asks_for_rest = transfer->uses_part = false;
    transfer->must_start_anew = false;
    transfer->resumed_bytes = 0;
    transfer->error_text[0] = '\0';
}

/* What the list asks of the body, and what --hash and {sha256} need. */
static void begin_check(struct transfer *transfer, const struct job *job)
{
    enum digest_algorithm algorithm =
        job->entry != NULL ? job->entry->checksum.algorithm : DIGEST_NONE;
    unsigned digests = DIGEST_BIT(algorithm) | DIGEST_BIT(transfer->settings->hash);
    if (job->digest_offset != SIZE_MAX)
        digests |= DIGEST_BIT(DIGEST_SHA256);
    if (!body_check_begin(transfer->check, digests))
        transfer_object(transfer, FAILURE_INTERNAL, "this OpenSSL has no such digest");
}

/* What is sent beside the URL; what may come back follows from it. */
static struct curl_slist *prepare_headers(struct transfer *transfer, const struct job *job)
{
    transfer_resume_find(transfer);
    const struct partial *part = transfer->asks_for_rest ? &transfer->part : NULL;
    transfer->reply.may_be_partial = part != NULL || job->is_probed_by_get;
    transfer->reply.may_be_unchanged = transfer_headers_ask_for_news(job);
    if (!transfer_headers_differ(transfer->settings, job, part))
        return transfer_headers_is_listed_origin(job) ? transfer->headers : NULL;
    transfer->own_headers = transfer_headers_own(transfer->settings, job, part);
    return transfer->own_headers;
}

CURL *transfer_start(struct transfer *transfer, struct job *job, int worker)
{
    /* A new handle for each request: 7.88 keeps a dangling pointer over curl_easy_reset, which a
     * reply that begins with a folded line then follows. Connections are the multi handle's. */
    curl_easy_cleanup(transfer->handle);
    transfer->handle = curl_easy_init();
    if (transfer->handle == NULL)
        return NULL;
    clear_request(transfer);
    transfer->job = job;
    transfer->phase = ACTIVITY_CONNECT;
    activity_enter(transfer->activity, ACTIVITY_CONNECT);
    transfer->proxy = proxy_for(&transfer->settings->proxy, job_target(job));
    transfer->started_us = clock_monotonic_us();
    transfer->timeout_us = transfer->settings->timeout_us - job->spent_us;
    if (job->started_us == 0) {
        job->started_us = transfer->started_us;
        job->outcome.start_us = clock_wall_us();
    }
    job->outcome.worker = worker;
    outcome_clear_reply(&job->outcome);
    transfer_name_temporary(job);
    sink_begin(transfer->sink, job->temporary);
    job->temporary[0] = '\0';
    begin_check(transfer, job);

    struct transfer_options options = {
        .settings = transfer->settings,
        .job = job,
        .proxy = transfer->proxy,
        .headers = prepare_headers(transfer, job),
        .timeout_us = transfer->timeout_us,
        .error_text = transfer->error_text,
        .share = transfer->share,
        .context = transfer,
        .on_progress = on_progress,
        .on_body = on_body,
        .on_header = on_header,
        .on_resolve = on_resolve,
        .on_open_socket = on_open_socket,
        .on_tls = on_tls,
        .on_ready = on_ready,
    };
    transfer_options_apply(transfer->handle, &options);
    return transfer->handle;
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
