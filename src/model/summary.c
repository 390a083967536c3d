#include "model/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"
#include "model/hash_table.h"

#define uthash_malloc(size) memory_allocate(size) /* uthash wants it before it is included */
#include <uthash.h>

struct host_entry {
    struct host_summary summary;
    UT_hash_handle hh;
    char host[]; /* summary.host points here: one allocation per host */
};

struct host_table {
    struct host_entry *entries; /* uthash's head; at most SUMMARY_HOST_LIMIT of them */
    uint64_t seed;              /* no list can be written so that all its hosts collide */
    struct host_summary other;  /* the hosts that found no room; urls 0 when there are none */
};

/* The name has a blank, so that no real host can have it. */
static const char OTHER_HOSTS[] = "other hosts";

static struct host_entry *entry_create(const char *host, size_t length)
{
    struct host_entry *entry = memory_allocate_zeroed(1, sizeof(*entry) + length + 1);
    memcpy(entry->host, host, length);
    entry->summary.host = entry->host;
    return entry;
}

static struct host_summary *host_of(struct host_table *table, const char *host)
{
    size_t length = strlen(host);
    unsigned hash = (unsigned)XXH3_64bits_withSeed(host, length, table->seed);
    struct host_entry *entry;
    HASH_FIND_BYHASHVALUE(hh, table->entries, host, length, hash, entry);
    if (entry != NULL)
        return &entry->summary;
    if (HASH_COUNT(table->entries) >= SUMMARY_HOST_LIMIT)
        return &table->other;
    entry = entry_create(host, length);
    HASH_ADD_KEYPTR_BYHASHVALUE(hh, table->entries, entry->host, length, hash, entry);
    return &entry->summary;
}

static void host_clear(struct host_summary *host)
{
    free(host->failures);
}

/* The name stays that of the copy. */
static void host_copy(const struct host_summary *host, struct host_summary *out)
{
    char *name = out->host;
    *out = *host;
    out->host = name;
    if (host->failure_count == 0)
        return;
    out->failures = memory_resize(NULL, host->failure_count, sizeof *out->failures);
    memcpy(out->failures, host->failures, host->failure_count * sizeof *out->failures);
}

static struct host_table *table_create(void)
{
    struct host_table *table = memory_allocate_zeroed(1, sizeof(*table));
    table->seed = hash_table_secret(table);
    table->other.host = memory_copy_string(OTHER_HOSTS);
    return table;
}

static void table_destroy(struct host_table *table)
{
    if (table == NULL)
        return;
    struct host_entry *entry = table->entries;
    HASH_CLEAR(hh, table->entries);
    while (entry != NULL) {
        /* The list through the entries outlives the buckets that HASH_CLEAR freed. */
        struct host_entry *next = entry->hh.next;
        host_clear(&entry->summary);
        free(entry);
        entry = next;
    }
    host_clear(&table->other);
    free(table->other.host);
    free(table);
}

static struct host_table *table_copy(const struct host_table *table)
{
    struct host_table *copy = table_create();
    copy->seed = table->seed;
    host_copy(&table->other, &copy->other);
    for (struct host_entry *from = table->entries; from != NULL; from = from->hh.next) {
        struct host_entry *to = entry_create(from->host, from->hh.keylen);
        host_copy(&from->summary, &to->summary);
        HASH_ADD_KEYPTR_BYHASHVALUE(hh, copy->entries, to->host, from->hh.keylen, from->hh.hashv,
                                    to);
    }
    return copy;
}

/* Adds what is known (not negative); a sum stops at its maximum instead of overflowing. */
static void add_known(int64_t *sum, int64_t value)
{
    if (value > 0 && __builtin_add_overflow(*sum, value, sum))
        *sum = INT64_MAX;
}

static void add_phases(struct phases *sums, const struct phases *us)
{
    add_known(&sums->queue, us->queue);
    add_known(&sums->dns, us->dns);
    add_known(&sums->connect, us->connect);
    add_known(&sums->tls, us->tls);
    add_known(&sums->ttfb, us->ttfb);
    add_known(&sums->receive, us->receive);
    add_known(&sums->write, us->write);
    add_known(&sums->total, us->total);
}

