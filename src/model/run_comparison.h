/* What changed between two runs, URL by URL: pure bookkeeping over keys and summaries of records.
 *
 * First all records of the older run go in, then all of the newer one. URLs are known by their keys
 * alone, at most 64 bytes each whatever their length; whoever wants to show them reads the records
 * again and asks run_comparison_take. Of several records under one key (the same bad line twice)
 * the first counts; duplicates are not added. */
#ifndef HAUL_MODEL_RUN_COMPARISON_H
#define HAUL_MODEL_RUN_COMPARISON_H

#include "base/common.h"
#include "model/key.h"
#include "model/outcome.h"

/* What one record says. A fingerprint is a hash of the text, 0 = unknown. */
struct run_result {
    uint64_t sha256;
    uint64_t etag; /* of the opaque part: weak and strong are the same */
    int64_t size;  /* of the file, -1 = unknown */
    int http;      /* 0 = none */
    enum status status;
    enum failure failure;
    bool is_moved; /* permanently: the first redirect is a 301 or 308 */
};

/* How a URL differs, one bit each: it may have changed and moved. */
enum run_change {
    RUN_CHANGE_NEW = 1,     /* only in the newer run */
    RUN_CHANGE_GONE = 2,    /* only in the older one */
    RUN_CHANGE_CHANGED = 4, /* other content, or it succeeded, failed or was skipped otherwise */
    RUN_CHANGE_MOVED = 8,   /* the newer run was sent elsewhere for good */
};

/* Bits of run_result_differences: what is another. */
enum run_aspect {
    RUN_DIFFERS_STATUS = 1, /* not between downloaded and kept: both are there */
    RUN_DIFFERS_CLASS = 2,
    RUN_DIFFERS_SHA256 = 4,
    RUN_DIFFERS_ETAG = 8,
    RUN_DIFFERS_SIZE = 16,
};

/* Distinct URLs. What one of the runs did not try is not compared: it says nothing. */
struct run_comparison_counts {
    uint64_t added; /* new */
    uint64_t gone;
    uint64_t changed;
    uint64_t moved; /* also counted as new, changed or unchanged */
    uint64_t unchanged;
    uint64_t not_tried;
};

struct run_comparison;

/* 0 when nothing of interest changed. Validators count only where both runs know them, and no more
 * when both digests do: those decide. */
unsigned run_result_differences(const struct run_result *older, const struct run_result *newer);

uint64_t run_result_fingerprint(const char *text);      /* NULL and "" give 0 */
uint64_t run_result_etag_fingerprint(const char *etag); /* the same, without W/ */

struct run_comparison *run_comparison_create(void);
void run_comparison_destroy(struct run_comparison *comparison);

void run_comparison_add_older(struct run_comparison *comparison, struct key key,
                              const struct run_result *result);
void run_comparison_add_newer(struct run_comparison *comparison, struct key key,
                              const struct run_result *result);
struct run_comparison_counts run_comparison_counts(const struct run_comparison *comparison);

/* Whether run_comparison_take would be true. */
bool run_comparison_has(const struct run_comparison *comparison, struct key key,
                        enum run_change change);

/* True once for each URL that changed in this way; *out_older is then what the older run said of
 * it, and *out_is_known whether it said anything. */
bool run_comparison_take(struct run_comparison *comparison, struct key key, enum run_change change,
                         struct run_result *out_older, bool *out_is_known);

size_t run_comparison_bytes(const struct run_comparison *comparison); /* memory that it takes */

#endif
