/* What the parts of io/root and io/partial_file share. Nobody else includes this. */
#ifndef HAUL_IO_ROOT_HANDLE_H
#define HAUL_IO_ROOT_HANDLE_H

#include "io/root.h"

#define ROOT_PRIVATE_NAME ".haul"
#define ROOT_RESERVE_NAME "reserve"
#define ROOT_PART_SUFFIX ".part" /* of a file that waits to be continued */
#define ROOT_INFO_SUFFIX ".info" /* and of what stands beside it */

/* Constant once it is open, which is why no lock is needed. */
struct root {
    char *path;
    char *private_path;      /* NULL without DIR/.haul */
    int directory;           /* DIR */
    int private_directory;   /* DIR/.haul; -1 = missing, when opened for looking only */
    int temporary_directory; /* DIR/.haul/tmp; -1 = opened for looking only */
    int lock;
    bool has_reserve;   /* made by this run, so this run removes it */
    bool keeps_seconds; /* a file's time is stored as it is set */
    bool has_parts;     /* a dead run left some that can be continued */
};

#endif
