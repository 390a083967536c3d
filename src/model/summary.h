/* Aggregate of all outcomes of a run: counts that add up, failures by class, latency, hosts,
 * timeline. Not thread-safe: app/results puts a lock around it. */
#ifndef HAUL_MODEL_SUMMARY_H
#define HAUL_MODEL_SUMMARY_H

#include "base/common.h"
#include "model/coarse_histogram.h"
#include "model/histogram.h"
#include "model/job.h"
#include "model/timeline.h"

/* Copied whole by readers. The statuses add up to total. */
struct counts {
    uint64_t total;
    uint64_t by_status[STATUS_COUNT];
    uint64_t by_failure[FAILURE_COUNT]; /* of failed records */
    int64_t wire_bytes;
    int64_t file_bytes; /* of downloaded files */
    uint64_t attempts;
    uint64_t retries;           /* attempts after the first of each URL */
    uint64_t recovered;         /* downloaded after at least one failed attempt */
    uint64_t throttled;         /* URLs that met 429 or 503, also when a later attempt was fine */
    uint64_t html_instead;      /* failed with bad-type, and are HTML */
    uint64_t accepted;          /* failed with a status that the user called fine (--ok-status) */
    uint64_t cut_short;         /* failed because the run ended before their next attempt */
    uint64_t incomplete_images; /* downloaded although their end is missing */
    uint64_t connections_opened;
    uint64_t connections_reused;
    struct phases phases; /* sums, microseconds; queue counted apart from the rest */
};

/* Most hosts have no failure, and the others one class or two: a number for each class would be
 * most of what is kept of a host. */
struct host_failures {
    enum failure failure;
    uint64_t count;
};

struct host_summary {
    char *host;
    uint64_t urls;
    uint64_t failed;
    struct host_failures *failures; /* in the order in which they came; host_summary_failures */
    size_t failure_count;
    int64_t file_bytes;
    int64_t total_us; /* sum over its URLs */
    uint64_t timed;   /* how many URLs are in total_us */
    int64_t max_us;
    struct coarse_histogram latency; /* of the same */
};

/* How many of its URLs failed in this way. */
uint64_t host_summary_failures(const struct host_summary *host, enum failure failure);
int64_t host_summary_p95_us(const struct host_summary *host); /* about; -1 = none was timed */

#define SUMMARY_HOST_LIMIT 10000 /* further hosts are counted together as "other hosts" */

/* The failure of a class whose record has the lowest number, whichever ended first. */
struct failure_example {
    uint64_t index;
    const char *source; /* lent, as the job's; NULL = unknown */
    uint64_t line;      /* 0 = an argument */
};

struct summary {
    struct counts counts;
    struct histogram total_us;
    struct histogram ttfb_us;
    struct failure_example examples[FAILURE_COUNT]; /* of classes that occurred */
    struct host_table *hosts;
    struct timeline timeline;
};

void summary_init(struct summary *summary);
void summary_clear(struct summary *summary);

/* Counts a finished job that ended elapsed_us after the start of the run. */
void summary_add(struct summary *summary, const struct job *job, int64_t elapsed_us);

/* "list:line" of the first failure of a class in the lists, to be freed; NULL = none. */
char *summary_example(const struct summary *summary, enum failure failure);

/* A deep copy, for readers that take their time; summary_clear it. */
void summary_copy(const struct summary *summary, struct summary *out);

/* Hosts with the most URLs first, at most `limit`; the array is the caller's to free, the
 * entries are lent. *out_total: how many hosts there were. */
const struct host_summary **summary_hosts(const struct summary *summary, size_t limit,
                                          size_t *out_count, size_t *out_total);
/* Hosts with the most failures of a class first; the same rules. */
const struct host_summary **summary_failing_hosts(const struct summary *summary,
                                                  enum failure failure, size_t limit,
                                                  size_t *out_count, size_t *out_total);

/* Of the hosts with at least SUMMARY_SLOWEST_URLS timed URLs, the one with the highest 95th
 * percentile: a p95 of fewer says little. NULL when there are not two to compare. Lent. */
#define SUMMARY_SLOWEST_URLS 10
const struct host_summary *summary_slowest_host(const struct summary *summary);

#endif
