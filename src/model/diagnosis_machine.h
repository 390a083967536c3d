/* What speaks against a run in the output directory, the limits of this machine and its clock: see
 * model/diagnosis.h. */
#ifndef HAUL_MODEL_DIAGNOSIS_MACHINE_H
#define HAUL_MODEL_DIAGNOSIS_MACHINE_H

#include "model/diagnosis.h"

enum filesystem_kind {
    FILESYSTEM_LOCAL,
    FILESYSTEM_NETWORK,
    FILESYSTEM_MEMORY,
    FILESYSTEM_LIMITED, /* no links, or few kinds of names */
    FILESYSTEM_KERNEL,  /* its own: nobody makes files there */
};

struct diagnosis_directory {
    const char *path;    /* as given */
    const char *nearest; /* what exists of it, from the left; the same as path when it is there */
    bool is_there;
    bool is_directory; /* the nearest is one */
    bool is_writable;
    bool is_read_only; /* the file system */
    bool is_held;      /* by another run */
    bool waits;        /* --lock-wait */
    bool lacks_openat2;
    int64_t free_bytes;
    int64_t free_files;
    int64_t min_free_bytes; /* --min-free */
    const char *type;       /* of the file system */
    enum filesystem_kind kind;
};
void diagnosis_add_directory(struct findings *findings, const struct diagnosis_list *list,
                             const struct diagnosis_directory *directory);

struct diagnosis_machine {
    unsigned cpus;
    unsigned jobs; /* --jobs */
    unsigned threads;
    uint64_t descriptors_soft; /* UINT64_MAX = no limit */
    uint64_t descriptors_hard;
    uint64_t descriptors_wanted; /* for all jobs, and for connections that are kept */
    unsigned jobs_fitting;       /* into the hard limit; 0 = not even one */
    int64_t memory_available;    /* bytes */
    int64_t memory_limit;        /* bytes, of this process or its group */
    int64_t processes_left;      /* threads that may still be started */
    bool is_utf8;                /* the character set */
};
void diagnosis_add_machine(struct findings *findings, const struct diagnosis_list *list,
                           const struct diagnosis_machine *machine);

struct diagnosis_clock {
    int64_t wall_us; /* since 1970 */
    bool is_known;   /* whether it is kept by a time service */
    bool is_synchronised;
};
void diagnosis_add_clock(struct findings *findings, const struct diagnosis_clock *clock);

#endif
