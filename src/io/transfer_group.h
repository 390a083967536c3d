/* The downloads that one worker carries: a libcurl multi handle and its transfers.
 *
 * Threads: owned and used by one thread, but for transfer_group_wake, which any thread may call.
 * Connections and cached addresses are kept between downloads and not shared with other groups. */
#ifndef HAUL_IO_TRANSFER_GROUP_H
#define HAUL_IO_TRANSFER_GROUP_H

#include "io/transfer.h"

struct transfer_group;

/* `slots`: the most downloads at once. settings and root are lent. NULL when libcurl has no memory
 * or descriptors. */
struct transfer_group *transfer_group_create(const struct transfer_settings *settings,
                                             struct root *root, size_t sink_bytes, unsigned slots);
/* For another run, with its settings and as many slots; connections stay open. Nothing running. */
void transfer_group_reuse(struct transfer_group *group, const struct transfer_settings *settings,
                          struct root *root, size_t sink_bytes);
void transfer_group_destroy(struct transfer_group *group); /* nothing running; NULL is fine */

bool transfer_group_has_room(const struct transfer_group *group);
unsigned transfer_group_running(const struct transfer_group *group);
/* What its downloads do, for any thread to read; lent as long as the group is there. */
struct activity *transfer_group_activity(const struct transfer_group *group);

/* Starts a request for job_target(job); the job is lent until transfer_group_next gives it back.
 * False when libcurl refuses (memory): the job then carries a failure. Only with room. */
bool transfer_group_start(struct transfer_group *group, struct job *job, int worker);

/* The next request that has ended, with its verdict; NULL when there is none now. */
struct job *transfer_group_next(struct transfer_group *group, enum transfer_verdict *out_verdict);

/* Moves bytes, then waits for more to do, at most until the monotonic time or a wake. */
void transfer_group_wait(struct transfer_group *group, int64_t until_us);
void transfer_group_wake(struct transfer_group *group);

/* Running transfers end as canceled; transfer_group_next then gives them out. */
void transfer_group_cancel(struct transfer_group *group);

#endif