static bool is_html_instead(const struct outcome *outcome)
{
    return outcome->status == STATUS_FAILED && outcome->failure == FAILURE_BAD_TYPE &&
           outcome->detected_type != NULL && strcmp(outcome->detected_type, "text/html") == 0;
}

static void add_counts(struct counts *counts, const struct outcome *outcome)
{
    counts->total++;
    counts->by_status[outcome->status]++;
    if (outcome->status == STATUS_FAILED)
        counts->by_failure[outcome->failure]++;
    counts->html_instead += is_html_instead(outcome);
    add_known(&counts->wire_bytes, outcome->wire_bytes);
    if (outcome->status == STATUS_DOWNLOADED)
        add_known(&counts->file_bytes, outcome->file_bytes);
    if (outcome->status == STATUS_DOWNLOADED && outcome->image.end == IMAGE_END_MISSING)
        counts->incomplete_images++;
    counts->attempts += outcome->attempts;
    if (outcome->attempts > 1) {
        counts->retries += outcome->attempts - 1;
        if (outcome->status == STATUS_DOWNLOADED || outcome->status == STATUS_OK)
            counts->recovered++;
    }
    counts->connections_opened += outcome->connections;
    if (outcome->reused)
        counts->connections_reused++;
    add_phases(&counts->phases, &outcome->us);
}

static void add_host_failure(struct host_summary *host, enum failure failure)
{
    size_t i = 0;
    while (i < host->failure_count && host->failures[i].failure != failure)
        i++;
    if (i == host->failure_count) {
        host->failures = memory_resize(host->failures, i + 1, sizeof *host->failures);
        host->failures[host->failure_count++] = (struct host_failures){.failure = failure};
    }
    host->failures[i].count++;
}

static void add_host(struct host_summary *host, const struct outcome *outcome)
{
    host->urls++;
    if (outcome->status == STATUS_FAILED) {
        host->failed++;
        add_host_failure(host, outcome->failure);
    }
    if (outcome->status == STATUS_DOWNLOADED)
        add_known(&host->file_bytes, outcome->file_bytes);
    if (outcome->us.total >= 0) {
        host->timed++;
        add_known(&host->total_us, outcome->us.total);
        if (outcome->us.total > host->max_us)
            host->max_us = outcome->us.total;
        coarse_histogram_add(&host->latency, outcome->us.total);
    }
}

/* In an attempt or two with a pause between, it is not known when the pause was. */
static void add_to_timeline(struct timeline *timeline, const struct job *job, int64_t elapsed_us)
{
    const struct outcome *outcome = &job->outcome;
    int64_t duration_us = outcome->us.total > 0 ? outcome->us.total : 0;
    bool has_paused = outcome->attempts > 1 && job->spent_us < duration_us;
    timeline_add(timeline, &(struct timeline_event){
                               .end_us = elapsed_us,
                               .duration_us = duration_us,
                               .busy_us = has_paused ? job->spent_us : duration_us,
                               .wire_bytes = outcome->wire_bytes,
                               .has_failed = outcome->status == STATUS_FAILED,
                           });
}

/* Only noted: with --order reverse each failure is the first so far. */
static void add_example(struct failure_example *example, const struct job *job, bool is_only_one)
{
    if (is_only_one || job->index < example->index)
        *example = (struct failure_example){job->index, job->source, job->line};
}

uint64_t host_summary_failures(const struct host_summary *host, enum failure failure)
{
    for (size_t i = 0; i < host->failure_count; i++)
        if (host->failures[i].failure == failure)
            return host->failures[i].count;
    return 0;
}

int64_t host_summary_p95_us(const struct host_summary *host)
{
    return coarse_histogram_percentile(&host->latency, 0.95, host->max_us);
}

void summary_init(struct summary *summary)
{
    *summary = (struct summary){.hosts = table_create()};
    timeline_init(&summary->timeline);
}

void summary_clear(struct summary *summary)
{
    table_destroy(summary->hosts);
    summary->hosts = NULL;
}

