/* One download in flight: a libcurl easy handle of its own, what its callbacks saw, and the
 * verdict.
 *
 * A transfer object is reused for many requests, one after the other, by the worker that owns it:
 * transfer_start, then (when libcurl says that it is done) transfer_finish.
 * libcurl's return code is only a hint: whether a request succeeded is decided from what was seen.
 */
#ifndef HAUL_IO_TRANSFER_H
#define HAUL_IO_TRANSFER_H

#include "base/common.h"
#include "base/error.h"
#include "io/activity.h"
#include "io/proxy.h"
#include "io/sink.h"
#include "model/job.h"
#include "model/verification.h"
#include "sync/cancel.h"
#include "sync/throttle.h"

#include <curl/curl.h>
#include <stdatomic.h>

#define TRANSFER_WASTE_BYTES (64 * 1024) /* of a body that is not kept */

/* Headers for the hosts that a pattern names (model/host_pattern); they replace those of the same
 * name given for all hosts, and those of patterns before them. */
struct host_headers {
    const char *pattern;
    const char *const *headers; /* "Name: value" */
    size_t count;
};

/* The same for all transfers of a run; lent, constant. */
struct transfer_settings {
    int64_t connect_timeout_us;
    int64_t stall_timeout_us;
    int64_t timeout_us;
    int64_t max_bytes; /* of a body, 0 = no limit */
    unsigned redirects;
    bool is_public_only;
    bool keeps_mtime;
    enum digest_algorithm hash; /* recorded of every body; DIGEST_NONE = none */
    bool uses_server_names;     /* Content-Disposition */
    struct verification_rules rules;
    const char *user_agent;
    const char *referer;        /* NULL = none */
    const char *const *headers; /* "Name: value" */
    size_t header_count;
    const struct host_headers *host_headers;
    size_t host_headers_count;
    struct proxy_settings proxy;
    const struct cancel *cancel; /* asked only where libcurl itself does not come back */
    const char *ca_file;         /* NULL = the system's */
    const char *const *insecure_hosts;
    size_t insecure_host_count;
    atomic_llong *received;    /* bytes of the run; workers add, progress reads; NULL = nobody */
    unsigned connections;      /* open at once on one multi handle, idle ones included */
    size_t buffer_bytes;       /* libcurl's receive buffer */
    struct throttle *throttle; /* the bandwidth of the run, NULL = no limit */
    /* Called when the head of a good reply has come, inside libcurl: quickly; NULL = nobody. */
    void (*on_answer)(void *context, struct job *job);
    void *answer_context;
};

struct transfer;

/* What the transfers of one thread have in common; lent. */
struct transfer_thread {
    CURLSH *share;             /* keeps TLS sessions between requests; may be NULL */
    unsigned *paused;          /* how many wait for transfer_go_on */
    struct activity *activity; /* what they do, for others to see; may be NULL */
};

/* Without a root (NULL) bodies are looked at and thrown away. */
struct transfer *transfer_create(const struct transfer_settings *settings, struct root *root,
                                 size_t sink_bytes, const struct transfer_thread *thread);
/* Between requests: for another run, with its settings. */
void transfer_reuse(struct transfer *transfer, const struct transfer_settings *settings,
                    struct root *root, size_t sink_bytes);
void transfer_destroy(struct transfer *transfer); /* not started, or finished; NULL is fine */

/* Prepares a request for job_target(job) and returns the handle to add to a multi handle. The job
 * is lent until transfer_finish. */
CURL *transfer_start(struct transfer *transfer, struct job *job, int worker); /* NULL = no memory */

enum transfer_verdict {
    TRANSFER_SAVED,     /* complete and verified, in job->temporary */
    TRANSFER_REDIRECT,  /* job_target(job) is the next request to make */
    TRANSFER_AGAIN,     /* the same once more, at once: a part could not be continued, or HEAD was
                           refused; the job remembers that, so it happens once each */
    TRANSFER_UNCHANGED, /* 304: the file that is there is the server's (job->wants_update) */
    TRANSFER_CHECKED,   /* haul check: the status is fine */
    TRANSFER_FAILED,    /* job->outcome says why; it may be worth another attempt */
    TRANSFER_LOCAL,     /* this machine cannot store files (disk full): the run should stop */
    TRANSFER_NAME_UNKNOWN, /* FAILURE_DNS_TEMPORARY until somebody knows why */
};

/* Takes the result of a handle that was removed from its multi handle, fills job->outcome and
 * forgets the job. */
enum transfer_verdict transfer_finish(struct transfer *transfer, CURLcode code);

/* Does what a paused transfer waits for, when its time has come: bandwidth is there, or what is on
 * disk of its file was looked at. Gives the time to call it again: now_us or earlier = at once,
 * CLOCK_NEVER = it is not paused. */
int64_t transfer_go_on(struct transfer *transfer, int64_t now_us);

/* True when the transfer was canceled, failed while it went on, or its reply has come slower than
 * 1 KiB/s for the whole stall timeout (pauses excluded); to be asked a few times a second. It is to
 * be removed and finished then, with *out_code. */
bool transfer_must_end(struct transfer *transfer, int64_t now_us, CURLcode *out_code);

/* Marks a running transfer as canceled. */
void transfer_cancel(struct transfer *transfer);

CURL *transfer_handle(const struct transfer *transfer);
struct job *transfer_job(const struct transfer *transfer); /* NULL between requests */
/* Which transfer a handle belongs to. */
struct transfer *transfer_of(CURL *handle);

#endif
