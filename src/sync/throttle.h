/* The bandwidth of a run, shared by all transfers in flight: each asks for every piece that it has
 * received, and waits until the time that it is given. Served in the order of asking, so all get
 * the same share.
 *
 * Threads: any thread may call throttle_reserve. Nothing here waits. */
#ifndef HAUL_SYNC_THROTTLE_H
#define HAUL_SYNC_THROTTLE_H

#include "base/common.h"

struct throttle;

struct throttle *throttle_create(int64_t bytes_per_second); /* above 0 */
void throttle_destroy(struct throttle *throttle);           /* NULL is fine */

/* When these bytes may be passed on, on the monotonic clock; now_us or earlier = at once. They are
 * counted. */
int64_t throttle_reserve(struct throttle *throttle, int64_t now_us, int64_t bytes);
int64_t throttle_rate(const struct throttle *throttle); /* bytes per second */

#endif
