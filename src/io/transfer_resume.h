/* The part of its file that a transfer continues, or leaves for a later attempt (SAFETY: two
 * versions are never mixed).
 *
 * All functions work on a transfer in progress, in this order: find, judge, begin, show, finish. */
#ifndef HAUL_IO_TRANSFER_RESUME_H
#define HAUL_IO_TRANSFER_RESUME_H

#include "io/transfer_state.h"

/* Before the request: looks for a part, and decides whether its rest is asked for. */
void transfer_resume_find(struct transfer *transfer);

/* The headers are complete. False when the part cannot be continued: it is gone, and the same
 * request is to be made once more without it. */
bool transfer_resume_judge(struct transfer *transfer);

/* A whole file follows, within all limits: a part is begun when it is worth it and its version can
 * be proven; what there was of the file before is replaced. */
void transfer_resume_begin(struct transfer *transfer);

/* Shows some of what is on disk to the body check; until it has seen all, no byte of the body may
 * be added. False when that cannot be read: the transfer must start anew. */
bool transfer_resume_show(struct transfer *transfer);

/* The transfer has ended: what is worth it is kept for the next attempt. The sink is idle then, or
 * holds nothing of a part. */
void transfer_resume_finish(struct transfer *transfer, enum transfer_verdict verdict);

#endif
