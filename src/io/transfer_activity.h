/* Which of a worker's transfers are slow, shown to whoever looks (io/activity). */
#ifndef HAUL_IO_TRANSFER_ACTIVITY_H
#define HAUL_IO_TRANSFER_ACTIVITY_H

#include "io/transfer.h"

#define TRANSFER_ACTIVITY_SLOW_US 3000000 /* a transfer that runs longer is shown */

/* Shows the longest of the running transfers; to be called a few times a second. */
void transfer_activity_show(struct activity *activity, struct transfer *const *transfers,
                            unsigned count, int64_t now_us);

#endif
