/* The URLs that haul bench measures: read once from the lists (also from a pipe), checked, without
 * duplicates, a sample of them where one is wanted, and kept in an unlinked file, so that every run
 * reads the same list in constant memory.
 *
 * Owned and used by one thread. */
#ifndef HAUL_APP_BENCH_LIST_H
#define HAUL_APP_BENCH_LIST_H

#include "app/options.h"
#include "base/error.h"
#include "sync/cancel.h"

struct bench_list;

struct bench_list_facts {
    uint64_t listed; /* URLs that could be measured, before sampling */
    uint64_t bad;    /* lines that cannot be used */
    uint64_t duplicates;
    uint64_t urls;       /* that are measured now */
    uint64_t elsewhere;  /* of them, on hosts other than this machine */
    uint64_t hosts;      /* of them */
    uint64_t host_slots; /* downloads at once that --per-host lets these hosts have together */
    bool is_cut;         /* reading was stopped (cancel) */
};

/* Reads the operands of the options to their end, or until `cancel`. A sample is drawn with `seed`
 * and keeps the order of the list. ERROR_INPUT for lists that cannot be read or hold no URL,
 * ERROR_LOCAL when the file cannot be written. */
struct bench_list *bench_list_create(const struct options *options, uint64_t seed,
                                     const struct cancel *cancel, struct error *error);
void bench_list_destroy(struct bench_list *list); /* NULL is fine */

/* Leaves out the rows whose bit is set, by number from 0: bits of `dropped`, one for each URL. */
bool bench_list_drop(struct bench_list *list, const uint8_t *dropped, struct error *error);

struct bench_list_facts bench_list_facts(const struct bench_list *list);
const char *bench_list_path(const struct bench_list *list); /* a list in tsv; lent until a drop */

#endif
