/* One line of a list on its way through haul: what was asked for, where it stands, what came of it.
 *
 * A job is owned by exactly one place at a time (producer, queue, worker, host gate, resolver,
 * recorder) and moves; nobody else touches it. */
#ifndef HAUL_MODEL_JOB_H
#define HAUL_MODEL_JOB_H

#include "base/common.h"
#include "model/key.h"
#include "model/list_entry.h"
#include "model/list_refused.h"
#include "model/outcome.h"
#include "model/url.h"

/* What came of a mirror so far. */
struct job_mirror {
    int64_t spent_us; /* in transfers */
    bool is_lost;     /* it is not asked again */
};

struct job {
    uint64_t index;     /* record number, from 1 */
    const char *source; /* name of the list; lives as long as the run */
    uint64_t line;      /* line in the list, from 1; 0 for an argument */
    char *listed;       /* the line's URL as listed, unmasked; owned */
    size_t listed_length;
    struct key key;           /* of the listed URL, with out and dir where the list gives them */
    uint64_t checks;          /* hash of what is asked of the file's content; 0 = nothing */
    struct list_entry *entry; /* what the list says beside the URL; owned, NULL = nothing */

    struct list_refused *refused; /* the same of a line that cannot be used; owned, NULL = none */

    struct url origin; /* the URL of this attempt as listed (job_use_mirror), parsed; zeroed when
                          the first could not be */
    unsigned mirror;   /* 0 = the listed URL, n = the entry's mirror n - 1 */
    unsigned asked_mirror;      /* the one before `mirror`, for messages */
    struct job_mirror *mirrors; /* by mirror; owned, NULL before one failed */
    struct url redirected;      /* the last redirect's target; zeroed before one */
    bool is_redirected;
    bool came_from_public; /* an earlier hop was served from a public address */

    bool wants_update; /* the file is there: the server is asked whether it has changed */
    char *known_etag;  /* of the file that is there; owned, NULL = none */
    char *known_date;  /* its Last-Modified as the server wrote it or would; owned, NULL = none */
    bool is_checked;   /* only the status is asked for (haul check) */
    bool is_probed_by_get; /* HEAD was refused: a ranged GET asks */
    bool is_accepted;      /* failed with a status that the user called fine (--ok-status) */
    bool has_answered;     /* the gate knows that this request has got a good reply */
    bool was_cut_short;    /* the run ended before its next attempt */
    bool was_throttled;    /* a reply to it was 429 or 503, whatever came later */
    bool is_published;     /* its file has its name: only its record is missing */
    bool starts_anew;      /* what was left of the file cannot be continued */

    char *name;             /* claimed path below DIR; owned, NULL until one was given */
    size_t digest_offset;   /* of the digits in it that the content decides; SIZE_MAX = none */
    char *server_name;      /* Content-Disposition's, where it is asked for; owned, NULL = none */
    bool wants_extension;   /* the name has none: the detected type's is appended */
    bool fixes_extension;   /* the name's is exchanged when the detected type has others */
    bool has_history;       /* an earlier run downloaded it, under this name */
    bool has_new_checks;    /* kept, and more is known to hold than the state says */
    bool owns_existing;     /* the state says that haul wrote what is under this name */
    int64_t existing_bytes; /* of that file when it was looked at */
    int64_t existing_mtime_ns; /* and when it was modified; 0 = nobody looked */

    size_t charged;         /* bytes of the run's budget that it holds */
    int64_t queued_us;      /* monotonic: when it became ready to run */
    int64_t started_us;     /* monotonic: start of the first attempt, 0 = none */
    int64_t spent_us;       /* in transfers so far, waiting excluded */
    int64_t retry_after_us; /* the server's wish after the last attempt, -1 = none */

    char *admitted_host;   /* the host whose gate it passed or waits at; owned, NULL = none */
    char temporary[40];    /* name of the complete, unpublished file; "" = none */
    int64_t file_mtime_ns; /* of that file, as the file system has it; 0 = unknown */
    int exec_status;       /* of --exec: exit status, 128 + signal, -1 = none ran */
    struct outcome outcome;
};

struct job *job_create(uint64_t index, const char *source, uint64_t line, const char *listed,
                       size_t listed_length);
void job_destroy(struct job *job); /* NULL is fine */

/* Bytes that it takes until its end, about, but for a redirect's target. */
size_t job_weight(const struct job *job);

/* The mirror to try next becomes `origin`; false when it is no URL, with the reason (static). */
bool job_use_mirror(struct job *job, unsigned mirror, enum failure *out_failure,
                    const char **out_reason);
/* The same with the listed URL, for many jobs in turn. */
bool job_use_listed(struct job *job, struct url_memo *memo, enum failure *out_failure,
                    const char **out_reason);
unsigned job_mirror_count(const struct job *job); /* at least 1: the listed URL */

/* By mirror, 0 = the listed URL; and the one of this attempt. Unmasked, lent. */
const char *job_mirror_url(const struct job *job, unsigned mirror);
const char *job_asked_url(const struct job *job);

/* Where the next request goes: the last redirect's target, or the listed URL. Lent. */
const struct url *job_target(const struct job *job);

/* The next attempt begins where the list said, not where the last redirect led. */
void job_restart(struct job *job);

/* Sets status, class and detail in one go; NULL removes the detail of an earlier attempt. For a
 * formatted one call outcome_set_detail after it. */
void job_fail(struct job *job, enum failure failure, const char *detail);

#endif
