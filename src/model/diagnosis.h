/* What speaks against a run on this machine, in findings. Each function judges one group of facts
 * that others have gathered; no I/O. -1 is unknown where nothing else is said; strings are lent. */
#ifndef HAUL_MODEL_DIAGNOSIS_H
#define HAUL_MODEL_DIAGNOSIS_H

#include "model/finding.h"

/* The list, as far as it was read. */
struct diagnosis_list {
    bool is_given; /* else the rest is not known */
    uint64_t urls; /* that can be downloaded, without duplicates */
    uint64_t bad;
    uint64_t https;         /* of the URLs */
    uint64_t international; /* of the URLs: the host has letters beyond ASCII */
    uint64_t hosts;
    unsigned per_host;
    unsigned jobs;
};
void diagnosis_add_list(struct findings *findings, const struct diagnosis_list *list);

enum lookup_result {
    LOOKUP_FOUND,
    LOOKUP_NO_SUCH_NAME, /* the name service says so */
    LOOKUP_TRY_AGAIN,    /* it could not say */
    LOOKUP_FAILED,       /* any other reason */
    LOOKUP_SILENT,       /* no answer within the time limit */
};

struct diagnosis_lookup {
    const char *host;
    enum lookup_result result;
    int64_t first_us;
    int64_t again_us; /* the same question once more; -1 = not asked */
    unsigned ipv4;    /* addresses */
    unsigned ipv6;
    bool has_route; /* to one of them */
};

#define DIAGNOSIS_SERVERS 3 /* that the system's resolver uses */
#define DIAGNOSIS_SERVER_SIZE 64

struct diagnosis_names {
    const struct diagnosis_lookup *lookups; /* in the order in which they were asked */
    size_t count;
    size_t wanted;    /* hosts that were to be asked; more than count: it was given up */
    uint64_t hosts;   /* that haul itself must look up */
    uint64_t literal; /* that are addresses */
    uint64_t proxied; /* that only a proxy looks up */
    char servers[DIAGNOSIS_SERVERS][DIAGNOSIS_SERVER_SIZE];
    size_t server_count;
    bool has_configuration; /* /etc/resolv.conf can be read */
    unsigned timeout_s;     /* before the next server is asked */
    unsigned attempts;
};
void diagnosis_add_names(struct findings *findings, const struct diagnosis_list *list,
                         const struct diagnosis_names *names);

#endif