void summary_add(struct summary *summary, const struct job *job, int64_t elapsed_us)
{
    const struct outcome *outcome = &job->outcome;
    add_counts(&summary->counts, outcome);
    summary->counts.cut_short += outcome->status == STATUS_FAILED && job->was_cut_short;
    summary->counts.throttled += job->was_throttled;
    summary->counts.accepted += outcome->status == STATUS_FAILED && job->is_accepted;
    histogram_add(&summary->total_us, outcome->us.total);
    histogram_add(&summary->ttfb_us, outcome->us.ttfb);
    add_to_timeline(&summary->timeline, job, elapsed_us);
    if (job->origin.host != NULL)
        add_host(host_of(summary->hosts, job->origin.host), outcome);
    if (outcome->status == STATUS_FAILED)
        add_example(&summary->examples[outcome->failure], job,
                    summary->counts.by_failure[outcome->failure] == 1);
}

char *summary_example(const struct summary *summary, enum failure failure)
{
    const struct failure_example *example = &summary->examples[failure];
    const char *source = example->source != NULL ? example->source : "";
    if (summary->counts.by_failure[failure] == 0)
        return NULL;
    if (example->line == 0)
        return memory_copy_string(source);
    char *words = NULL;
    int length = asprintf(&words, "%s:%llu", source, (unsigned long long)example->line);
    return length < 0 ? memory_copy_string(source) : words;
}

void summary_copy(const struct summary *summary, struct summary *out)
{
    *out = *summary;
    out->hosts = table_copy(summary->hosts);
}

/* What a host is ranked by: its failures of one class, or all its URLs for FAILURE_NONE. */
static uint64_t rank_of(const struct host_summary *host, enum failure failure)
{
    return failure == FAILURE_NONE ? host->urls : host_summary_failures(host, failure);
}

static int compare_hosts(const void *a, const void *b, void *context)
{
    const struct host_summary *left = *(const struct host_summary *const *)a;
    const struct host_summary *right = *(const struct host_summary *const *)b;
    enum failure failure = *(const enum failure *)context;
    uint64_t left_rank = rank_of(left, failure);
    uint64_t right_rank = rank_of(right, failure);
    if (left_rank != right_rank)
        return left_rank > right_rank ? -1 : 1;
    return strcmp(left->host, right->host); /* so that two reports of one run are equal */
}

static const struct host_summary **ranked_hosts(const struct host_table *table,
                                                enum failure failure, size_t limit,
                                                size_t *out_count, size_t *out_total)
{
    size_t total = 0;
    const struct host_summary **hosts =
        memory_allocate_zeroed(HASH_COUNT(table->entries) + 1, sizeof(*hosts));
    for (struct host_entry *entry = table->entries; entry != NULL; entry = entry->hh.next) {
        if (rank_of(&entry->summary, failure) > 0)
            hosts[total++] = &entry->summary;
    }
    if (rank_of(&table->other, failure) > 0)
        hosts[total++] = &table->other;
    qsort_r(hosts, total, sizeof(*hosts), compare_hosts, &failure);
    *out_count = total < limit ? total : limit;
    *out_total = total;
    return hosts;
}

const struct host_summary **summary_hosts(const struct summary *summary, size_t limit,
                                          size_t *out_count, size_t *out_total)
{
    return ranked_hosts(summary->hosts, FAILURE_NONE, limit, out_count, out_total);
}

const struct host_summary **summary_failing_hosts(const struct summary *summary,
                                                  enum failure failure, size_t limit,
                                                  size_t *out_count, size_t *out_total)
{
    return ranked_hosts(summary->hosts, failure, limit, out_count, out_total);
}

const struct host_summary *summary_slowest_host(const struct summary *summary)
{
    const struct host_summary *slowest = NULL;
    int64_t slowest_us = -1;
    size_t compared = 0;
    struct host_entry *entry = summary->hosts->entries;
    for (; entry != NULL; entry = entry->hh.next) {
        const struct host_summary *host = &entry->summary;
        if (host->timed < SUMMARY_SLOWEST_URLS)
            continue;
        compared++;
        int64_t p95_us = host_summary_p95_us(host);
        bool is_slower =
            p95_us > slowest_us || (p95_us == slowest_us && strcmp(host->host, slowest->host) < 0);
        if (is_slower) {
            slowest = host;
            slowest_us = p95_us;
        }
    }
    return compared > 1 ? slowest : NULL;
}
